"""MIDs: what they say of themselves, and the rosters they keep."""
