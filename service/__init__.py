"""Member state. Knows nothing of Telegram, HTTP or models."""
