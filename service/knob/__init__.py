"""The price knob: setting it, undoing it, its past."""
