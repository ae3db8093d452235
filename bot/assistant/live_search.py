"""The search over the assistant's articles and those of the MIDs, kept up to date.

The index is built in a thread. Meanwhile questions are served by what is there: at first by
lexical search alone, later by the index before the change.
"""

import asyncio
import ctypes
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Protocol

import structlog

from knowledge.language import load_detector
from knowledge.search.articles import load_off_topic, own_articles
from knowledge.search.embedding import Embedder, load_embedder
from knowledge.search.prebuilt import load_vectors
from knowledge.search.retriever import Retriever
from knowledge.values import Article, AskedQuestion, SearchResult, Tier
from service.assistant import cases as assistant
from service.db.errors import STORE_AWAY, describe_outage
from service.deps import Deps
from service.documents import cases as document_cases

log = structlog.get_logger()

POLL_SECONDS = 30.0


class Search(Protocol):
    """Finds topics for a question. ``search`` and ``article`` may be called from any thread."""

    async def ready(self) -> None:
        """Wait until searching is possible."""
        ...

    def search(self, question: AskedQuestion) -> SearchResult:
        """Find the topics that fit best, of the assistant and of the question's MIDs."""
        ...

    def article(self, topic: str, locale: str, mid_ids: tuple[str, ...]) -> Article | None:
        """A topic's article in a language, else in English; None if these MIDs have none."""
        ...


class LiveSearch:
    """The search of this process. ``run`` builds its index and keeps it up to date."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._retriever: Retriever | None = None
        self._ready = asyncio.Event()

    async def ready(self) -> None:
        """Wait until the articles have been read."""
        await self._ready.wait()

    def search(self, question: AskedQuestion) -> SearchResult:
        """Find the topics that fit best."""
        assert self._retriever is not None
        return self._retriever.search(question)

    def article(self, topic: str, locale: str, mid_ids: tuple[str, ...]) -> Article | None:
        """A topic's article in a language, else in English; None if these MIDs have none."""
        assert self._retriever is not None
        return self._retriever.article(topic, locale, mid_ids)

    async def run(self) -> None:
        """Build the index, and rebuild it when a MID's articles have changed, until cancelled."""
        indexed: list[tuple[str, dict[str, Any]]] | None = None
        while True:
            try:
                documents = await document_cases.read_articles(self._deps)
                if documents != indexed:
                    await self._build(tuple(_parse_articles(documents)))
                    indexed = documents
            except STORE_AWAY as error:
                log.warning("store_away", **describe_outage(error))
            await asyncio.sleep(POLL_SECONDS)

    async def _build(self, mid_articles: tuple[Article, ...]) -> None:
        embedder = await asyncio.to_thread(_get_embedder)
        name = embedder.name if embedder else ""
        stored = await assistant.read_vectors(self._deps, name) if embedder else {}
        retriever = await asyncio.to_thread(_new_retriever, mid_articles, embedder, stored)
        if self._retriever is None:
            self._retriever = retriever
            self._ready.set()
        new_vectors = await asyncio.to_thread(retriever.build)
        _trim_memory()
        self._retriever = retriever
        await assistant.keep_vectors(self._deps, name, new_vectors)
        log.info("articles_ready", of_mids=len(mid_articles), by_meaning=retriever.by_meaning)


@cache
def _get_embedder() -> Embedder | None:
    load_detector()
    return load_embedder()


def _trim_memory() -> None:
    """Return freed memory to the operating system, where libc offers that (glibc)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _new_retriever(
    mid_articles: tuple[Article, ...], embedder: Embedder | None, stored: Mapping[str, bytes]
) -> Retriever:
    vectors = {**load_vectors(), **stored} if embedder else {}
    articles = (*own_articles(), *mid_articles)
    return Retriever(articles, load_off_topic(), embedder=embedder, vectors=vectors)


def _parse_articles(documents: list[tuple[str, dict[str, Any]]]) -> Iterator[Article]:
    for mid_id, doc in documents:
        for language in doc["question"].keys() & doc["answer"].keys():
            yield Article(
                id=f"{mid_id}/{doc['id']}",
                language=language,
                title=doc["question"][language],
                text=doc["answer"][language],
                examples=tuple(doc.get("examples", {}).get(language, ())),
                tier=Tier.MID,
                mid_id=mid_id,
            )
