"""The real process, killed at random under a notice to many, on the lean stand-in."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from benchmarks import store
from benchmarks.broadcast import OURS, process
from benchmarks.limited import Limited, Limits
from benchmarks.members import Load
from service.clock import SystemClock
from service.deps import Deps
from service.notices import composing, reporting
from service.notices.values import Audience, Content, NoticeKind, NoticeText, Outcome, Status

pytestmark = pytest.mark.proof

PEOPLE = int(os.environ.get("MIDLINE_NOTICE_PEOPLE", "2000"))
KILLS = int(os.environ.get("MIDLINE_NOTICE_KILLS", "6"))
RATE = float(os.environ.get("MIDLINE_NOTICE_RATE", "300"))
LATENCY = 0.08
MOST = int(RATE * LATENCY * 2) + int(RATE * 0.04) + 2
"""Under way, by a round trip that a busy machine makes longer, and one commit."""


async def announced(deps: Deps, on_doubt: str) -> str:
    words = {"en": NoticeText(title="Open evening", body="Come at 18:00.")}
    made = Content(
        kind=NoticeKind.BREACH, urgent=True, audience=Audience(everyone=True), text=words,
        on_doubt=on_doubt,
    )  # fmt: skip
    notice = await composing.draft(deps, "nurses", made, by="ada")
    counted = await composing.count(deps, "nurses", notice.id)
    await composing.approve(deps, "nurses", notice.id, "ada", counted.total)
    return notice.id


@pytest.mark.parametrize(
    ("how", "on_doubt"),
    [(signal.SIGKILL, "resend"), (signal.SIGKILL, "skip"), (signal.SIGTERM, "resend")],
)
async def test_a_sender_killed_at_random_misses_nobody(tmp_path: Path, capsys, how, on_doubt):
    chance = random.Random(11)
    telegram = Limited(Load(1, ()), Limits(rate=RATE * 1.2, latency=LATENCY))
    await telegram.start()
    db = store.embedded(tmp_path)
    await store.prepare(db, PEOPLE)
    deps = Deps(db, SystemClock())
    notice_id = await announced(deps, on_doubt)
    repeats, in_flight, kills = [], [], 0
    async with asyncio.timeout(60 + KILLS * 20 + 3 * PEOPLE / RATE):
        while True:
            known, last = total(telegram), kills == KILLS
            async with process(OURS, telegram, tmp_path, PEOPLE, RATE) as bot:
                while total(telegram) == known and not await done(deps, notice_id):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                share = PEOPLE / RATE / (KILLS + 1)
                until = asyncio.get_running_loop().time() + share * chance.random()
                while last or asyncio.get_running_loop().time() < until:
                    if await done(deps, notice_id):
                        last = True
                        break
                    await asyncio.sleep(0.02)
                if not last:
                    in_flight.append(telegram.under_way)
                bot.send_signal(how)
                await bot.wait()
            repeats.append(twice(telegram))
            if last:
                break
            kills += 1
    report = await reporting.report(deps, "nurses", notice_id)
    await db.close()
    telegram.stop()
    each = [b - a for a, b in zip([0, *repeats], repeats, strict=False)]
    missed = PEOPLE - len(telegram.heard)
    uncertain = report.notice.of(Outcome.UNCERTAIN)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{PEOPLE} people at {RATE:g}/s, {kills} x {how.name}, {on_doubt}: missed {missed},"
            f" repeats per kill {each}, in flight {in_flight}, uncertain {uncertain},"
            f" 429s {telegram.refused}"
        )
    assert report.notice.status is Status.FINISHED
    assert report.notice.settled == PEOPLE
    if how is signal.SIGTERM:
        assert (missed, repeats[-1], uncertain) == (0, 0, 0)
    elif on_doubt == "skip":
        assert repeats[-1] == 0
        assert missed <= uncertain
    else:
        assert missed == 0
        assert max(each) <= MOST


async def done(deps: Deps, notice_id: str) -> bool:
    return (await composing.read(deps, "nurses", notice_id)).status is Status.FINISHED


def total(telegram: Limited) -> int:
    return sum(telegram.heard.values())


def twice(telegram: Limited) -> int:
    return total(telegram) - len(telegram.heard)
