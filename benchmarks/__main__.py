"""Runs every benchmark in a short form."""

import asyncio

from benchmarks import answer, broadcast, dispatch, growth, start, tap


async def main() -> None:
    """Print one table after the other."""
    print(await start.measure(3))
    print(await dispatch.measure(5))
    print(await answer.report())
    print(await growth.measure([1000, 20_000], 3))
    for case in (
        tap.LoadCase(seconds=3),
        tap.LoadCase(seconds=3, webhook=True),
        tap.LoadCase(seconds=6, think=10),
    ):
        print(tap.show(await tap.measure(case, 1), case))
    senders = [broadcast.OURS, *broadcast.NEEDS]
    for rate in (30, 1000):
        print(await broadcast.measure(10 * rate, rate, 15, senders))


if __name__ == "__main__":
    asyncio.run(main())
