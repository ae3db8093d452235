"""Sending notices to many members: scheduling, canary, commits, digests, corrections."""
