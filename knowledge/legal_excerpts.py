"""Excerpts of a licence's legal text for a question that names the licence.

Legal texts are in no search index. They are found by a licence's name, and only among the licences
that the member's own MIDs offer them.
"""

import re
import textwrap
from collections.abc import Collection, Iterator

import numpy as np

from knowledge.cards.standing import licence_title
from knowledge.llm.prompt import estimate_text_tokens
from knowledge.search import mentions
from knowledge.search.bm25 import Bm25
from knowledge.values import Article, Tier
from locales.words import Words
from service.standing.values import Standing

MOST = 2
"""How many excerpts a question gets at most, of one licence or of two."""
LONGEST = 180
"""Estimated tokens of an excerpt at most."""
_WRAP = 400
"""Characters at which a sentence that is too long is broken, if it is ASCII."""
_SENTENCE_END = re.compile(r"(?<=[.!?;。！？；।؟])\s*")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def find_excerpts(question: str, standings: Collection[Standing], w: Words) -> tuple[Article, ...]:
    """Excerpts of the legal texts of the licences that a question names, best licence first.

    All are of one MID. Each article has the licence's ``id`` and the tier ``LICENCE``.
    """
    mentioned = mentions.mentioned_licences(question, standings, w)
    mid_ids = [standing.holding.licence.mid_id for standing in mentioned]
    of_first_mid = [
        standing
        for standing, mid_id in zip(mentioned, mid_ids, strict=True)
        if mid_id == mid_ids[0]
    ]
    each = MOST if len(of_first_mid) == 1 else 1
    return tuple(
        excerpt
        for standing in of_first_mid[:MOST]
        for excerpt in _best_excerpts(question, standing, each, w)
    )


def split_text(text: str) -> list[str]:
    """Split a text into pieces of about ``LONGEST`` tokens at most, none across paragraphs."""
    pieces: list[str] = []
    for paragraph in _PARAGRAPHS.split(text.strip()):
        piece = ""
        for sentence in _sentences(" ".join(paragraph.split())):
            longer = f"{piece} {sentence}".strip()
            if piece and estimate_text_tokens(longer) > LONGEST:
                pieces.append(piece)
                longer = sentence
            piece = longer
        if piece:
            pieces.append(piece)
    return pieces


def _best_excerpts(question: str, standing: Standing, most: int, w: Words) -> Iterator[Article]:
    licence = standing.holding.licence
    picked = w.pick(licence.terms.legal_text)
    texts = split_text(picked.text)
    order = np.argsort(-Bm25(texts).scores(question), kind="stable")[:most]
    for at in sorted(order):
        yield Article(
            id=licence.id,
            language=picked.locale,
            # NOTE: {licence} is the title of a licence. The name of a text among the sources.
            title=w.t("{licence}: legal text", licence=licence_title(standing, w)),
            text=texts[at],
            tier=Tier.LICENCE,
            mid_id=licence.mid_id,
            version=licence.version,
        )


def _sentences(paragraph: str) -> Iterator[str]:
    """The sentences of a paragraph; those that are too long are broken."""
    for sentence in _SENTENCE_END.split(paragraph):
        if estimate_text_tokens(sentence) <= LONGEST:
            yield sentence
        else:
            yield from textwrap.wrap(sentence, _WRAP if sentence.isascii() else LONGEST)
