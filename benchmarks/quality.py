"""Search quality: how well questions find their topic, and whether off-topic ones are refused.

`tests/knowledge/questions` was written by somebody who saw neither examples nor search, and
nothing was tuned on it. `tests/knowledge/development` is older, and the search was developed with
it. A question that nearly copies an example, or an entry of the off-topic bank (a similarity of
0.9 or more), proves nothing and is left out.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from benchmarks.table import table
from knowledge.normalize import fold
from knowledge.search.articles import load_articles, load_off_topic
from knowledge.values import AskedQuestion, Band, SearchResult
from locales.negotiate import SHIPPED

SETS = Path(__file__).parents[1] / "tests" / "knowledge"
UNSEEN = "questions"
DEVELOPMENT = "development"
COPY = 0.9
NOT_FOUND = 99
REFUSED = ("off_topic", "near_domain", "near_real")
"""Near-domain are lookalikes: another sense of a word of ours (a driving licence, a phone's data
plan). Near-real are what members may truly ask and no article answers."""

Search = Callable[[AskedQuestion], SearchResult]


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question, the topics that answer it, or in ``kind`` why there are none."""

    text: str
    language: str
    topics: frozenset[str] = frozenset()
    kind: str = "good"


def _read(folder: str, name: str) -> Any:
    return yaml.safe_load((SETS / folder / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def read_set(folder: str = UNSEEN) -> tuple[LabelledQuestion, ...]:
    """Read a set of questions, without near copies of examples."""
    examples: dict[str, list[str]] = {}
    for article in load_articles():
        examples.setdefault(article.language, []).extend(map(fold, article.examples))
    good = [
        LabelledQuestion(entry["q"], language, frozenset(entry["topics"]))
        for language in SHIPPED
        for entry in _read(folder, language)
        if not _is_copy(fold(entry["q"]), examples[language])
    ]
    refused = _read(folder, "refused")
    bank = [fold(entry.text) for entry in load_off_topic()]
    bad = [
        LabelledQuestion(entry["q"], entry["language"], kind=kind)
        for kind in REFUSED
        for entry in refused.get(kind, ())
        if not _is_copy(fold(entry["q"]), bank)
    ]
    return (*good, *bad)


def _is_copy(text: str, others: Iterable[str]) -> bool:
    matcher = SequenceMatcher(None, "", text, autojunk=False)
    for other in others:
        matcher.set_seq1(other)
        # The quick ratios are upper bounds of the slow one.
        upper = min(matcher.real_quick_ratio(), matcher.quick_ratio())
        if upper >= COPY and matcher.ratio() >= COPY:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Ranks:
    """The rank of the right topic for each question, from 0, or ``NOT_FOUND``."""

    ranks: tuple[int, ...]

    def at(self, k: int) -> float:
        """Recall at k: the share of questions whose topic is among the first k."""
        return sum(rank < k for rank in self.ranks) / len(self.ranks)

    @property
    def mrr(self) -> float:
        """The mean reciprocal rank."""
        return sum(1 / (1 + rank) for rank in self.ranks if rank < NOT_FOUND) / len(self.ranks)


@dataclass(frozen=True, slots=True)
class Quality:
    """The result of a set: ranks by language, shares of bands by kind of question."""

    ranks: dict[str, Ranks]
    bands: dict[str, dict[Band, float]]
    likely_right: float

    @property
    def all(self) -> Ranks:
        """The ranks of all languages together."""
        return Ranks(tuple(rank for ranks in self.ranks.values() for rank in ranks.ranks))

    def accepted(self, kind: str) -> float:
        """The share that was not refused as off-topic."""
        return 1 - self.bands[kind].get(Band.OFF_TOPIC, 0.0)


def find_rank(result: SearchResult, topics: frozenset[str]) -> int:
    """The rank of the first right topic among the hits, or ``NOT_FOUND``."""
    return next((at for at, hit in enumerate(result.hits) if hit.id in topics), NOT_FOUND)


def measure(search: Search, folder: str = UNSEEN) -> Quality:
    """Search for every question of a set."""
    results = [
        (question, search(AskedQuestion(text=question.text, locale=question.language)))
        for question in read_set(folder)
    ]
    good = [(question, result) for question, result in results if question.topics]
    ranks = {
        tag: Ranks(
            tuple(
                find_rank(result, question.topics)
                for question, result in good
                if question.language == tag
            )
        )
        for tag in SHIPPED
    }
    bands = {}
    for kind in ("good", *REFUSED):
        own = [result.band for question, result in results if question.kind == kind]
        bands[kind] = {band: own.count(band) / max(len(own), 1) for band in Band}
    likely = [
        find_rank(result, question.topics) == 0
        for question, result in good
        if result.band is Band.LIKELY
    ]
    return Quality(ranks, bands, sum(likely) / max(len(likely), 1))


def show(results: Sequence[tuple[str, Quality]]) -> str:
    """Format two tables: the ranks by language, and the bands."""
    cells = [
        (
            name,
            *(
                f"{ranks.at(1):.2f}/{ranks.at(3):.2f}"
                for ranks in (quality.all, *quality.ranks.values())
            ),
            f"{quality.all.mrr:.2f}",
        )
        for name, quality in results
    ]
    ranks = table(
        "R@1/R@3: the right topic first, or among three", ("search", "all", *SHIPPED, "MRR"), cells
    )
    rows = [
        (
            name,
            *(f"{quality.accepted(kind):.2f}" for kind in ("good", *REFUSED)),
            f"{quality.bands['good'][Band.LIKELY]:.2f}",
            f"{quality.likely_right:.2f}",
            f"{quality.bands['near_domain'][Band.LIKELY]:.2f}",
            f"{quality.bands['near_real'][Band.LIKELY]:.2f}",
        )
        for name, quality in results
    ]
    head = (
        "search", "good accepted", "off-topic accepted", "lookalikes accepted",
        "real ones accepted", "good shown as likely", "of them right",
        "lookalikes shown as likely", "real ones shown as likely",
    )  # fmt: skip
    return ranks + "\n" + table("Who is refused", head, rows)
