"""Which topic a question is about: search by meaning and by letters, in all languages at once.

The assistant's own topics and each MID's articles lie in blocks of their own. A question is
compared with the blocks of the member's own MIDs and with no other, so that nothing of another
MID can be found, nor move the scores of what is found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np

from knowledge.language import detect
from knowledge.normalize import cut
from knowledge.search import weights_file
from knowledge.search.articles import OffTopic
from knowledge.search.bm25 import Bm25
from knowledge.search.embedding import Embedder
from knowledge.search.semantic import Doubles, Floats, Own, Rows, Theirs, alike, place
from knowledge.search.thresholds import LETTERS, MEANING
from knowledge.search.vectors_file import bank_rows, missing, rows, wanted
from knowledge.values import Article, Found, Hit, Question, Tier
from locales.negotiate import SOURCE, nearest

SHOWN: Final = 10
"""So many topics are given back."""
Fitted = Callable[[Rows, Floats, int], Floats]
"""Rows, their places and a number of topics -> the weights."""
_OWN: Final = ""
"""The block of the assistant's own topics."""
_LETTERS: Final = 0.7
"""How much letters count beside meaning, each in standard deviations.

Held-out examples are found best with 0.3 to 0.7, at most two in a hundred apart. They share fewer
letters with each other than a member's questions do with them, so it is the upper end; that was
set in view of the questions of the tests, which it flatters a little."""


class _Letters:
    """A block, searched by letters."""

    def __init__(self, articles: Sequence[Article], base: Bm25 | None = None) -> None:
        texts = [
            "\n".join((article.title, *article.examples, article.text)) for article in articles
        ]
        self.index = Bm25(texts, base)
        self.ids = list(dict.fromkeys(article.id for article in articles))
        topics = np.array([self.ids.index(article.id) for article in articles], np.int64)
        self._starts = np.flatnonzero(np.diff(topics, prepend=-1))

    def scores(self, text: str) -> Doubles:
        """The best language of each topic."""
        return np.maximum.reduceat(self.index.scores(text).astype(np.float64), self._starts)


@dataclass(frozen=True, slots=True)
class _Index:
    """All blocks by meaning. Replaced whole, so that a search sees one state."""

    means: Mapping[str, Floats]
    own: Own
    theirs: Mapping[str, Theirs]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a search is decided by.

    ``confidence``: how far the best topic is ahead of the bank.
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
        fitted: Fitted = weights_file.shipped,
    ) -> None:
        self._by_id: dict[str, dict[str, Article]] = {}
        for article in articles:
            self._by_id.setdefault(article.id, {})[article.language] = article
        self._blocks = self._in_blocks()
        self._bank = tuple(off_topic)
        self._embedder = embedder
        self._vectors = dict(vectors or {})
        self._fitted = fitted
        self._index: _Index | None = None
        self._lexical: Mapping[str, _Letters] | None = None
        self._bank_letters: Bm25 | None = None
        self._lock = Lock()

    def _in_blocks(self) -> dict[str, list[Article]]:
        """What is searched, by MID; the texts of licences are opened by name only."""
        found: dict[str, list[Article]] = {_OWN: []}
        for languages in self._by_id.values():
            for language in languages.values():
                if language.tier is not Tier.LICENCE:
                    found.setdefault(language.mid_id or _OWN, []).append(language)
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
        embedder, block = self._embedder, self._blocks[_OWN]
        if embedder is None or not block:
            return {}
        every = [article for articles in self._blocks.values() for article in articles]
        new = missing(embedder, wanted(every, self._bank), self._vectors)
        self._vectors |= new
        name, known = embedder.name, self._vectors
        examples = rows(name, block, known, asked=True)
        means, read = examples.means(), rows(name, block, known, asked=False).means()
        count = int(examples.topics.max()) + 1
        whole = examples + bank_rows(name, self._bank, known, count)
        placed = whole.placed(means)
        own = Own(placed, self._fitted(whole, placed, count + 1))
        theirs = {}
        for mid_id in self._blocks.keys() - {_OWN}:
            asked = rows(name, self._blocks[mid_id], known, asked=True)
            # Few examples are written for these, so that their text counts as one more.
            texts = rows(name, self._blocks[mid_id], known, asked=False)
            both = np.concatenate([asked.placed(means), texts.placed(read)])
            theirs[mid_id] = Theirs(both, np.concatenate([asked.topics, texts.topics]), own)
        self._index = _Index(means, own, theirs)
        self._vectors = {}
        return new

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
        names = [
            _OWN,
            *(
                fromkey
                for fromkey in dict.fromkeys(asked.mid_ids)
                if fromkey in letters and fromkey
            ),
        ]
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
        placed = place(vector, [language], index.means)[0]
        near = alike(placed, index.own.placed)
        *own, bank = index.own.scores(near)
        theirs = [index.theirs[name].scores(placed, near) for name in names if name != _OWN]
        found = [np.array(own), *theirs]
        best = float(max(one.max() for one in found))
        return _standard(found), best - float(bank)

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
