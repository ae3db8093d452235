"""People: members, their memberships in MIDs, and invites."""
