"""What the assistant can look up here: its own articles and those of the MIDs, kept up to date."""

from typing import Protocol

from knowledge.values import Article, Found, Question


class Search(Protocol):
    """Finds topics for a question; both are quick, and neither waits for anything."""

    def search(self, question: Question) -> Found:
        """The topics that fit best, of the assistant and of the MIDs the question names."""
        ...

    def article(self, topic: str, locale: str, mid_ids: tuple[str, ...]) -> Article | None:
        """An article in a language, else in English; None for what these MIDs do not have."""
        ...
