"""What a member was credited with, as their MIDs report it."""
