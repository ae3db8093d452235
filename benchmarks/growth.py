"""Whether a store with many members is slower for one: use cases at 10^3, 10^5 and 10^6 members.

The stores take turns in one process, and the same random members are asked in each. CPU is that of
the whole process: beside other work it is steadier than the wall.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from statistics import median, quantiles

from benchmarks import store
from benchmarks.table import table
from service.clock import SystemClock
from service.deps import Deps
from service.ids import new_nonce
from service.journal.values import ALL, Cause
from service.knob import cases as knob_cases
from service.standing import cases as standing_cases

ASKED = 150
POSITIONS = (2, -1, 3, 0, -2, 1)
Work = Callable[[Deps, str, int], Awaitable[object]]


async def set_knob(deps: Deps, member: str, turn: int) -> object:
    """A tap on the knob."""
    cause = Cause(key=f"in:{new_nonce()}", source="knob")
    return await knob_cases.set_knob(deps, member, ALL, POSITIONS[turn % len(POSITIONS)], cause)


async def home(deps: Deps, member: str, _: int) -> object:
    """``/start`` of somebody who is known."""
    return await standing_cases.read_portfolio(deps, member)


WORK: dict[str, Work] = {"set the knob": set_knob, "/start": home}


@dataclass(slots=True)
class Cost:
    """What one use case took, in milliseconds, each time it was asked."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    async def add(self, work: Awaitable[object]) -> None:
        """Do it once more."""
        began, used = time.perf_counter(), time.process_time()
        await work
        self.cpu.append(1000 * (time.process_time() - used))
        self.wall.append(1000 * (time.perf_counter() - began))


async def filled(folder: Path, size: int) -> tuple[Deps, str]:
    """A store with so many members, and what it took to make it."""
    began = time.process_time()
    db = store.embedded(folder)
    await store.prepare(db, size)
    room = (folder / "data" / "midline.db").stat().st_size / 2**20
    return Deps(db, SystemClock()), (
        f"filled in {time.process_time() - began:.0f} s of CPU, {room:.0f} MB"
    )


async def asked(work: Work, stores: dict[int, Deps], rounds: int) -> dict[int, Cost]:
    """What a use case costs in each store: they take turns, and nobody is asked again soon."""
    first = min(stores)
    known = await store.some_members(stores[first].db, first, min(first, store.FULL))
    members = cycle(Random(7).sample(known, len(known)))
    found: dict[int, Cost] = {}
    for turn in range(rounds + 1):
        # The first round is for what is only done once.
        found = found if turn > 1 else {size: Cost() for size in stores}
        for number, member in enumerate(islice(members, ASKED)):
            order = list(stores)
            for size in order[number % len(order) :] + order[: number % len(order)]:
                await found[size].add(work(stores[size], member, turn))
    return found


def line(some: list[float], first: list[float]) -> tuple[str, ...]:
    """Median and p95, and what they are of those of the smallest store."""
    p95, least = quantiles(some, n=20)[18], quantiles(first, n=20)[18]
    ratios = median(some) / median(first), p95 / least
    return tuple(f"{one:.2f}" for one in (median(some), p95, *ratios))


async def measure(sizes: list[int], rounds: int) -> str:
    """Medians and p95 by the number of members, and their ratio to the smallest store."""
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        stores = {}
        for size in sizes:
            stores[size], took = await filled(Path(name) / str(size), size)
            rows.append((took, f"{size}", *[""] * 8))
        for label, work in WORK.items():
            found = await asked(work, stores, rounds)
            first = found[sizes[0]]
            for size, one in found.items():
                of = (*line(one.cpu, first.cpu), *line(one.wall, first.wall))
                rows.append((label, f"{size}", *of))
        for deps in stores.values():
            await deps.db.close()
    kinds = ("p50", "p95", "p50 ratio", "p95 ratio")
    head = ("use case", "members", *[f"{c} {k}" for c in ("CPU", "wall") for k in kinds])
    return table("Growth, in ms (aim: ratios at most 1.2)", head, rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--long", action="store_true", help="10^6 members too: minutes, 3 GB")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    sizes = [1000, 100_000, *([1_000_000] if args.long else [])]
    print(asyncio.run(measure(sizes, args.rounds)))


if __name__ == "__main__":
    main()
