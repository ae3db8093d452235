"""What a member sees: pure functions from a view and words to a screen."""
