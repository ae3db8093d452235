"""Hybrid search for the topics of a question: semantic and lexical, in all languages at once.

The assistant's own articles and those of each MID are separate blocks. A question is compared
only with the own block and the blocks of the member's MIDs, so that no other MID's articles can be
found or change the scores of those that are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np

from knowledge.language import detect
from knowledge.normalize import read_question, without_names, without_numbers
from knowledge.search import prebuilt
from knowledge.search.articles import OffTopicQuestion
from knowledge.search.bm25 import Bm25
from knowledge.search.embedding import Embedder
from knowledge.search.embedding_texts import (
    bank_rows,
    embed_missing,
    list_texts,
    passage_rows,
    question_rows,
)
from knowledge.search.semantic import (
    Doubles,
    Floats,
    MidTopics,
    OwnTopics,
    Rows,
    centre,
    similarity,
)
from knowledge.values import Article, AskedQuestion, Band, Hit, SearchResult, Tier
from locales.negotiate import SOURCE, nearest

MOST_HITS: Final = 10
"""How many topics a search returns at most."""
_OWN: Final = ""
"""The name of the block of the assistant's own articles; the others have their MID's id."""
_LEXICAL_WEIGHT: Final = 0.7
"""The weight of lexical scores beside semantic ones, both in standard deviations.

Held-out examples are found best with 0.3 to 0.7, at most two in a hundred apart. They share fewer
letters with each other than a member's questions do with them, so the upper end was taken; that
was decided in view of the questions of the tests, which it flatters a little."""

WeightSource = Callable[[Rows, Floats, int], Floats]
"""Rows, their centred vectors and a number of topics -> the weights."""


class _LexicalBlock:
    """The BM25 index of one block."""

    def __init__(self, articles: Sequence[Article], base: Bm25 | None = None) -> None:
        texts = [
            "\n".join((article.title, *article.examples, article.text)) for article in articles
        ]
        self.index = Bm25(texts, base)
        self.ids = list(dict.fromkeys(article.id for article in articles))
        topics = np.array([self.ids.index(article.id) for article in articles], np.int64)
        self._starts = np.flatnonzero(np.diff(topics, prepend=-1))

    def scores(self, text: str) -> Doubles:
        """The score of each topic: that of its best language."""
        return np.maximum.reduceat(self.index.scores(text).astype(np.float64), self._starts)


@dataclass(frozen=True, slots=True)
class _SemanticIndex:
    """All blocks for the semantic search. Replaced whole, so that a search sees one state."""

    means: Mapping[str, Floats]
    own: OwnTopics
    mids: Mapping[str, MidTopics]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of one kind of search, on the scales of ``SearchScores``.

    `python -m benchmarks.calibrate` prints them. It asks held-out examples, the same place in all
    languages at once, and held-out entries of the off-topic bank; the questions of the tests have
    no part in it. ``off_topic`` refuses 95 % of the held-out bank. ``likely`` is the value that
    99 % of it stays below. ``lead`` is the least with which 85 % of what is then shown as likely
    is right. Held-out examples are harder than real questions: each asks what no other one asks.
    Lexical search finds few of them, so its ``off_topic`` and ``lead`` were set by hand.
    """

    off_topic: float
    likely: float
    lead: float

    def band(self, confidence: float, lead: float) -> Band:
        """The band of a question. Likely needs both: a good topic, and no other as good."""
        if confidence < self.off_topic:
            return Band.OFF_TOPIC
        if confidence >= self.likely and lead >= self.lead:
            return Band.LIKELY
        return Band.UNSURE


SEMANTIC: Final = Thresholds(off_topic=0.006, likely=0.161, lead=1.5)
LEXICAL: Final = Thresholds(off_topic=1.3, likely=5.0, lead=1.5)


@dataclass(frozen=True, slots=True)
class SearchScores:
    """The scores that decide the band of a question.

    ``confidence`` is how far the best topic is ahead of the off-topic bank, ``lead`` how far it is
    ahead of the second best, in standard deviations.
    """

    language: str
    hits: tuple[Hit, ...]
    confidence: float
    lead: float
    semantic: bool


