"""Search over articles, cards and texts of MIDs."""
