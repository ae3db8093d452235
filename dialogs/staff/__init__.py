"""Screens of staff, who announce and answer for a MID."""
