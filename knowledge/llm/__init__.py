"""Asking a language model: what may leave, what may come back, what it may cost."""
