"""The import of a MID's bundle: one file in, one transaction, all or nothing."""
