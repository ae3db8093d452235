"""Bringing a notice to its audience: who is next, what became of it."""
