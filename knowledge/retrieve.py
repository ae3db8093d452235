"""Which topic a question is about: search by meaning and by letters, in all languages at once.

The assistant's own topics and each MID's articles lie in blocks of their own. A question is
compared with the blocks of the member's own MIDs and with no other, so that nothing of another
MID can be found, nor move the scores of what is found.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from threading import Lock
from typing import Final

import numpy as np

from knowledge.articles import OffTopic
from knowledge.bands import LETTERS, MEANING
from knowledge.embed import Embedder, Floats, key, unpack
from knowledge.language import detect
from knowledge.lexical import Bm25
from knowledge.meaning import BANK_SOFTNESS, Doubles, Near, Rows, Space
from knowledge.normal import cut
from knowledge.values import Article, Found, Hit, Question, Tier
from knowledge.vectors import Asked, missing, passage, question, questions_of, wanted
from locales.negotiate import SOURCE, nearest

SHOWN: Final = 10
"""So many topics are given back."""
_OWN: Final = ""
"""The block of the assistant's own topics."""
_PASSAGES: Final = 0.2
_LETTERS: Final = 0.5
"""How much articles, and letters, count beside the examples, each in standard deviations."""


class _Letters:
    """A block, searched by letters."""

    def __init__(self, articles: Sequence[Article], base: Bm25 | None = None) -> None:
        texts = ["\n".join((one.title, *one.examples, one.text)) for one in articles]
        self.index = Bm25(texts, base)
        self.ids = list(dict.fromkeys(one.id for one in articles))
        topics = np.array([self.ids.index(one.id) for one in articles], np.int64)
        self._starts = np.flatnonzero(np.diff(topics, prepend=-1))

    def scores(self, text: str) -> Doubles:
        """The best language of each topic."""
        return np.maximum.reduceat(self.index.scores(text).astype(np.float64), self._starts)


class _Meaning:
    """A block, searched by meaning."""

    def __init__(
        self, examples: Rows, passages: Rows, space: Space, means: Mapping[str, Floats]
    ) -> None:
        self.examples = Near(space.place(examples.vectors, examples.languages), examples.topics)
        placed = space.place(passages.vectors, passages.languages, means)
        self.passages = Near(placed, passages.topics)


