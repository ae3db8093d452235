"""The append-only events, the state they add up to, and the texts that were shown."""
