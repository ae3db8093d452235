"""How the cost of a use case grows with the store: at 10^3, 10^5 and 10^6 members.

The stores take turns in one process, with the same random members in each. CPU is that of the
whole process, which varies less than wall time beside other work.
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
    """``/start`` of a known member."""
    return await standing_cases.read_portfolio(deps, member)


WORK: dict[str, Work] = {"set the knob": set_knob, "/start": home}


@dataclass(slots=True)
class Cost:
    """What each run of a use case took, in milliseconds."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    async def add(self, work: Awaitable[object]) -> None:
        """Await one more run and record its cost."""
        began, used = time.perf_counter(), time.process_time()
        await work
        self.cpu.append(1000 * (time.process_time() - used))
        self.wall.append(1000 * (time.perf_counter() - began))


async def filled_store(folder: Path, size: int) -> tuple[Deps, str]:
    """Make a store with this many members; returns it and the cost of making it."""
    began = time.process_time()
    db = store.open_embedded_store(folder)
    await store.prepare(db, size)
    megabytes = (folder / "data" / "midline.db").stat().st_size / 2**20
    return Deps(db, SystemClock()), (
        f"filled in {time.process_time() - began:.0f} s of CPU, {megabytes:.0f} MB"
    )


async def measure_use_case(work: Work, stores: dict[int, Deps], rounds: int) -> dict[int, Cost]:
    """Measure a use case in each store. The stores take turns, and members repeat only late."""
    first = min(stores)
    known = await store.sample_members(stores[first].db, first, min(first, store.FULL))
    members = cycle(Random(7).sample(known, len(known)))
    costs: dict[int, Cost] = {}
    for turn in range(rounds + 1):
        # The first round is a warm-up.
        costs = costs if turn > 1 else {size: Cost() for size in stores}
        for number, member in enumerate(islice(members, ASKED)):
            order = list(stores)
            for size in order[number % len(order) :] + order[: number % len(order)]:
                await costs[size].add(work(stores[size], member, turn))
    return costs


def statistics_of(times: list[float], smallest: list[float]) -> tuple[str, ...]:
    """Median and p95, and their ratios to those of the smallest store."""
    p95, base = quantiles(times, n=20)[18], quantiles(smallest, n=20)[18]
    ratios = median(times) / median(smallest), p95 / base
    return tuple(f"{figure:.2f}" for figure in (median(times), p95, *ratios))


async def measure(sizes: list[int], rounds: int) -> str:
    """Measure every use case in a store of every size."""
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        stores = {}
        for size in sizes:
            stores[size], took = await filled_store(Path(name) / str(size), size)
            rows.append((took, f"{size}", *[""] * 8))
        for label, work in WORK.items():
            costs = await measure_use_case(work, stores, rounds)
            smallest = costs[sizes[0]]
            for size, cost in costs.items():
                cpu = statistics_of(cost.cpu, smallest.cpu)
                wall = statistics_of(cost.wall, smallest.wall)
                rows.append((label, f"{size}", *cpu, *wall))
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
