"""Calibrates the thresholds in `knowledge/search/retriever.py` by cross-validation.

The examples of each article are held out in six folds, the same place in every language at once,
so that no translation of a question is left; so is every sixth entry of the off-topic bank. What
is held out is then asked. That is harder than real questions: each example of an article asks
something else, and the article then has no example like it. All weights are fitted anew in each
fold, which takes a gigabyte and some minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.table import table
from knowledge.search.articles import OffTopicQuestion, load_articles, load_off_topic
from knowledge.search.embedding import Embedder, Floats, load_embedder, unpack, vector_key
from knowledge.search.prebuilt import fit_all, load_vectors
from knowledge.search.retriever import Retriever, SearchScores
from knowledge.values import Article, AskedQuestion

FOLDS = 6
REFUSED = 0.95
"""The share of the held-out bank that `off_topic` refuses."""
BELOW = 0.99
"""The share of the held-out bank that stays below `likely`."""
RIGHT = 0.85
"""The share of right topics, of those shown as likely, from which `lead` is taken."""


class ShippedEmbedder:
    """An embedder that looks up the shipped vectors."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.vectors = load_vectors()

    def question(self, text: str) -> Floats:
        return unpack([self.vectors[vector_key(self.name, text, is_question=True)]])[0]

    def passage(self, text: str) -> Floats:
        return unpack([self.vectors[vector_key(self.name, text, is_question=False)]])[0]


@dataclass(frozen=True, slots=True)
class HeldOutScores:
    """The scores of a held-out question, and its topic; None for one from the bank."""

    topic: str | None
    scores: SearchScores


def _without(article: Article, fold: int) -> Article:
    """The article without the examples of this fold."""
    kept = tuple(text for at, text in enumerate(article.examples) if at % FOLDS != fold)
    return replace(article, examples=kept)


def held_out(*, by_meaning: bool) -> Iterator[HeldOutScores]:
    """Search for every example and every entry of the bank once, while it is held out."""
    articles, bank = load_articles(), load_off_topic()
    installed = load_embedder()
    embedder: Embedder | None = (
        ShippedEmbedder(installed.name) if installed and by_meaning else None
    )
    for fold in range(FOLDS):
        kept_bank: list[OffTopicQuestion] = [
            entry for at, entry in enumerate(bank) if at % FOLDS != fold
        ]
        search = Retriever(
            [_without(article, fold) for article in articles],
            kept_bank,
            embedder=embedder,
            vectors=load_vectors(),
            weights=fit_all,
        )
        search.build()
        for article in articles:
            for text in article.examples[fold::FOLDS]:
                question = AskedQuestion(text=text, locale=article.language)
                yield HeldOutScores(article.id, search.score(question))
        for entry in bank[fold::FOLDS]:
            question = AskedQuestion(text=entry.text, locale=entry.language)
            yield HeldOutScores(None, search.score(question))


def row(name: str, results: list[HeldOutScores]) -> tuple[str, ...]:
    """The thresholds of one kind of search, and their effect on the held-out questions."""
    good = [result for result in results if result.topic]
    confidence = np.array([result.scores.confidence for result in good])
    lead = np.array([result.scores.lead for result in good])
    right = np.array([result.scores.hits[0].id == result.topic for result in good])
    among_three = np.array(
        [result.topic in [hit.id for hit in result.scores.hits[:3]] for result in good]
    )
    bank = np.array([result.scores.confidence for result in results if not result.topic])
    off_topic = float(np.quantile(bank, REFUSED))
    likely = float(np.quantile(bank, BELOW))
    steps = np.linspace(0, 4, 81)
    precise = (s for s in steps if right[(lead >= s) & (confidence >= likely)].mean() >= RIGHT)
    least_lead = float(next(precise, steps[-1]))
    shown = (lead >= least_lead) & (confidence >= likely)
    return (
        name,
        f"{off_topic:.3f}",
        f"{(confidence >= off_topic).mean():.2f}",
        f"{likely:.3f}",
        f"{least_lead:.2f}",
        f"{shown.mean():.2f}",
        f"{right[shown].mean():.2f}",
        f"{right.mean():.2f}",
        f"{among_three.mean():.2f}",
    )


def main() -> None:
    """Print the thresholds for `knowledge/search/retriever.py`."""
    head = (
        "search", "off-topic below", "examples accepted", "likely from", "lead from",
        "shown as likely", "of them right", "R@1", "R@3",
    )  # fmt: skip
    rows = [
        row(name, list(held_out(by_meaning=by_meaning)))
        for name, by_meaning in (("by meaning", True), ("by letters", False))
    ]
    print(table("Thresholds, on held-out examples and bank", head, rows))


if __name__ == "__main__":
    main()
