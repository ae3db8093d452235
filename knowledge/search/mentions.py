"""Finds the licences and months that a question mentions, to narrow an answer to them.

A wrong guess does no harm: what is left out can still be seen on the list of licences.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from babel import dates

from knowledge.cards.vocabulary import class_label, party_classes
from knowledge.normalize import LETTER, fold
from knowledge.search.articles import own_articles
from locales.words import SHIPPED, Words
from service.standing.values import Standing

STEM = 5
"""Letters that forms of one word usually share: "insurer's" and "insurance"."""
SHORTEST = 4
"""Words with fewer letters are left out."""
# A word that more of our own topics use is an ordinary one. Titles are written to be recognised.
MOST_TOPICS_OF_NAMES = 11
MOST_TOPICS_OF_TITLES = 19
_WORD = re.compile(rf"{LETTER}+")
_CJK = re.compile(r"[\u3400-\u9fff]")


def stems(text: str) -> frozenset[str]:
    """Crude stems of a text: the first letters of its words, and pairs of Chinese characters."""
    stems: set[str] = set()
    for word in _WORD.findall(fold(text)):
        if _CJK.search(word):
            stems |= {word[i : i + 2] for i in range(len(word) - 1)}
        elif len(word) >= SHORTEST:
            stems.add(word.removeprefix("ال")[:STEM])
    return frozenset(stems)


def mentioned_licences(
    text: str, standings: Collection[Standing], w: Words
) -> tuple[Standing, ...]:
    """The licences that a question names by a word that not all of them share; else none.

    Of a single one any word that tells something will do. "Data" or "like" tell nothing, even
    where a buyer is called that: such a name counts only when it is said in full.
    """
    asked = _Asked(stems(text), f" {' '.join(_WORD.findall(fold(text)))} ")
    labels = {kind: stems(class_label(kind, w)) for kind in party_classes()}
    hits = [len(_named(asked, standing, labels)) for standing in standings]
    best = max(hits, default=0)
    if best == 0 or (min(hits) == best and len(hits) > 1):
        return ()
    return tuple(one for one, n in zip(standings, hits, strict=True) if n == best)


def party_names(standings: Collection[Standing]) -> frozenset[str]:
    """What the parties of licences and their MIDs are called: these words are of no language."""
    found: set[str] = set()
    for standing in standings:
        terms = standing.holding.licence.terms
        found |= {party.name for party in (terms.collector, *terms.buyers, *terms.via)}
        found |= set(standing.holding.membership.mid.name.values())
    return frozenset(found)


ClassStems = Mapping[str, frozenset[str]]
"""Class of a party -> the stems of its label in the language of the question."""


class _Asked(NamedTuple):
    stems: frozenset[str]
    words: str
    """All of them, with a space before and after each."""


def _named(asked: _Asked, standing: Standing, labels: ClassStems) -> frozenset[str]:
    terms = standing.holding.licence.terms
    receivers = (*terms.buyers, *terms.via)
    # What a MID calls itself ("Nurses' Data Co-op") tells none of its licences apart.
    own = frozenset().union(*map(stems, standing.holding.membership.mid.name.values()))
    found: set[str] = set()
    for title in terms.title.values():
        found |= asked.stems & stems(title) - own - _ordinary(MOST_TOPICS_OF_TITLES)
    for party in {terms.collector, *receivers}:
        found |= _by_name(asked, party.name, own)
    for kind in {party.kind for party in receivers}:
        found |= _by_class(asked, kind, own, labels)
    return frozenset(found)


def _by_name(asked: _Asked, name: str, own: frozenset[str]) -> frozenset[str]:
    """The words of a name, if half of it is there and one of them is no ordinary word."""
    whole = stems(name)
    hit = asked.stems & whole
    phrase = " ".join(_WORD.findall(fold(name)))
    if whole <= own:
        return frozenset()
    in_full = len(phrase.split()) > 1 and f" {phrase} " in asked.words
    telling = hit - own - _ordinary(MOST_TOPICS_OF_NAMES)
    return hit if in_full or (telling and 2 * len(hit) >= len(whole)) else frozenset()


def _by_class(asked: _Asked, kind: str, own: frozenset[str], labels: ClassStems) -> frozenset[str]:
    """The words for what a buyer is, where they tell it from what others are."""
    # A class that has no label is shown, and so asked about, as the MID wrote it.
    whole = labels.get(kind, stems(kind))
    hit = asked.stems & whole
    shared = frozenset().union(*(label for known, label in labels.items() if known != kind))
    telling = hit - own - shared - _ordinary(MOST_TOPICS_OF_NAMES)
    return hit - own if telling and 2 * len(hit) >= len(whole) else frozenset()


@cache
def _ordinary(most: int) -> frozenset[str]:
    """Stems of words that more than ``most`` of our own topics use, in some language."""
    uses: Counter[tuple[str, str]] = Counter()
    for article in own_articles():
        said = stems(" ".join((article.title, article.text, *article.examples)))
        uses.update((article.language, stem) for stem in said)
    return frozenset(stem for (_, stem), n in uses.items() if n > most)


def mentioned_months(text: str, known: Collection[date], w: Words) -> frozenset[date]:
    """Those of the known months, by their first days, that a question names in any language."""
    asked = fold(text)
    words = {word[:SHORTEST] for word in _WORD.findall(asked)}
    mentioned = set()
    for month in known:
        for locale in {w.locale, *SHIPPED}:
            for context in ("format", "stand-alone"):
                name = fold(dates.get_month_names("wide", context, locale)[month.month])
                if _CJK.search(name):
                    # 1月 is the end of 11月: a digit before it makes it another month.
                    numeral = rf"(?<![\d十])(?:{re.escape(name)}|{month.month}月)"
                    hit = re.search(numeral, asked) is not None
                else:
                    hit = (
                        name[:SHORTEST] in words
                        if len(name) >= SHORTEST
                        else name in asked.split()
                    )
                if hit:
                    mentioned.add(month)
    return frozenset(mentioned)
