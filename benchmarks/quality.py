"""How well questions find their topic, and whether what has none is refused.

`tests/knowledge/questions` was written by somebody who saw neither examples nor search, and
nothing was tuned on it. `tests/knowledge/development` is older; the search was made in view of
it. A question that is all but a copy of an example, or of an entry of the off-topic bank (a
likeness of 0.9 or more), proves nothing and is left out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from benchmarks.table import table
from knowledge.normalize import folded
from knowledge.search.articles import load, off_topic
from knowledge.values import Band, Found, Question
from locales.negotiate import SHIPPED

SETS = Path(__file__).parents[1] / "tests" / "knowledge"
UNSEEN = "questions"
DEVELOPMENT = "development"
COPY = 0.9
NOWHERE = 99
REFUSED = ("off_topic", "near_domain")

Search = Callable[[Question], Found]


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the set, the topics that answer it, or in ``kind`` why there are none."""

    text: str
    language: str
    topics: frozenset[str] = frozenset()
    kind: str = "good"


def _read(folder: str, name: str) -> Any:
    return yaml.safe_load((SETS / folder / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def items(folder: str = UNSEEN) -> tuple[Item, ...]:
    """A whole set, without copies of examples."""
    examples: dict[str, list[str]] = {}
    for article in load():
        examples.setdefault(article.language, []).extend(map(folded, article.examples))
    good = [
        Item(one["q"], language, frozenset(one["topics"]))
        for language in SHIPPED
        for one in _read(folder, language)
        if not _copied(folded(one["q"]), examples[language])
    ]
    refused = _read(folder, "refused")
    bank = [folded(one.text) for one in off_topic()]
    bad = [
        Item(one["q"], one["language"], kind=kind)
        for kind in REFUSED
        for one in refused[kind]
        if not _copied(folded(one["q"]), bank)
    ]
    return (*good, *bad)


def _copied(text: str, others: Iterable[str]) -> bool:
    alike = SequenceMatcher(None, "", text, autojunk=False)
    for one in others:
        alike.set_seq1(one)
        # The quick ones never say less than the slow one.
        if min(alike.real_quick_ratio(), alike.quick_ratio()) >= COPY and alike.ratio() >= COPY:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the right topic came, from 0; beyond the list it counts as not found."""

    places: tuple[int, ...]

    def at(self, k: int) -> float:
        """The share of questions whose topic is among the first k."""
        return sum(place < k for place in self.places) / len(self.places)

    @property
    def mrr(self) -> float:
        """The mean of 1 / place."""
        return sum(1 / (1 + one) for one in self.places if one < NOWHERE) / len(self.places)


@dataclass(frozen=True, slots=True)
class Quality:
    """What came of the set."""

    ranks: dict[str, Ranks]
    bands: dict[str, dict[Band, float]]
    likely_right: float

    @property
    def all(self) -> Ranks:
        """Every language together."""
        return Ranks(tuple(place for one in self.ranks.values() for place in one.places))

    def accepted(self, kind: str) -> float:
        """The share that was not refused as off-topic."""
        return 1 - self.bands[kind].get(Band.OFF_TOPIC, 0.0)


def place(found: Found, topics: frozenset[str]) -> int:
    """Where the first right topic is in what was found."""
    return next((at for at, hit in enumerate(found.hits) if hit.id in topics), NOWHERE)


def measure(search: Search, folder: str = UNSEEN) -> Quality:
    """Ask a whole set."""
    asked = items(folder)
    found = [(one, search(Question(text=one.text, locale=one.language))) for one in asked]
    good = [(one, it) for one, it in found if one.topics]
    ranks = {
        tag: Ranks(tuple(place(it, one.topics) for one, it in good if one.language == tag))
        for tag in SHIPPED
    }
    bands = {}
    for kind in ("good", *REFUSED):
        own = [it.band for one, it in found if one.kind == kind]
        bands[kind] = {band: own.count(band) / len(own) for band in Band}
    likely = [place(it, one.topics) == 0 for one, it in good if it.band is Band.LIKELY]
    return Quality(ranks, bands, sum(likely) / max(len(likely), 1))


def show(results: Sequence[tuple[str, Quality]]) -> str:
    """The tables: quality by language, and bands."""
    cells = [
        (
            name,
            *(f"{one.at(1):.2f}/{one.at(3):.2f}" for one in (it.all, *it.ranks.values())),
            f"{it.all.mrr:.2f}",
        )
        for name, it in results
    ]
    quality = table(
        "R@1/R@3: the right topic first, or among three", ("search", "all", *SHIPPED, "MRR"), cells
    )
    rows = [
        (
            name,
            *(f"{it.accepted(kind):.2f}" for kind in ("good", *REFUSED)),
            f"{it.bands['good'][Band.LIKELY]:.2f}",
            f"{it.likely_right:.2f}",
            f"{it.bands['near_domain'][Band.LIKELY]:.2f}",
        )
        for name, it in results
    ]
    head = (
        "search", "good accepted", "off-topic accepted", "near-domain accepted",
        "good shown as likely", "of them right", "near-domain shown as likely",
    )  # fmt: skip
    return quality + "\n" + table("Who is refused", head, rows)
