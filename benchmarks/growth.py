"""Whether a store with many members is slower for one: use cases at 10^3, 10^5 and 10^6 members.

The stores take turns in one process, and the same random members are asked in each.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

from benchmarks import store
from benchmarks.table import table
from service.clock import SystemClock
from service.deps import Deps
from service.ids import new_nonce
from service.journal.values import ALL, Cause
from service.price import cases

ASKED = 150
POSITIONS = (2, -1, 3, 0, -2, 1)
Work = Callable[[Deps, str, int], Awaitable[object]]


async def set_knob(deps: Deps, member: str, turn: int) -> object:
    """A tap on the knob."""
    cause = Cause(key=f"in:{new_nonce()}", source="knob")
    return await cases.set_knob(deps, member, ALL, POSITIONS[turn % len(POSITIONS)], cause)


async def home(deps: Deps, member: str, _: int) -> object:
    """``/start`` of somebody who is known."""
    return await cases.portfolio(deps, member)


WORK: dict[str, Work] = {"set the knob": set_knob, "/start": home}


async def waits(work: Work, deps: Deps, members: list[str], turn: int) -> list[float]:
    """Milliseconds of each."""
    found = []
    for member in members:
        began = time.perf_counter()
        await work(deps, member, turn)
        found.append(1000 * (time.perf_counter() - began))
    return found


async def measure(sizes: list[int], rounds: int) -> str:
    """Medians and p95 by the number of members, and their ratio to the smallest store."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        stores = {}
        for size in sizes:
            began = time.perf_counter()
            db = store.embedded(Path(name) / str(size))
            await store.prepare(db, size)
            file = Path(name) / str(size) / "data" / "midline.db"
            stores[size] = Deps(db, SystemClock())
            took = time.perf_counter() - began
            room = file.stat().st_size / 2**20
            rows.append((f"filled in {took:.0f} s, {room:.0f} MB", f"{size}", "", "", "", ""))
        asked = await store.some_members(stores[sizes[0]].db, sizes[0], ASKED)
        for label, work in WORK.items():
            found: dict[int, list[float]] = {size: [] for size in sizes}
            for turn in range(rounds + 1):
                for size, deps in stores.items():
                    some = await waits(work, deps, asked, turn)
                    # The first round fills caches.
                    found[size] += some if turn else []
            base = found[sizes[0]]
            for size, some in found.items():
                p95, first = quantiles(some, n=20)[18], quantiles(base, n=20)[18]
                rows.append(
                    (
                        label,
                        f"{size}",
                        f"{median(some):.2f}",
                        f"{p95:.2f}",
                        f"{median(some) / median(base):.2f}",
                        f"{p95 / first:.2f}",
                    )
                )
        for deps in stores.values():
            await deps.db.close()
    head = ("use case", "members", "p50 ms", "p95 ms", "p50 ratio", "p95 ratio")
    return table("Growth (aim: ratios at most 1.2)", head, rows)


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
