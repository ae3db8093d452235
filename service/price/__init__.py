"""The price formula and the positions of the knob."""
