"""Licences: term sheets, their versions, and the rules about them."""
