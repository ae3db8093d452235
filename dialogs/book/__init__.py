"""The screen book: every screen in every language on one page."""
