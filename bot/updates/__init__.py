"""Receiving updates, storing them durably, and handling them in order."""
