"""Receiving updates, storing them, and handling them in order."""
