"""Member state, by topic. It knows nothing of Telegram, HTTP or models."""
