"""A notice to very many: counting, starting, going through and reporting at 10^5 and 10^6 people.

The service alone, with a Telegram that takes everything at once: what is left is what the store
costs. Another process writes to the same file all the while, and says how long it had to wait.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks import store
from benchmarks.table import table
from benchmarks.tap import ROOT
from service.clock import SystemClock
from service.deps import Deps
from service.notices.audience import next_people
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion
from service.notices.delivery_values import Batch, Settled
from service.notices.values import (
    Audience,
    Content,
    Notice,
    NoticeKind,
    NoticeText,
    Outcome,
    Status,
)

MID = "nurses"
AUDIENCES = {
    "everyone": Audience(everyone=True),
    "in a licence": Audience(licences=("sepsis-warning",), standing="in"),
}
CHUNK = 100
"""People read and written at once, as the sender does at a thousand a second."""

BETWEEN = 0.01
REPORTS = 20
T = TypeVar("T")


@dataclass
class Found:
    """What came of one notice: seconds, the waits of another writer, bytes a person."""

    people: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    tenths: list[float] = field(default_factory=list)
    progress: float = 0.0
    stored: float = 0.0

    def cells(self) -> tuple[str, ...]:
        """A row of the table."""
        took, waited = self.seconds, self.waits
        return (
            f"{self.people}",
            *(f"{took[one]:.2f}" for one in ("count", "approve")),
            f"{1000 * took['start']:.0f}",
            f"{self.people / took['send']:.0f}",
            f"{self.tenths[-1] / self.tenths[0]:.2f}",
            f"{took['finish']:.2f}",
            f"{self.stored:.1f}",
            f"{1000 * self.progress:.1f}",
            *(f"{1000 * waited[one]:.0f}" for one in ("approve", "send", "finish")),
        )


HEAD = (
    "for", "people", "count s", "approve s", "first read ms", "rows/s", "last/first tenth",
    "finish s", "B/person", "progress ms", "other writer ms: approve", "send", "finish",
)  # fmt: skip


async def write_beside(folder: Path) -> None:
    """Write one row again and again; a line in asks for the longest wait since the last."""
    db = store.embedded(folder)
    longest, over = 0.0, asyncio.Event()

    async def answer() -> None:
        nonlocal longest
        while await asyncio.to_thread(sys.stdin.readline):
            print(longest, flush=True)
            longest = 0.0
        over.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(answer())
        while not over.is_set():
            began = time.perf_counter()
            await store.one_write(db, 1, "beside")
            longest = max(longest, time.perf_counter() - began)
            await asyncio.sleep(BETWEEN)
    await db.close()


class Beside:
    """The other process that writes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def waited(self) -> float:
        """The longest it waited since it was asked last, in seconds."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"\n")
        return float(await self._process.stdout.readline())


@asynccontextmanager
async def beside(folder: Path) -> AsyncIterator[Beside]:
    """Another process that writes as long as the block lasts."""
    words = ["-m", "benchmarks.audience", "--beside", str(folder)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        found = Beside(process)
        await found.waited()
        yield found
    finally:
        process.kill()
        await process.wait()


async def timed(found: Found, name: str, other: Beside, work: Awaitable[T]) -> T:
    """Do something; remember how long it took, and how long the other writer waited for it."""
    await other.waited()
    began = time.perf_counter()
    done = await work
    found.seconds[name] = time.perf_counter() - began
    found.waits[name] = await other.waited()
    return done


async def tell(deps: Deps, whom: Audience, other: Beside) -> Found:
    """One notice from its draft to its end."""
    found = Found()
    words = {"en": NoticeText(title="Open evening", body="Come at 18:00.")}
    made = Content(kind=NoticeKind.BREACH, urgent=True, audience=whom, text=words)
    notice = await authoring.draft(deps, MID, made, by="benchmark")
    counted = await timed(found, "count", other, authoring.count(deps, MID, notice.id))
    found.people = counted.total
    approving = authoring.approve(deps, MID, notice.id, "benchmark", counted.total)
    await timed(found, "approve", other, approving)
    notice = await timed(found, "start", other, start(deps, notice.id))
    await timed(found, "send", other, send(deps, notice, found))
    found.progress = await progress(deps, notice.id)
    await timed(found, "finish", other, completion.finish(deps, notice))
    report = await reporting.report(deps, MID, notice.id)
    assert report.notice.status is Status.FINISHED, report.notice.reason
    assert report.notice.of(Outcome.SENT) == counted.total
    found.stored = await store.notice_bytes(deps.db, notice.id) / counted.total
    return found


async def start(deps: Deps, notice_id: str) -> Notice:
    """From "approved" to the first people to be sent to; a sender looks twice a second."""
    (due,) = await delivery.due(deps)
    notice = await delivery.take_over(deps, notice_id)
    assert notice is not None
    assert due.id == notice.id
    await next_people(deps, notice, 0, CHUNK)
    return notice


async def send(deps: Deps, notice: Notice, found: Found) -> None:
    """Everybody is looked at, taken by Telegram at once, and written."""
    after, told = 0, 0
    began = time.perf_counter()
    while (turn := await next_people(deps, notice, after, CHUNK)).upto is not None:
        after = turn.upto
        sent = tuple(
            Settled(number=one.number, outcome=Outcome.SENT, language="en", message_id=told + i)
            for i, one in enumerate(turn.send, 1)
        )
        batch = Batch(settled=(*sent, *turn.settled), floor=after, intent=after, put_off=())
        await delivery.settle(deps, {notice.id: batch}, {notice.id: notice.epoch})
        told += len(sent)
        if told * 10 >= found.people * (len(found.tenths) + 1):
            now = time.perf_counter()
            found.tenths.append(1 / (now - began))
            began = now


async def progress(deps: Deps, notice_id: str) -> float:
    """How long a look at the progress takes, in seconds: the median."""
    found = []
    for _ in range(REPORTS):
        began = time.perf_counter()
        await reporting.report(deps, MID, notice_id)
        found.append(time.perf_counter() - began)
    return median(found)


async def measure(sizes: list[int]) -> str:
    """Every audience in every store."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
            folder = Path(name)
            db = store.embedded(folder)
            await store.prepare(db, size)
            await store.make_taps(db)
            for label, whom in AUDIENCES.items():
                async with beside(folder) as other:
                    found = await tell(Deps(db, SystemClock()), whom, other)
                rows.append((label, *found.cells()))
            await db.close()
    return table("A notice to many; another process writes beside it", HEAD, rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audience", description=__doc__)
    parser.add_argument("--people", type=int, action="append", help="default: 10^5")
    parser.add_argument("--long", action="store_true", help="10^6 too: minutes, 3 GB")
    parser.add_argument("--beside", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.beside:
        asyncio.run(write_beside(args.beside))
        return
    sizes = [*(args.people or [100_000]), *([1_000_000] if args.long else [])]
    print(asyncio.run(measure(sizes)))


if __name__ == "__main__":
    main()
