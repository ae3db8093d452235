"""Notices going out."""