class Retriever:
    """A search over articles. Thread-safe, also while ``build`` runs.

    Until ``build`` is done, and where there is no embedder, it is lexical alone.

    Args:
        articles: the assistant's own and those of MIDs.
        off_topic: the bank of questions that no article answers.
        embedder: makes vectors of texts.
        vectors: packed vectors that are known, by key; others are made by ``build``.
        weights: where the weights of the own topics come from.
    """

    def __init__(
        self,
        articles: Iterable[Article],
        off_topic: Iterable[OffTopicQuestion],
        *,
        embedder: Embedder | None = None,
        vectors: Mapping[str, bytes] | None = None,
        weights: WeightSource = prebuilt.load_weights,
    ) -> None:
        self._by_id: dict[str, dict[str, Article]] = {}
        for article in articles:
            self._by_id.setdefault(article.id, {})[article.language] = article
        self._blocks = self._in_blocks()
        self._bank = tuple(off_topic)
        self._embedder = embedder
        self._vectors = dict(vectors or {})
        self._weights = weights
        self._semantic: _SemanticIndex | None = None
        self._lexical: Mapping[str, _LexicalBlock] | None = None
        self._lexical_bank: Bm25 | None = None
        self._lock = Lock()

    def _in_blocks(self) -> dict[str, list[Article]]:
        """The articles by block. Legal texts of licences are left out: they are not searched."""
        blocks: dict[str, list[Article]] = {_OWN: []}
        for by_language in self._by_id.values():
            for article in by_language.values():
                if article.tier is not Tier.LICENCE:
                    blocks.setdefault(article.mid_id or _OWN, []).append(article)
        return blocks

    @property
    def by_meaning(self) -> bool:
        """Whether the semantic index has been built."""
        return self._semantic is not None

    def build(self) -> dict[str, bytes]:
        """Build the indexes. Slow where vectors are missing: run it in a thread.

        Returns:
            The packed vectors that had to be made, by key, to be stored and passed in next time.
        """
        self._lexical_blocks()
        embedder, block = self._embedder, self._blocks[_OWN]
        if embedder is None or not block:
            return {}
        articles = [article for articles in self._blocks.values() for article in articles]
        new = embed_missing(embedder, list_texts(articles, self._bank), self._vectors)
        self._vectors |= new
        model, vectors = embedder.name, self._vectors
        examples = question_rows(model, block, vectors)
        means, passage_means = examples.means(), passage_rows(model, block, vectors).means()
        count = int(examples.topics.max()) + 1
        rows = examples + bank_rows(model, self._bank, vectors, count)
        centred = rows.centred(means)
        own = OwnTopics(centred, self._weights(rows, centred, count + 1))
        mids = {}
        for mid_id in self._blocks.keys() - {_OWN}:
            questions = question_rows(model, self._blocks[mid_id], vectors)
            # A MID's articles have few examples, so their text counts as one more.
            passages = passage_rows(model, self._blocks[mid_id], vectors)
            mids[mid_id] = MidTopics(
                np.concatenate([questions.centred(means), passages.centred(passage_means)]),
                np.concatenate([questions.topics, passages.topics]),
                own,
            )
        self._semantic = _SemanticIndex(means, own, mids)
        self._vectors = {}
        return new

    def _lexical_blocks(self) -> Mapping[str, _LexicalBlock]:
        """The lexical index of each block; the first call builds it."""
        with self._lock:
            if self._lexical is None:
                own = _LexicalBlock(self._blocks[_OWN])
                self._lexical_bank = Bm25([entry.text for entry in self._bank], own.index)
                mids = {
                    mid_id: _LexicalBlock(articles, own.index)
                    for mid_id, articles in self._blocks.items()
                    if mid_id != _OWN
                }
                self._lexical = {_OWN: own, **mids}
            return self._lexical

    def search(self, asked: AskedQuestion) -> SearchResult:
        """The topics that a question is about, best first, and how certain that is."""
        scores = self.score(asked)
        thresholds = SEMANTIC if scores.semantic else LEXICAL
        band = thresholds.band(scores.confidence, scores.lead)
        return SearchResult(language=scores.language, band=band, hits=scores.hits)

    def score(self, asked: AskedQuestion) -> SearchScores:
        """The scores of a question, before thresholds are applied."""
        text = without_numbers(read_question(asked.text).text)
        language = detect(without_names(text, asked.names), asked.locale)
        blocks, index = self._lexical_blocks(), self._semantic
        if not any(char.isalnum() for char in text) or not blocks[_OWN].ids:
            return SearchScores(language, (), -np.inf, 0.0, semantic=index is not None)
        mid_ids = [mid_id for mid_id in dict.fromkeys(asked.mid_ids) if mid_id in blocks]
        names = [_OWN, *(mid_id for mid_id in mid_ids if mid_id != _OWN)]
        ids = [topic for name in names for topic in blocks[name].ids]
        lexical = [blocks[name].scores(text) for name in names]
        if index is None:
            scores, confidence = _standardize(lexical), self._lexical_confidence(text, lexical)
        else:
            scores, confidence = self._semantic_scores(index, names, text, language)
            scores = scores + _LEXICAL_WEIGHT * _standardize(lexical)
        order = np.argsort(-scores, kind="stable")[:MOST_HITS]
        lead = float(scores[order[0]] - scores[order[1]]) if len(order) > 1 else np.inf
        hits = tuple(Hit(ids[at], float(scores[at])) for at in order)
        return SearchScores(language, hits, confidence, lead, semantic=index is not None)

    def _semantic_scores(
        self, index: _SemanticIndex, names: Sequence[str], text: str, language: str
    ) -> tuple[Doubles, float]:
        """The standardized score of each topic of these blocks, and the confidence."""
        assert self._embedder is not None
        vector = self._embedder.question(text)[np.newaxis]
        question = centre(vector, [language], index.means)[0]
        similarities = similarity(question, index.own.centred)
        *own, bank = index.own.scores(similarities)
        mids = [index.mids[name].scores(question, similarities) for name in names if name != _OWN]
        blocks = [np.array(own), *mids]
        best = float(max(scores.max() for scores in blocks))
        return _standardize(blocks), best - float(bank)

    def _lexical_confidence(self, text: str, blocks: Sequence[Doubles]) -> float:
        """How far the best topic is ahead of the best entry of the bank, for each character."""
        bank = self._lexical_bank.scores(text) if self._lexical_bank and self._bank else [0.0]
        best = max(float(scores.max()) for scores in blocks)
        return (best - float(max(bank))) / max(len(text), 1)

    def article(self, topic: str, locale: str, mid_ids: Sequence[str]) -> Article | None:
        """An article in a language, or in the nearest one it has, or in English.

        None when there is none, or when it is of a MID that is not among ``mid_ids``.
        """
        by_language = self._by_id.get(topic)
        if not by_language:
            return None
        first = next(iter(by_language.values()))
        if first.mid_id is not None and first.mid_id not in mid_ids:
            return None
        tag = locale if locale in by_language else nearest(locale, by_language) or SOURCE
        return by_language.get(tag, first)


def _standardize(blocks: Sequence[Doubles]) -> Doubles:
    """All scores in standard deviations of the own topics' scores, which are the first block."""
    own = blocks[0]
    scores: Doubles = (np.concatenate(blocks) - own.mean()) / max(float(own.std()), 1e-9)
    return scores
