"""``midline ask``: the topics that the search finds for a question, for editors of articles."""

from dataclasses import dataclass
from typing import Any

from knowledge.search.articles import load_articles, load_off_topic
from knowledge.search.embedding import load_embedder
from knowledge.search.prebuilt import load_vectors
from knowledge.search.retriever import Retriever
from knowledge.values import AskedQuestion, Band

TOPICS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class SearchReport:
    """The result of a search: ``topics`` are ids with scores, best first.

    ``answer`` is the text of the best topic if the search is sure of it, else None.
    """

    language: str
    band: Band
    topics: tuple[tuple[str, float], ...]
    answer: str | None

    def as_json(self) -> dict[str, Any]:
        """The report as ``--json`` prints it."""
        topics = [{"id": name, "score": score} for name, score in self.topics]
        return {
            "language": self.language,
            "band": self.band.value,
            "topics": topics,
            "answer": self.answer,
        }

    def as_text(self) -> str:
        """The report as plain text: language and band, a line for each topic, the answer."""
        lines = [f"{self.language}, {self.band.value}"]
        lines += [f"{score:7.3f}  {name}" for name, score in self.topics]
        return "\n".join([*lines, *(["", self.answer] if self.answer else [])])


def build_retriever() -> Retriever:
    """Build the index of the shipped articles."""
    retriever = Retriever(
        load_articles(), load_off_topic(), embedder=load_embedder(), vectors=load_vectors()
    )
    retriever.build()
    return retriever


def search_articles(text: str, language: str) -> SearchReport:
    """Search the shipped articles as for a member who reads this language."""
    retriever = build_retriever()
    result = retriever.search(AskedQuestion(text=text, locale=language))
    best = retriever.article(result.hits[0].id, result.language, ()) if result.hits else None
    return SearchReport(
        language=result.language,
        band=result.band,
        topics=tuple((hit.id, round(hit.score, 4)) for hit in result.hits[:TOPICS_SHOWN]),
        answer=best.text if best and result.band is Band.LIKELY else None,
    )
