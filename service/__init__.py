"""Member state: values, rules, use cases and their store. Knows nothing of Telegram, HTTP or models."""
