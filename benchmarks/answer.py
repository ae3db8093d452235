"""Search without a model: quality beside simpler searches, speed, and the delay of taps.

Taps stand for the bot's event loop: a short piece of work every few milliseconds, with and without
questions running in a thread as the bot runs them.
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import numpy as np

from benchmarks.quality import DEVELOPMENT, measure, read_set, show
from benchmarks.table import table
from bot.commands.ask import build_retriever
from knowledge.language import detect
from knowledge.search.articles import load_articles, load_off_topic
from knowledge.search.embedding import Embedder, load_embedder, unpack, vector_key
from knowledge.search.embedding_texts import passage_text
from knowledge.search.prebuilt import load_vectors
from knowledge.search.retriever import Retriever
from knowledge.values import AskedQuestion, Band, Hit, SearchResult

TAP = 0.002
"""Seconds between two pieces of work."""


def resident_megabytes() -> float:
    """Resident megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def by_cosine(embedder: Embedder) -> Callable[[AskedQuestion], SearchResult]:
    """A search by the embedding alone: the nearest article in any language, by plain cosine."""
    articles, known = load_articles(), load_vectors()
    texts = (passage_text(article).text for article in articles)
    keys = (vector_key(embedder.name, text, is_question=False) for text in texts)
    vectors = unpack(known[key] for key in keys)

    def search(asked: AskedQuestion) -> SearchResult:
        cosines = vectors @ embedder.question(asked.text)
        best: dict[str, float] = {}
        for at in np.argsort(-cosines):
            best.setdefault(articles[at].id, float(cosines[at]))
        hits = tuple(Hit(name, score) for name, score in list(best.items())[:10])
        return SearchResult(language=detect(asked.text, asked.locale), band=Band.UNSURE, hits=hits)

    return search


def milliseconds(search: Retriever) -> list[float]:
    """Milliseconds that each question of the set takes, one after the other."""
    times = []
    for question in read_set():
        began = time.perf_counter()
        search.search(AskedQuestion(text=question.text, locale=question.language))
        times.append(1000 * (time.perf_counter() - began))
    return times


async def measure_taps(seconds: float) -> list[float]:
    """The delay and duration of the loop's short pieces of work, in milliseconds."""
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        await asyncio.sleep(TAP)
        sum(range(20_000))
        times.append(1000 * (time.perf_counter() - began))
    return times


async def measure_taps_beside(
    search: Retriever, seconds: float, rate: float | None
) -> list[float]:
    """Measure taps while questions run one after the other, or at a rate a second."""
    stop = False

    async def ask() -> None:
        while not stop:
            for question in read_set()[:50]:
                if stop:
                    return
                asked = AskedQuestion(text=question.text, locale=question.language)
                await asyncio.to_thread(search.search, asked)
                if rate:
                    await asyncio.sleep(1 / rate)

    async with asyncio.TaskGroup() as group:
        group.create_task(ask())
        times = await measure_taps(seconds)
        stop = True
    return times


def _figures(times: list[float]) -> tuple[str, ...]:
    """Median, p95, and how many a second."""
    parts = quantiles(times, n=100)
    return f"{parts[49]:.1f}", f"{parts[94]:.1f}", f"{1000 * len(times) / sum(times):.0f}"


async def report(seconds: float = 3.0) -> str:
    """Measure everything, and format the tables."""
    before = resident_megabytes()
    began = time.perf_counter()
    both = build_retriever()
    ready = time.perf_counter() - began
    grown = resident_megabytes() - before
    lexical = Retriever(load_articles(), load_off_topic())
    lexical.build()
    qualities = [
        ("both", measure(both.search)),
        ("both, development", measure(both.search, DEVELOPMENT)),
        ("BM25 alone", measure(lexical.search)),
    ]
    embedder = load_embedder()
    if embedder:
        qualities.append(("embedding alone", measure(by_cosine(embedder))))
    speeds = [
        ("both", *_figures(milliseconds(both))),
        ("BM25 alone", *_figures(milliseconds(lexical))),
    ]
    alone = await measure_taps(seconds)
    taps = [("no questions", *_figures(alone)[:2])]
    for name, rate in (("10 questions/s", 10.0), ("questions without a pause", None)):
        taps.append((name, *_figures(await measure_taps_beside(both, seconds, rate))[:2]))
    return "\n".join(
        [
            show(qualities),
            table("A question", ("search", "p50 ms", "p95 ms", "questions/s"), speeds),
            table("A tap's work in the loop", ("beside it", "p50 ms", "p95 ms"), taps),
            f"\nReady {ready:.2f} s after the start; {grown:.0f} MB more memory",
        ]
    )


if __name__ == "__main__":
    print(asyncio.run(report()))
