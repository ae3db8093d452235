"""A knob tap under load, beside a bare aiogram echo and one with a durable write.

Every member taps, waits until the message is redrawn and the tap answered, and taps again. The
variants take turns, several rounds each; medians are shown. Without a pause between taps it is
the bot that is full, and a wait is little else than members / rate; `--think` gives waits at a
pace that members keep.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks import store
from benchmarks.bots import SECRET, TOKEN
from benchmarks.members import Load
from benchmarks.table import table
from benchmarks.telegram import Telegram
from dialogs.callbacks import SetKnob

VARIANTS = ("echo", "echo+write", "midline")
ROOT = Path(__file__).parents[1]
SETTLE = 1.5
RESTS = 0.015
"""Seconds of CPU in half a second that are as good as none."""
PROFILE = os.environ.get("BENCH_PROFILE")
"""Where cProfile writes what Midline does, if it is to."""


@dataclass(frozen=True, slots=True)
class Found:
    """One run of one variant."""

    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    rss: float


@dataclass(frozen=True, slots=True)
class Case:
    """How it is measured."""

    members: int = 300
    seconds: float = 5.0
    think: float = 0.0
    webhook: bool = False
    server: str | None = None


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def command(
    variant: str, telegram: Telegram, folder: Path, case: Case, port: int
) -> tuple[list[str], dict[str, str]]:
    """How a bot is started, and its environment. Midline is the product's command."""
    api = f"http://127.0.0.1:{telegram.port}"
    if variant == "midline":
        given = {
            "MIDLINE_BOT_TOKEN": TOKEN,
            "MIDLINE_BOT_API": api,
            "MIDLINE_DATA_DIR": str(folder / "data"),
            "MIDLINE_KEY_FILE": str(folder / "key" / "midline.key"),
            "MIDLINE_LOG_LEVEL": "ERROR",
        }
        if case.server:
            given["MIDLINE_DATABASE_URL"] = case.server
        if case.webhook:
            given["MIDLINE_WEBHOOK_URL"] = f"http://127.0.0.1:{port}/hook"
            given["MIDLINE_WEBHOOK_SECRET"] = SECRET
            given["MIDLINE_HTTP_PORT"] = str(port)
        return ["-m", "bot", "run"], {**os.environ, **given}
    words = ["-m", "benchmarks.bots", variant, "--folder", str(folder), "--api", api]
    words += ["--server", case.server] if case.server else []
    words += ["--webhook", str(port)] if case.webhook else []
    return words, dict(os.environ)


@contextlib.asynccontextmanager
async def process(
    variant: str, telegram: Telegram, folder: Path, case: Case, port: int
) -> AsyncIterator[int]:
    """A bot in a process of its own, killed at the end: its id."""
    words, env = command(variant, telegram, folder, case, port)
    profile = ["-m", "cProfile", "-o", PROFILE] if PROFILE and variant == "midline" else []
    bot = await asyncio.create_subprocess_exec(sys.executable, *profile, *words, cwd=ROOT, env=env)
    try:
        yield bot.pid
    finally:
        if bot.returncode is None:
            bot.send_signal(signal.SIGTERM if PROFILE else signal.SIGKILL)
        await bot.wait()


