"""Notices: what a MID says once, to whom, and what became of it for each."""
