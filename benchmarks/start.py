"""Time from the start of the process to its first getUpdates, memory, and the slowest imports."""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks import store
from benchmarks.members import Load
from benchmarks.table import table
from benchmarks.tap import ROOT, LoadCase, process, process_usage
from benchmarks.telegram import Telegram

LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)")
BARE = "print(int(open('/proc/self/statm').read().split()[1]) * 4096 / 2**20)"
SHOWN = 12


async def start_once(folder: Path) -> tuple[float, float]:
    """Start the bot once; returns seconds to its first poll, and megabytes a second later."""
    telegram = Telegram(Load(1, ()))
    await telegram.start()
    began = time.time()
    async with process("midline", telegram, folder, LoadCase(), 0) as pid:
        await asyncio.wait_for(telegram.ready.wait(), 120)
        await asyncio.sleep(1)
        _, memory = process_usage(pid)
    telegram.stop()
    return telegram.polled_at - began, memory


def bare_python() -> tuple[float, float]:
    """Run a Python that does nothing; returns seconds and megabytes."""
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", BARE], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return time.time() - began, float(done.stdout)


def imports() -> list[tuple[str, float]]:
    """The import time of the bot by package, in milliseconds, slowest first."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import bot.commands.cli, bot.app"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    spent: dict[str, float] = {}
    for own, _, _, name in LINE.findall(done.stderr):
        parts = name.split(".")
        top = ".".join(parts[:2]) if parts[0] in {"aiogram", "sqlalchemy"} else parts[0]
        spent[top] = spent.get(top, 0) + int(own) / 1000
    return sorted(spent.items(), key=lambda item: -item[1])


async def measure(rounds: int) -> str:
    """Measure the medians, beside a bare Python."""
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        folder = Path(name)
        db = store.open_embedded_store(folder)
        await store.prepare(db, 10)
        await db.close()
        midline_runs = [await start_once(folder) for _ in range(rounds)]
    bare_runs = [bare_python() for _ in range(rounds)]
    rows = []
    for label, runs in (("bare Python", bare_runs), ("midline, first poll", midline_runs)):
        seconds, memory = (median(column) for column in zip(*runs, strict=True))
        above = memory - median(megabytes for _, megabytes in bare_runs)
        rows.append((label, f"{seconds:.2f}", f"{memory:.0f}", f"{above:.0f}"))
    first = table(f"Start, median of {rounds}", ("", "s", "RSS MB", "above bare"), rows)
    spent = imports()
    total = sum(ms for _, ms in spent)
    shown = [(name, f"{ms:.0f}", f"{ms / total:.0%}") for name, ms in spent[:SHOWN]]
    shown.append(("all", f"{total:.0f}", "100%"))
    return first + "\n" + table("Imports of bot.app", ("package", "ms of its own", "share"), shown)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    print(asyncio.run(measure(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
