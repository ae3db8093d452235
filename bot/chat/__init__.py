"""One update to a handler to a screen."""
