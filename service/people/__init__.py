"""Members, memberships, MIDs and invites."""
