"""The Telegram edge, the command line, and the process itself."""
