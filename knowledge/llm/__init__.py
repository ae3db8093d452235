"""Asking a language model: what may be sent, checks of its replies, quotas."""
