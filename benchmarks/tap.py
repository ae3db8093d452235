"""A tap on the price knob under load, beside a bare aiogram echo bot and one with a durable write.

Every member taps, waits until the message is edited and the tap answered, and taps again. The
variants take turns for several rounds; medians are shown. Without a pause between taps the bot is
saturated, and a wait is little more than members / rate; `--think` measures waits at a realistic
pace.
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
IDLE_CPU = 0.015
"""Seconds of CPU in half a second up to which a bot counts as idle."""
PROFILE = os.environ.get("BENCH_PROFILE")
"""The file for cProfile's statistics of Midline, if it is to be profiled."""


@dataclass(frozen=True, slots=True)
class TapResult:
    """The result of one run: taps a second, waits and CPU a tap in ms, memory in MB."""

    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    rss: float


@dataclass(frozen=True, slots=True)
class LoadCase:
    """The load and the deployment that are measured."""

    members: int = 300
    seconds: float = 5.0
    think: float = 0.0
    webhook: bool = False
    server: str | None = None


def free_port() -> int:
    """A port of this machine that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(
    variant: str, telegram: Telegram, folder: Path, case: LoadCase, port: int
) -> tuple[list[str], dict[str, str]]:
    """The arguments and environment of a bot's process. Midline runs by its own command."""
    api = f"http://127.0.0.1:{telegram.port}"
    if variant == "midline":
        settings = {
            "MIDLINE_BOT_TOKEN": TOKEN,
            "MIDLINE_BOT_API": api,
            "MIDLINE_DATA_DIR": str(folder / "data"),
            "MIDLINE_KEY_FILE": str(folder / "key" / "midline.key"),
            "MIDLINE_LOG_LEVEL": "ERROR",
        }
        if case.server:
            settings["MIDLINE_DATABASE_URL"] = case.server
        if case.webhook:
            settings["MIDLINE_WEBHOOK_URL"] = f"http://127.0.0.1:{port}/hook"
            settings["MIDLINE_WEBHOOK_SECRET"] = SECRET
            settings["MIDLINE_HTTP_PORT"] = str(port)
        return ["-m", "bot", "run"], {**os.environ, **settings}
    words = ["-m", "benchmarks.bots", variant, "--folder", str(folder), "--api", api]
    words += ["--server", case.server] if case.server else []
    words += ["--webhook", str(port)] if case.webhook else []
    return words, dict(os.environ)


@contextlib.asynccontextmanager
async def process(
    variant: str, telegram: Telegram, folder: Path, case: LoadCase, port: int
) -> AsyncIterator[int]:
    """Run a bot in a process of its own and kill it at the end; yields the process id."""
    words, env = command(variant, telegram, folder, case, port)
    profile = ["-m", "cProfile", "-o", PROFILE] if PROFILE and variant == "midline" else []
    bot = await asyncio.create_subprocess_exec(sys.executable, *profile, *words, cwd=ROOT, env=env)
    try:
        yield bot.pid
    finally:
        if bot.returncode is None:
            bot.send_signal(signal.SIGTERM if PROFILE else signal.SIGKILL)
        await bot.wait()


def process_usage(pid: int) -> tuple[float, float]:
    """CPU seconds and resident megabytes of a process."""
    proc = Path("/proc") / str(pid)
    fields = (proc / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    pages = int((proc / "statm").read_text(encoding="ascii").split()[1])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def wait_until_idle(pid: int) -> None:
    """Wait until a bot is idle: what it builds after its first poll is no cost of a tap."""
    before, now = -1.0, process_usage(pid)[0]
    while now - before > IDLE_CPU:
        await asyncio.sleep(0.5)
        before, now = now, process_usage(pid)[0]


async def run(variant: str, folder: Path, case: LoadCase) -> TapResult:
    """Measure one variant under load."""
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
        await wait_until_idle(pid)
        telegram.begin()
        await asyncio.sleep(SETTLE)
        before = process_usage(pid)
        load.waits.clear()
        await asyncio.sleep(case.seconds)
        waits = list(load.waits)
        after = process_usage(pid)
        telegram.end()
        if delivering:
            delivering.cancel()
    telegram.stop()
    return summarize(waits, case.seconds, before, after)


def summarize(
    waits: Sequence[float],
    seconds: float,
    before: tuple[float, float],
    after: tuple[float, float],
) -> TapResult:
    """The result of one run from its waits and its use of CPU and memory."""
    if len(waits) < 2:
        raise SystemExit("the bot answered nobody: run it by hand with python -m benchmarks.bots")
    percentiles = [1000 * wait for wait in quantiles(waits, n=100)]
    cpu = 1000 * (after[0] - before[0]) / len(waits)
    return TapResult(
        len(waits) / seconds, percentiles[49], percentiles[94], percentiles[98], cpu, after[1]
    )


async def measure(
    case: LoadCase, rounds: int, variants: Sequence[str] = VARIANTS
) -> dict[str, TapResult]:
    """Run every variant in turn for several rounds; returns the medians."""
    runs: dict[str, list[TapResult]] = {variant: [] for variant in variants}
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        folder = Path(name)
        db = store.open_store(folder, case.server)
        await store.prepare(db, case.members)
        await db.close()
        for _ in range(rounds):
            for variant in variants:
                runs[variant].append(await run(variant, folder, case))
    return {variant: median_of_runs(results) for variant, results in runs.items()}


def median_of_runs(runs: Sequence[TapResult]) -> TapResult:
    """The median of each figure."""
    return TapResult(*(median(getattr(run, name) for run in runs) for name in TapResult.__slots__))


def show(results: dict[str, TapResult], case: LoadCase) -> str:
    """Format the results as a table, with the ratios to Midline."""
    ours = results.get("midline")
    rows = []
    for variant, result in results.items():
        rate_ratio = f"{ours.rate / result.rate:.2f}" if ours else "-"
        cpu_ratio = f"{ours.cpu / result.cpu:.1f}" if ours else "-"
        rows.append(
            (
                variant,
                f"{result.rate:.0f}",
                f"{result.p50:.0f}",
                f"{result.p95:.0f}",
                f"{result.p99:.0f}",
                f"{result.cpu:.2f}",
                f"{result.rss:.0f}",
                rate_ratio,
                cpu_ratio,
            )
        )
    transport = "webhook" if case.webhook else "polling"
    store_name = "PostgreSQL" if case.server else "encrypted SQLite"
    pace = f"a tap every {case.think:g} s each" if case.think else "no pause"
    title = f"{case.members} members at once, {transport}, {store_name}, {pace}"
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
    """Parse the command line."""
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
    case = LoadCase(args.members, args.seconds, args.think, args.webhook, args.server)
    results = asyncio.run(measure(case, args.rounds, args.only or VARIANTS))
    print(show(results, case))


if __name__ == "__main__":
    main()
