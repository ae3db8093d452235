"""The Telegram edge and the process itself."""
