"""Formatted text, as Telegram parses and shows it."""
