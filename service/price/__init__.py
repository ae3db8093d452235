"""The formula, the knob, and who is in and why."""
