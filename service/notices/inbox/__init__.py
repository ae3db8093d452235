"""Notices as the members who were sent them see them."""
