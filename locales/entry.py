"""One message of a catalogue, as the checks look at it."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One message of a language; for the source language the forms are the message itself."""

    locale: str
    context: str
    source: tuple[str, ...]
    forms: tuple[str, ...]
    fuzzy: bool
    alone: frozenset[int] = frozenset()
    """The forms that stand for one number only and may write it as a word."""

    def wrong(self, reason: str) -> str:
        """A problem, with enough of the message to find it."""
        return f"{self.locale}: {self.source[0][:70]!r}: {reason}"