@dataclass(frozen=True, slots=True)
class _Index:
    """All blocks by meaning, and the bank. Replaced whole, so that a search sees one state."""

    space: Space
    blocks: Mapping[str, _Meaning]
    bank: Near | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a search is decided by.

    ``confidence``: how much nearer the question is to a topic than to the bank.
    ``lead``: how far the first topic is ahead of the second.
    """

    language: str
    hits: tuple[Hit, ...]
    confidence: float
    lead: float
    by_meaning: bool


class Retriever:
    """A search over articles. Any thread may ask it; ``build`` makes it better while it serves.

    Until ``build`` is done, and where there is no embedder, it goes by letters alone.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        off_topic: Iterable[OffTopic],
        *,
        embedder: Embedder | None = None,
        vectors: Mapping[str, bytes] | None = None,
    ) -> None:
        self._by_id: dict[str, dict[str, Article]] = {}
        for one in articles:
            self._by_id.setdefault(one.id, {})[one.language] = one
        self._blocks = self._in_blocks()
        self._bank = tuple(off_topic)
        self._embedder = embedder
        self._vectors = dict(vectors or {})
        self._index: _Index | None = None
        self._lexical: Mapping[str, _Letters] | None = None
        self._bank_letters: Bm25 | None = None
        self._lock = Lock()

    def _in_blocks(self) -> dict[str, list[Article]]:
        """What is searched, by MID; the texts of licences are opened by name only."""
        found: dict[str, list[Article]] = {_OWN: []}
        for languages in self._by_id.values():
            for one in languages.values():
                if one.tier is not Tier.LICENCE:
                    found.setdefault(one.mid_id or _OWN, []).append(one)
        return found

    @property
    def by_meaning(self) -> bool:
        """Whether questions are compared by meaning by now."""
        return self._index is not None

    def build(self) -> dict[str, bytes]:
        """Make what a search needs. Slow where vectors are missing: run it in a thread.

        Returns:
            The vectors that had to be made, by key, to be kept and given again next time.
        """
        self._letters()
        embedder = self._embedder
        if embedder is None or not self._blocks[_OWN]:
            return {}
        every = [one for block in self._blocks.values() for one in block]
        new = missing(embedder, wanted(every, self._bank), self._vectors)
        self._vectors |= new
        examples = {name: self._rows(block, asked=True) for name, block in self._blocks.items()}
        passages = {name: self._rows(block, asked=False) for name, block in self._blocks.items()}
        space, means = Space(examples[_OWN]), passages[_OWN].means()
        blocks = {
            name: _Meaning(examples[name], passages[name], space, means) for name in self._blocks
        }
        self._index = _Index(space, blocks, self._placed_bank(space))
        self._vectors = {}
        return new

    def _rows(self, block: Sequence[Article], *, asked: bool) -> Rows:
        found: list[tuple[Asked, str, int]] = []
        for number, (_, same) in enumerate(groupby(block, key=lambda one: one.id)):
            for one in same:
                texts = map(question, questions_of(one)) if asked else [passage(one)]
                found += [(text, one.language, number) for text in texts]
        texts_, languages, topics = zip(*found, strict=True)
        return Rows(self._looked_up(texts_), languages, np.array(topics, np.int64))

    def _looked_up(self, texts: Iterable[Asked]) -> Floats:
        assert self._embedder is not None
        name = self._embedder.name
        return unpack(self._vectors[key(name, text, asked=asked)] for text, asked in texts)

    def _placed_bank(self, space: Space) -> Near | None:
        if not self._bank:
            return None
        vectors = self._looked_up(question(one.text) for one in self._bank)
        placed = space.place(vectors, [one.language for one in self._bank])
        return Near(placed, np.zeros(len(self._bank), np.int64))

    def _letters(self) -> Mapping[str, _Letters]:
        with self._lock:
            if self._lexical is None:
                own = _Letters(self._blocks[_OWN])
                self._bank_letters = Bm25([one.text for one in self._bank], own.index)
                others = (name for name in self._blocks if name != _OWN)
                rest = {name: _Letters(self._blocks[name], own.index) for name in others}
                self._lexical = {_OWN: own, **rest}
            return self._lexical

    def search(self, asked: Question) -> Found:
        """The topics that a question is about, best first, and how sure that is."""
        found = self.weigh(asked)
        band = (MEANING if found.by_meaning else LETTERS).of(found.confidence, found.lead)
        return Found(language=found.language, band=band, hits=found.hits)

    def weigh(self, asked: Question) -> Weighed:
        """What a search is decided by."""
        text = cut(asked.text).text
        language = detect(text, asked.locale)
        letters, index = self._letters(), self._index
        if not any(char.isalnum() for char in text) or not letters[_OWN].ids:
            return Weighed(language, (), -np.inf, 0.0, by_meaning=index is not None)
        names = [_OWN, *(one for one in dict.fromkeys(asked.mid_ids) if one in letters and one)]
        ids = [one for name in names for one in letters[name].ids]
        spelt = [letters[name].scores(text) for name in names]
        if index is None:
            scores, confidence = _standard(spelt), self._by_letters(text, spelt)
        else:
            scores, confidence = self._by_meaning(index, names, text, language)
            scores = scores + _LETTERS * _standard(spelt)
        order = np.argsort(-scores, kind="stable")[:SHOWN]
        lead = float(scores[order[0]] - scores[order[1]]) if len(order) > 1 else np.inf
        hits = tuple(Hit(ids[at], float(scores[at])) for at in order)
        return Weighed(language, hits, confidence, lead, by_meaning=index is not None)

    def _by_meaning(
        self, index: _Index, names: Sequence[str], text: str, language: str
    ) -> tuple[Doubles, float]:
        assert self._embedder is not None
        vector = self._embedder.question(text)[np.newaxis]
        placed = index.space.place(vector, [language])[0]
        near = [index.blocks[name].examples.scores(placed) for name in names]
        read = [index.blocks[name].passages.scores(placed) for name in names]
        best = float(max(one.max() for one in near))
        bank = float(index.bank.scores(placed, BANK_SOFTNESS)[0]) if index.bank else -1.0
        return _standard(near) + _PASSAGES * _standard(read), best - bank

    def _by_letters(self, text: str, spelt: Sequence[Doubles]) -> float:
        """How much more of the question's letters a topic has than the bank, for its length."""
        bank = self._bank_letters.scores(text) if self._bank_letters and self._bank else [0.0]
        best = max(float(one.max()) for one in spelt)
        return (best - float(max(bank))) / max(len(text), 1)

    def article(self, name: str, locale: str, mid_ids: Sequence[str]) -> Article | None:
        """An article in a language, or in the nearest one it has, or in English.

        None when there is none, or when it is of a MID that is not among ``mid_ids``.
        """
        has = self._by_id.get(name)
        if not has:
            return None
        first = next(iter(has.values()))
        if first.mid_id is not None and first.mid_id not in mid_ids:
            return None
        tag = locale if locale in has else nearest(locale, has) or SOURCE
        return has.get(tag, first)


def _standard(blocks: Sequence[Doubles]) -> Doubles:
    """Scores in standard deviations of the assistant's own topics, which are the first block."""
    own = blocks[0]
    found: Doubles = (np.concatenate(blocks) - own.mean()) / max(float(own.std()), 1e-9)
    return found
