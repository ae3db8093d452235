"""The chat page and the routes that it calls."""
