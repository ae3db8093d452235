"""Who is in which licence, and why."""
