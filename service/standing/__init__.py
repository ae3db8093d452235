"""A member's standing: whether they are in each licence, and why."""
