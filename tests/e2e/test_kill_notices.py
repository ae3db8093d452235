"""The real process, killed at random under a notice to many, on the lean stand-in."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks import store
from benchmarks.broadcast import OURS, process
from benchmarks.limited import LimitedTelegram, TelegramLimits
from benchmarks.members import Load
from bot.telegram.chat_store import chats
from service.clock import SystemClock
from service.deps import Deps
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.codec import unpack_outcomes
from service.notices.outcome_store import segments
from service.notices.values import (
    Audience,
    NoticeContent,
    NoticeKind,
    NoticeOutcome,
    NoticeStatus,
    NoticeText,
)
from service.people.store import memberships

pytestmark = pytest.mark.proof

PEOPLE = int(os.environ.get("MIDLINE_NOTICE_PEOPLE", "2000"))
KILLS = int(os.environ.get("MIDLINE_NOTICE_KILLS", "6"))
RATE = float(os.environ.get("MIDLINE_NOTICE_RATE", "300"))
LATENCY = 0.08
LOOKS = 0.05


@dataclass(frozen=True)
class Left:
    """What a death left behind: of how many people nothing is written though they had it.

    ``under_way`` of them were not answered when it came, ``answered`` were; to a process that had
    no turn for a while these are in flight too. ``flight`` is how many were ever under way at
    once, ``commit`` how many people the largest commit held.
    """

    under_way: int
    answered: int
    flight: int
    commit: int

    @property
    def unwritten(self) -> int:
        return self.under_way + self.answered


async def killed(bot, how, telegram: LimitedTelegram, deps: Deps, notice_id: str) -> Left:
    """Kill the process, and look at what it left."""
    open_, heard = set(telegram.under_way), set(telegram.heard)
    bot.send_signal(how)
    await bot.wait()
    # What it had written into its connections is read to the end.
    await asyncio.sleep(2 * LATENCY)
    number = select(chats.c.telegram_id, memberships.c.seq).join(
        memberships, memberships.c.member_id == chats.c.member_id
    )
    wrote = select(segments.c.body).where(segments.c.notice_id == notice_id)
    async with deps.db.read() as conn:
        numbers = dict((await conn.execute(number.where(memberships.c.mid_id == "nurses"))).all())
        commits = [list(unpack_outcomes(body)) for (body,) in await conn.execute(wrote)]
    written = {one for commit in commits for one, _, _ in commit}
    unwritten = {chat for chat in telegram.heard if numbers[chat] not in written}
    unanswered = unwritten & (open_ | (telegram.heard.keys() - heard))
    return Left(
        under_way=len(unanswered),
        answered=len(unwritten - unanswered),
        flight=telegram.most_under_way,
        commit=max(map(len, commits), default=0),
    )


async def announced(deps: Deps, on_doubt: str) -> str:
    words = {"en": NoticeText(title="Open evening", body="Come at 18:00.")}
    made = NoticeContent(
        kind=NoticeKind.BREACH, urgent=True, audience=Audience(everyone=True), text=words,
        on_doubt=on_doubt,
    )  # fmt: skip
    notice = await authoring.draft(deps, "nurses", made, by="ada")
    counted = await authoring.count(deps, "nurses", notice.id)
    await authoring.approve(deps, "nurses", notice.id, "ada", counted.total)
    return notice.id


@pytest.mark.parametrize(
    ("how", "on_doubt"),
    [(signal.SIGKILL, "resend"), (signal.SIGKILL, "skip"), (signal.SIGTERM, "resend")],
)
async def test_a_sender_killed_at_random_misses_nobody(tmp_path: Path, capsys, how, on_doubt):
    chance = random.Random(11)
    telegram = LimitedTelegram(Load(1, ()), TelegramLimits(rate=RATE * 1.2, latency=LATENCY))
    await telegram.start()
    db = store.open_embedded_store(tmp_path)
    await store.prepare(db, PEOPLE)
    deps = Deps(db, SystemClock())
    notice_id = await announced(deps, on_doubt)
    repeats, left, kills = [], [], 0
    # A start takes most of a minute where other work fills the machine.
    async with asyncio.timeout(120 + KILLS * 60 + 3 * PEOPLE / RATE):
        while True:
            known, last = total(telegram), kills == KILLS
            async with process(OURS, telegram, tmp_path, PEOPLE, RATE) as bot:
                while total(telegram) == known and not await done(deps, notice_id):  # noqa: ASYNC110
                    await asyncio.sleep(LOOKS)
                share = PEOPLE / RATE / (KILLS + 1)
                until = asyncio.get_running_loop().time() + share * chance.random()
                while last or asyncio.get_running_loop().time() < until:
                    if await done(deps, notice_id):
                        last = True
                        break
                    await asyncio.sleep(LOOKS)
                if not last:
                    left.append(await killed(bot, how, telegram, deps, notice_id))
            repeats.append(twice(telegram))
            if last:
                break
            kills += 1
    report = await reporting.read_report(deps, "nurses", notice_id)
    await db.close()
    telegram.stop()
    again = [b - a for a, b in pairwise(repeats)]
    missed = PEOPLE - len(telegram.heard)
    uncertain = report.notice.count_of(NoticeOutcome.UNCERTAIN)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{PEOPLE} people at {RATE:g}/s, {kills} x {how.name}, {on_doubt}: missed {missed},"
            f" repeats per kill {again}, of {left}, uncertain {uncertain},"
            f" 429s {telegram.refused}"
        )
    assert report.notice.status is NoticeStatus.FINISHED
    assert report.notice.settled == PEOPLE
    if how is signal.SIGTERM:
        assert (missed, repeats[-1], uncertain) == (0, 0, 0)
        assert not any(one.unwritten for one in left)
    elif on_doubt == "skip":
        assert repeats[-1] == 0
        assert missed <= uncertain
    else:
        assert missed == 0
        assert repeats[0] == 0
        # What was in flight, and one commit: nobody else has it twice.
        assert all(n <= one.unwritten for n, one in zip(again, left, strict=True))
        assert all(one.unwritten <= one.flight + one.commit for one in left)


async def done(deps: Deps, notice_id: str) -> bool:
    return (await authoring.read(deps, "nurses", notice_id)).status is NoticeStatus.FINISHED


def total(telegram: LimitedTelegram) -> int:
    return sum(telegram.heard.values())


def twice(telegram: LimitedTelegram) -> int:
    return total(telegram) - len(telegram.heard)
