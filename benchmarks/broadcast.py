"""Sending a notice to many people under Telegram's limits: Midline beside other broadcasters.

All run against the same stand-in. A few members tap meanwhile: the table has the 99th percentile
of their waits before and during the sending. The CPU that taps took before is subtracted from that
of a message. Broadcasters that are not installed are left out: python-telegram-bot with
aiolimiter, aiogram-broadcaster.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles

from benchmarks import store
from benchmarks.limited import LimitedTelegram, TelegramLimits
from benchmarks.members import Load
from benchmarks.table import table
from benchmarks.tap import ROOT, LoadCase, command, process_usage, wait_until_idle
from dialogs.callbacks import SetKnob
from service.clock import SystemClock
from service.deps import Deps
from service.notices.authoring import cases as authoring
from service.notices.values import Audience, NoticeContent, NoticeKind, NoticeText

OURS = "Midline"
TAPPERS = 20
SETTLE = 2.0
PROFILE = os.environ.get("BENCH_PROFILE")
NEEDS = {
    "aiogram loop": "aiogram",
    "PTB AIORateLimiter": "telegram",
    "aiogram-broadcaster": "aiogram_broadcaster",
}


@dataclass(frozen=True, slots=True)
class BroadcastResult:
    """The result of one broadcaster. Times in seconds, waits in ms, CPU in ms per message."""

    share: float
    refused: int
    left: int
    seconds: float
    quiet: float
    p99: float
    cpu: float
    rss: float
    repeated: int
    start: float


def notice_content() -> NoticeContent:
    """An urgent notice, which quiet hours do not hold back: the benchmark may run at night."""
    words = NoticeText(title="Open evening", body="Come at 18:00.")
    everyone = Audience(everyone=True)
    return NoticeContent(
        kind=NoticeKind.BREACH, urgent=True, audience=everyone, text={"en": words}
    )


@asynccontextmanager
async def process(
    name: str, telegram: LimitedTelegram, folder: Path, people: int, rate: float
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run one broadcaster in a process of its own."""
    api = f"http://127.0.0.1:{telegram.port}"
    if name == OURS:
        words, env = command("midline", telegram, folder, LoadCase(), 0)
        env |= {"MIDLINE_SEND_RATE": f"{rate:g}"}
        words = ["-m", "cProfile", "-o", PROFILE, *words] if PROFILE else words
    else:
        words, env = ["-m", "benchmarks.broadcasters", name, "--api", api], dict(os.environ)
        words += ["--people", str(people), "--rate", f"{rate:g}"]
    bot = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=env, stdin=PIPE
    )
    try:
        yield bot
    finally:
        if bot.returncode is None:
            bot.terminate() if PROFILE else bot.kill()
        await bot.wait()


async def run(
    name: str, folder: Path, people: int, rate: float, seconds: float, *, taps: bool
) -> BroadcastResult:
    """Measure one broadcaster sending to everybody, or to as many as it can in the time."""
    knobs = [SetKnob(scope="all", to=str(to)).pack() for to in (2, -1, 3, 0)]
    # Taps are few: two a second, thirty at a thousand.
    load = Load(TAPPERS if taps else 0, knobs, think=TAPPERS / (2 if rate < 100 else 30))
    telegram = LimitedTelegram(load, TelegramLimits(rate=rate))
    await telegram.start()
    async with process(name, telegram, folder, people, rate) as bot:
        await asyncio.wait_for(telegram.ready.wait(), 120)
        await wait_until_idle(bot.pid)
        if taps:
            telegram.begin()
        loop = asyncio.get_running_loop()
        idle, idle_at = process_usage(bot.pid), loop.time()
        await asyncio.sleep(max(SETTLE, 3 * load.think))
        quiet, before = p99_ms(load.waits), process_usage(bot.pid)
        taps_cost = (before[0] - idle[0]) / (loop.time() - idle_at)
        load.waits.clear()
        began = loop.time()
        if name == OURS:
            await announce(folder)
        else:
            assert bot.stdin
            bot.stdin.write(b"\n")
        approved_at = loop.time()
        while len(telegram.heard) < people and loop.time() - approved_at < seconds:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        after = process_usage(bot.pid)
        cost = after[0] - before[0] - taps_cost * (loop.time() - began)
        telegram.end()
    telegram.stop()
    heard = telegram.heard
    if not heard:
        telegram.first_at = telegram.last_at = loop.time()
    span = max(telegram.last_at - telegram.first_at, 0.001)
    return BroadcastResult(
        share=max(len(heard) - 1, 0) / span / rate,
        refused=telegram.refused,
        left=people - len(heard),
        seconds=telegram.last_at - began,
        quiet=quiet,
        p99=p99_ms(load.waits),
        cpu=1000 * cost / max(sum(heard.values()), 1),
        rss=after[1],
        repeated=sum(heard.values()) - len(heard),
        start=telegram.first_at - approved_at,
    )


def p99_ms(waits: list[float]) -> float:
    """The 99th percentile in milliseconds."""
    return 1000 * quantiles(waits, n=100)[98] if len(waits) > 1 else float("inf")


async def announce(folder: Path) -> str:
    """Write, count and approve a notice while the bot runs; returns its id."""
    db = store.open_embedded_store(folder)
    try:
        deps = Deps(db, SystemClock())
        notice = await authoring.draft(deps, "nurses", notice_content(), by="benchmark")
        counted = await authoring.count(deps, "nurses", notice.id)
        await authoring.approve(deps, "nurses", notice.id, "benchmark", counted.total)
        return notice.id
    finally:
        await db.close()


async def measure(
    people: int, rate: float, seconds: float, names: list[str], *, taps: bool = True
) -> str:
    """Measure broadcasters in turn."""
    rows = []
    for name in names:
        if name in NEEDS and find_spec(NEEDS[name]) is None:
            rows.append((name, "not installed", *[""] * 9))
            continue
        with tempfile.TemporaryDirectory(prefix="midline-bench-") as folder:
            if name == OURS:
                db = store.open_embedded_store(Path(folder))
                await store.prepare(db, people)
                await db.close()
            result = await run(name, Path(folder), people, rate, seconds, taps=taps)
        waits = [f"{wait:.0f}" if taps else "-" for wait in (result.quiet, result.p99)]
        rows.append(
            (
                name, f"{result.share:.0%}", f"{result.refused}", f"{result.left}",
                f"{result.repeated}", f"{result.seconds:.1f}", f"{result.start:.2f}", *waits,
                f"{result.cpu:.2f}", f"{result.rss:.0f}",
            )
        )  # fmt: skip
    head = (
        "who", "of the limit", "429s", "not told", "twice", "s", "first after s",
        "tap p99 before", "meanwhile", "CPU ms", "RSS MB",
    )  # fmt: skip
    title = f"{people} people at {rate:g} a second, at most {seconds:g} s each"
    return table(title, head, rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.broadcast", description=__doc__)
    parser.add_argument("--rate", type=float, action="append")
    parser.add_argument("--seconds", type=float, default=30, help="of each, at most")
    parser.add_argument("--people", type=int, help="default: as many as the rate sends in 20 s")
    parser.add_argument("--no-taps", action="store_true", help="nobody taps meanwhile")
    parser.add_argument("--only", action="append", choices=(OURS, *NEEDS))
    args = parser.parse_args()
    for rate in args.rate or (30, 1000):
        people = args.people or int(20 * rate)
        names = args.only or [OURS, *NEEDS]
        print(asyncio.run(measure(people, rate, args.seconds, names, taps=not args.no_taps)))


if __name__ == "__main__":
    main()
