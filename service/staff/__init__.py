"""Staff: people who may announce for a MID in the chat."""
