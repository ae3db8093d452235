"""MIDs: their own description, and the rosters of people they may invite."""
