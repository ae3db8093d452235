"""The append-only events, what they add up to, and what was shown to whom."""