def used(pid: int) -> tuple[float, float]:
    """CPU seconds and megabytes of a process."""
    proc = Path("/proc") / str(pid)
    fields = (proc / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    pages = int((proc / "statm").read_text(encoding="ascii").split()[1])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def at_rest(pid: int) -> None:
    """Wait until a bot does nothing: what it builds after its first poll is no part of a tap."""
    before, now = -1.0, used(pid)[0]
    while now - before > RESTS:
        await asyncio.sleep(0.5)
        before, now = now, used(pid)[0]


async def run(variant: str, folder: Path, case: Case) -> Found:
    """One variant under load."""
    taps = [SetKnob(scope="all", to=str(to)).pack() for to in (2, -1, 3, 0, -2, 1)]
    load = Load(case.members, taps, case.think)
    telegram = Telegram(load)
    await telegram.start()
    port = free_port()
    delivering = None
    async with process(variant, telegram, folder, case, port) as pid, asyncio.TaskGroup() as group:
        await asyncio.wait_for(telegram.ready.wait(), 60)
        if case.webhook:
            delivering = group.create_task(telegram.deliver(port, SECRET))
        await at_rest(pid)
        telegram.begin()
        await asyncio.sleep(SETTLE)
        before = used(pid)
        load.waits.clear()
        await asyncio.sleep(case.seconds)
        waits = list(load.waits)
        after = used(pid)
        telegram.end()
        if delivering:
            delivering.cancel()
    telegram.stop()
    return found(waits, case.seconds, before, after)


def found(
    waits: Sequence[float],
    seconds: float,
    before: tuple[float, float],
    after: tuple[float, float],
) -> Found:
    """What came of one run, in milliseconds and megabytes."""
    if len(waits) < 2:
        raise SystemExit("the bot answered nobody: run it by hand with python -m benchmarks.bots")
    cut = [1000 * one for one in quantiles(waits, n=100)]
    cpu = 1000 * (after[0] - before[0]) / len(waits)
    return Found(len(waits) / seconds, cut[49], cut[94], cut[98], cpu, after[1])


async def measure(case: Case, rounds: int, variants: Sequence[str] = VARIANTS) -> dict[str, Found]:
    """Every variant in turn, several times over: the medians."""
    runs: dict[str, list[Found]] = {one: [] for one in variants}
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        folder = Path(name)
        db = store.opened(folder, case.server)
        await store.prepare(db, case.members)
        await db.close()
        for _ in range(rounds):
            for variant in variants:
                runs[variant].append(await run(variant, folder, case))
    return {variant: middle(some) for variant, some in runs.items()}


def middle(runs: Sequence[Found]) -> Found:
    """The median of each number."""
    return Found(*(median(getattr(one, name) for one in runs) for name in Found.__slots__))


def show(results: dict[str, Found], case: Case) -> str:
    """The table, with the rates as ratios."""
    ours = results.get("midline")
    rows = []
    for variant, one in results.items():
        ratio = f"{ours.rate / one.rate:.2f}" if ours else "-"
        dearer = f"{ours.cpu / one.cpu:.1f}" if ours else "-"
        rows.append(
            (
                variant,
                f"{one.rate:.0f}",
                f"{one.p50:.0f}",
                f"{one.p95:.0f}",
                f"{one.p99:.0f}",
                f"{one.cpu:.2f}",
                f"{one.rss:.0f}",
                ratio,
                dearer,
            )
        )
    way = "webhook" if case.webhook else "polling"
    kept = "PostgreSQL" if case.server else "encrypted SQLite"
    pace = f"a tap every {case.think:g} s each" if case.think else "no pause"
    title = f"{case.members} members at once, {way}, {kept}, {pace}"
    head = (
        "variant",
        "taps/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "CPU ms",
        "RSS MB",
        "rate: ours/it",
        "CPU: ours/it",
    )
    return table(title, head, rows)


def arguments() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tap", description=__doc__)
    parser.add_argument("--members", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run")
    parser.add_argument("--rounds", type=int, default=3, help="of all variants in turn")
    parser.add_argument("--think", type=float, default=0.0, help="seconds from tap to tap")
    parser.add_argument("--webhook", action="store_true", help="instead of polling")
    parser.add_argument("--server", help="an empty PostgreSQL database's URL")
    parser.add_argument("--only", choices=VARIANTS, action="append")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    args = arguments()
    case = Case(args.members, args.seconds, args.think, args.webhook, args.server)
    results = asyncio.run(measure(case, args.rounds, args.only or VARIANTS))
    print(show(results, case))


if __name__ == "__main__":
    main()
