"""One update to its handler to the screen it is answered with."""
