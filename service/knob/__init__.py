"""The price knob: setting it, undoing it, and its history."""
