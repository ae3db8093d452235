"""Finds the licences and months that a question mentions, to narrow an answer to them.

A wrong guess does no harm: what is left out can still be seen on the list of licences.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date

from babel import dates

from knowledge.cards.vocabulary import class_label
from knowledge.normalize import fold
from locales.words import SHIPPED, Words
from service.standing.values import Standing

STEM = 5
"""Letters that forms of one word usually share: "insurer's" and "insurance"."""
SHORTEST = 4
"""Words with fewer letters are left out."""
# The vowel signs of Hindi are no letters to Python, and yet belong to their words.
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963])+")
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
    """The licences that a question names best, by words that not all of them share; else none.

    Where the member has a single licence, any word of its names will do.
    """
    asked = stems(text)
    names = [(standing, _names(standing, w)) for standing in standings]
    hits = [len(asked & named) for _, named in names]
    best = max(hits, default=0)
    if best == 0 or (min(hits) == best and len(hits) > 1):
        return ()
    return tuple(standing for (standing, _), n in zip(names, hits, strict=True) if n == best)


def _names(standing: Standing, w: Words) -> frozenset[str]:
    terms = standing.holding.licence.terms
    parties = (terms.collector, *terms.buyers, *terms.via)
    texts: Iterable[str] = (
        *terms.title.values(),
        *(party.name for party in parties),
        *(class_label(party.kind, w) for party in (*terms.buyers, *terms.via)),
    )
    # The MID's own name ("Nurses' Data Co-op") does not tell its licences apart.
    own = frozenset().union(*map(stems, standing.holding.membership.mid.name.values()))
    return frozenset().union(*map(stems, texts)) - own


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
