"""The import of a MID's bundle."""
