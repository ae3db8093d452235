"""What a licence's legal text says to a question that names the licence.

These texts are in no index: they are opened by the licence's name, and only those of the licences
that the member's own MIDs offer them.
"""

import re
import textwrap
from collections.abc import Collection, Iterator

import numpy as np

from knowledge.cards.standing import title
from knowledge.llm.prompt import estimate
from knowledge.search import mentions
from knowledge.search.bm25 import Bm25
from knowledge.values import Article, Tier
from locales.words import Words
from service.standing.values import Standing

MOST = 2
"""So many pieces are given to a question, of one licence or of two."""
LONGEST = 180
"""Tokens of a piece, about."""
_CHARACTERS = 400
_ENDS = re.compile(r"(?<=[.!?;。！？；।؟])\s*")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def named(asked: str, standings: Collection[Standing], w: Words) -> tuple[Article, ...]:
    """Pieces of the legal texts of the licences that a question names, best first; else none.

    All are of one MID. An article's ``id`` is the licence's, its ``tier`` is ``LICENCE``.
    """
    found = mentions.licences(asked, standings, w)
    one_mid = [
        one for one in found if one.holding.licence.mid_id == found[0].holding.licence.mid_id
    ]
    each = MOST if len(one_mid) == 1 else 1
    return tuple(piece for one in one_mid[:MOST] for piece in _best(asked, one, each, w))


def _best(asked: str, standing: Standing, most: int, w: Words) -> Iterator[Article]:
    licence = standing.holding.licence
    picked = w.pick(licence.terms.legal_text)
    texts = pieces(picked.text)
    order = np.argsort(-Bm25(texts).scores(asked), kind="stable")[:most]
    for at in sorted(order):
        yield Article(
            id=licence.id,
            language=picked.locale,
            # NOTE: {licence} is the title of a licence. The name of a text among the sources.
            title=w.t("{licence}: legal text", licence=title(standing, w)),
            text=texts[at],
            tier=Tier.LICENCE,
            mid_id=licence.mid_id,
            version=licence.version,
        )


def pieces(text: str) -> list[str]:
    """A text in pieces of at most about ``LONGEST`` tokens; none crosses a paragraph's end."""
    found: list[str] = []
    for paragraph in _PARAGRAPHS.split(text.strip()):
        piece = ""
        for sentence in _short(" ".join(paragraph.split())):
            longer = f"{piece} {sentence}".strip()
            if piece and estimate(longer) > LONGEST:
                found.append(piece)
                longer = sentence
            piece = longer
        if piece:
            found.append(piece)
    return found


def _short(paragraph: str) -> Iterator[str]:
    for sentence in _ENDS.split(paragraph):
        if estimate(sentence) <= LONGEST:
            yield sentence
        else:
            yield from textwrap.wrap(sentence, _CHARACTERS if sentence.isascii() else LONGEST)
