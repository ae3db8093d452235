"""The texts that are embedded, and their vectors as rows for the semantic search."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from knowledge.normalize import clean
from knowledge.search.articles import FEWEST_EXAMPLES, OffTopicQuestion
from knowledge.search.embedding import Embedder, pack, unpack, vector_key
from knowledge.search.semantic import Rows
from knowledge.values import Article


class EmbeddingText(NamedTuple):
    """A text to embed. The model reads questions and passages with different prefixes."""

    text: str
    is_question: bool


def passage_text(article: Article) -> EmbeddingText:
    """An article as one passage."""
    return EmbeddingText(clean(f"{article.title}. {article.text}"), is_question=False)


def question_text(text: str) -> EmbeddingText:
    """An example question, an entry of the off-topic bank, or what a member asks."""
    return EmbeddingText(clean(text), is_question=True)


def example_questions(article: Article) -> tuple[str, ...]:
    """The article's example questions, and its title too if it has few of them."""
    few = len(article.examples) < FEWEST_EXAMPLES
    return (article.title, *article.examples) if few else article.examples


def list_texts(
    articles: Iterable[Article], bank: Iterable[OffTopicQuestion]
) -> list[EmbeddingText]:
    """Every text that a search compares a question with, each once."""
    texts: list[EmbeddingText] = []
    for article in articles:
        texts += [passage_text(article), *map(question_text, example_questions(article))]
    texts += [question_text(entry.text) for entry in bank]
    return list(dict.fromkeys(texts))


def embed_missing(
    embedder: Embedder, texts: Iterable[EmbeddingText], known: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Embed the texts whose vectors are not in ``known``; returns packed vectors by key."""
    vectors: dict[str, bytes] = {}
    for text, is_question in texts:
        key = vector_key(embedder.name, text, is_question=is_question)
        if key not in known and key not in vectors:
            embed = embedder.question if is_question else embedder.passage
            vectors[key] = pack(embed(text))
    return vectors


def question_rows(model: str, articles: Sequence[Article], vectors: Mapping[str, bytes]) -> Rows:
    """One row for each example question; topics are numbered in the order of the articles."""
    return _rows(
        model,
        [
            (question_text(text), article.language, number)
            for number, article in _numbered(articles)
            for text in example_questions(article)
        ],
        vectors,
    )


def passage_rows(model: str, articles: Sequence[Article], vectors: Mapping[str, bytes]) -> Rows:
    """One row for each article; topics are numbered in the order of the articles."""
    return _rows(
        model,
        [
            (passage_text(article), article.language, number)
            for number, article in _numbered(articles)
        ],
        vectors,
    )


def bank_rows(
    model: str, bank: Iterable[OffTopicQuestion], vectors: Mapping[str, bytes], topic: int
) -> Rows:
    """The off-topic bank as one more topic, of the given number."""
    return _rows(
        model, [(question_text(entry.text), entry.language, topic) for entry in bank], vectors
    )


def _numbered(articles: Sequence[Article]) -> list[tuple[int, Article]]:
    """The articles with the number of their topic; those of one topic stand together."""
    by_topic = groupby(articles, key=lambda article: article.id)
    return [(number, article) for number, (_, group) in enumerate(by_topic) for article in group]


def _rows(
    model: str,
    entries: Sequence[tuple[EmbeddingText, str, int]],
    vectors: Mapping[str, bytes],
) -> Rows:
    keys = tuple(
        vector_key(model, text.text, is_question=text.is_question) for text, _, _ in entries
    )
    return Rows(
        keys,
        unpack(vectors[key] for key in keys),
        tuple(language for _, language, _ in entries),
        np.array([topic for _, _, topic in entries], np.int64),
    )
