"""The shape of a MID's bundle and of a notice file, as pydantic models."""
