"""Statements: the payments that MIDs report for their members."""
