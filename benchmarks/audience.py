"""A notice to 10^5 and 10^6 people: the cost of counting, approving, sending and reporting.

It runs the service alone, as if Telegram accepted everything at once, so that only the store is
measured. Another process writes to the same file meanwhile, and reports how long it had to wait.
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
from service.notices.audience import read_next_batch
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion
from service.notices.delivery_values import OutcomeBatch, Settled
from service.notices.values import (
    Audience,
    Notice,
    NoticeContent,
    NoticeKind,
    NoticeOutcome,
    NoticeStatus,
    NoticeText,
)

MID = "nurses"
AUDIENCES = {
    "everyone": Audience(everyone=True),
    "in a licence": Audience(licences=("sepsis-warning",), standing="in"),
}
CHUNK = 100
"""People read and written at once, as the sender does at a thousand a second."""

BETWEEN = 0.01
"""Seconds between two writes of the other process."""
REPORTS = 20
T = TypeVar("T")


@dataclass
class NoticeCosts:
    """The costs of one notice: seconds, the waits of another writer, bytes a person."""

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
            *(f"{took[step]:.2f}" for step in ("count", "approve")),
            f"{1000 * took['start']:.0f}",
            f"{self.people / took['send']:.0f}",
            f"{self.tenths[-1] / self.tenths[0]:.2f}",
            f"{took['finish']:.2f}",
            f"{self.stored:.1f}",
            f"{1000 * self.progress:.1f}",
            *(f"{1000 * waited[step]:.0f}" for step in ("approve", "send", "finish")),
        )


HEAD = (
    "for", "people", "count s", "approve s", "first read ms", "rows/s", "last/first tenth",
    "finish s", "B/person", "progress ms", "other writer ms: approve", "send", "finish",
)  # fmt: skip


async def write_until_killed(folder: Path) -> None:
    """Write a row again and again; a line on stdin asks for the longest wait since then."""
    db = store.open_embedded_store(folder)
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
            await store.write_tap(db, 1, "beside")
            longest = max(longest, time.perf_counter() - began)
            await asyncio.sleep(BETWEEN)
    await db.close()


class OtherWriter:
    """The other process that writes to the same store."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def longest_wait(self) -> float:
        """The longest wait for a write since the last call, in seconds."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"\n")
        return float(await self._process.stdout.readline())


@asynccontextmanager
async def other_writer(folder: Path) -> AsyncIterator[OtherWriter]:
    """Run another process that writes as long as the block lasts."""
    words = ["-m", "benchmarks.audience", "--beside", str(folder)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        writer = OtherWriter(process)
        await writer.longest_wait()
        yield writer
    finally:
        process.kill()
        await process.wait()


async def timed(costs: NoticeCosts, step: str, other: OtherWriter, work: Awaitable[T]) -> T:
    """Await a step; record how long it took, and how long the other writer waited meanwhile."""
    await other.longest_wait()
    began = time.perf_counter()
    result = await work
    costs.seconds[step] = time.perf_counter() - began
    costs.waits[step] = await other.longest_wait()
    return result


async def measure_notice(deps: Deps, audience: Audience, other: OtherWriter) -> NoticeCosts:
    """Measure one notice from its draft to its end."""
    costs = NoticeCosts()
    words = {"en": NoticeText(title="Open evening", body="Come at 18:00.")}
    content = NoticeContent(kind=NoticeKind.BREACH, urgent=True, audience=audience, text=words)
    notice = await authoring.draft(deps, MID, content, by="benchmark")
    counted = await timed(costs, "count", other, authoring.count(deps, MID, notice.id))
    costs.people = counted.total
    approving = authoring.approve(deps, MID, notice.id, "benchmark", counted.total)
    await timed(costs, "approve", other, approving)
    notice = await timed(costs, "start", other, start(deps, notice.id))
    await timed(costs, "send", other, send(deps, notice, costs))
    costs.progress = await measure_progress(deps, notice.id)
    await timed(costs, "finish", other, completion.finish(deps, notice))
    report = await reporting.read_report(deps, MID, notice.id)
    assert report.notice.status is NoticeStatus.FINISHED, report.notice.reason
    assert report.notice.count_of(NoticeOutcome.SENT) == counted.total
    costs.stored = await store.notice_bytes(deps.db, notice.id) / counted.total
    return costs


async def start(deps: Deps, notice_id: str) -> Notice:
    """Take a notice over and read its first people; a sender looks for one twice a second."""
    (due,) = await delivery.list_due(deps)
    notice = await delivery.take_over(deps, notice_id)
    assert notice is not None
    assert due.id == notice.id
    await read_next_batch(deps, notice, 0, CHUNK)
    return notice


async def send(deps: Deps, notice: Notice, costs: NoticeCosts) -> None:
    """Read everybody in batches and write their outcomes, as if Telegram accepted them at once."""
    after, sent_count = 0, 0
    began = time.perf_counter()
    while (turn := await read_next_batch(deps, notice, after, CHUNK)).upto is not None:
        after = turn.upto
        sent = tuple(
            Settled(
                number=recipient.number,
                outcome=NoticeOutcome.SENT,
                language="en",
                message_id=sent_count + i,
            )
            for i, recipient in enumerate(turn.send, 1)
        )
        batch = OutcomeBatch(
            settled=(*sent, *turn.settled), settled_upto=after, send_upto=after, put_off=()
        )
        await delivery.write_outcomes(deps, {notice.id: batch}, {notice.id: notice.epoch})
        sent_count += len(sent)
        if sent_count * 10 >= costs.people * (len(costs.tenths) + 1):
            now = time.perf_counter()
            costs.tenths.append(1 / (now - began))
            began = now


async def measure_progress(deps: Deps, notice_id: str) -> float:
    """The median time to read the progress, in seconds."""
    times = []
    for _ in range(REPORTS):
        began = time.perf_counter()
        await reporting.read_report(deps, MID, notice_id)
        times.append(time.perf_counter() - began)
    return median(times)


async def measure(sizes: list[int]) -> str:
    """Measure every audience in a store of every size."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
            folder = Path(name)
            db = store.open_embedded_store(folder)
            await store.prepare(db, size)
            await store.create_taps_table(db)
            for label, audience in AUDIENCES.items():
                async with other_writer(folder) as other:
                    costs = await measure_notice(Deps(db, SystemClock()), audience, other)
                rows.append((label, *costs.cells()))
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
        asyncio.run(write_until_killed(args.beside))
        return
    sizes = [*(args.people or [100_000]), *([1_000_000] if args.long else [])]
    print(asyncio.run(measure(sizes)))


if __name__ == "__main__":
    main()
