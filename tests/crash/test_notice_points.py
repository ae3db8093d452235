"""Every point at which the sender of notices can die: nobody is missed, and a repeat says so."""

import asyncio
import gc
import itertools
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.broadcast import controller
from bot.telegram import rate_limit
from service.deps import Deps
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.delivery import cases as delivery
from service.notices.values import Notice, NoticeContent, NoticeReport, NoticeStatus, NoticeText
from service.people.store import members, memberships
from tests.support.crowd import MID, Reader, announce, content, crowd, over, when
from tests.support.house import House
from tests.support.life import Life, Plug, close, house_from

pytestmark = pytest.mark.filterwarnings("ignore:.*deleted before being closed:ResourceWarning")

RATE = 200.0
LOOK = 0.03
ENOUGH_LOOKS = 5
PATIENCE = 120
"""Seconds after which a play hangs: a machine full of other work takes half a minute."""
AGAIN = "You may have had this message before."
AT_ONCE = int(RATE / 2) + 4
"""What may be under way: half a second of calls, and who is about to be sent to."""


@dataclass
class Show:
    """One notice to a crowd, and the bot that may die under it."""

    house: House
    life: Life
    deps: Deps
    readers: list[Reader]
    on_doubt: str = "resend"
    looks: Counter[Plug] = field(default_factory=Counter)
    """How often each life of the bot has looked for what is to be sent."""
    ids: list[str] = field(default_factory=list)

    async def announce(self, **changed) -> str:
        made: NoticeContent = content(on_doubt=self.on_doubt, **changed)
        self.ids.append(await announce(self.deps, made))
        return self.ids[-1]

    def count_looks(self, patch: pytest.MonkeyPatch) -> None:
        due = delivery.list_due

        async def counted(deps: Deps) -> list[Notice]:
            plug = self.life.plug
            found = await due(deps)
            self.looks[plug] += 1
            return found

        patch.setattr(delivery, "list_due", counted)

    async def over(self, notice_id: str) -> NoticeReport:
        """Its end. A person says to go on where a first wave was halted."""
        report = await over(self.deps, notice_id, seconds=PATIENCE)
        assert report.notice.status is not NoticeStatus.PAUSED, report.notice.reason
        return report


Play = Callable[[Show], Awaitable[None]]


async def all_of_it(show: Show) -> None:
    await show.over(await show.announce())


async def stopped(show: Show) -> None:
    notice_id = await show.announce()
    await when(show.deps, notice_id, lambda one: one.notice.settled >= 2, seconds=PATIENCE)
    await authoring.stop(show.deps, MID, notice_id)
    await settled_down(show)


async def corrected(show: Show) -> None:
    notice_id = await show.announce()
    await when(show.deps, notice_id, lambda one: one.notice.settled >= 2, seconds=PATIENCE)
    text = {"en": NoticeText(title="Open evening", body="Come at 19:00.")}
    await authoring.correct(show.deps, MID, notice_id, text)
    await show.over(notice_id)
    await when(
        show.deps, notice_id, lambda one: one.notice.edited_rev == one.notice.rev, seconds=PATIENCE
    )
    shown = [one.person.screen.text for one in show.readers if one.notices]
    assert all("19:00" in one for one in shown)


async def in_a_digest(show: Show) -> None:
    for number in range(3):
        await show.over(await show.announce(text=named(number)))
    late = [await show.announce(text=named(number)) for number in (3, 4)]
    for one in late:
        # Of whom it is not known whether they had the first three, the week may have room.
        await when(show.deps, one, lambda report: not report.pending, seconds=PATIENCE)
    show.house.clock.time += timedelta(days=7, minutes=1)
    for one in late:
        await show.over(one)


async def over_night(show: Show) -> None:
    # Noon where the MID is.
    async with show.deps.db.write() as conn:
        await conn.execute(update(members).values(zone="America/New_York"))
    notice_id = await show.announce()
    everyone = {"night": len(show.readers)}
    await when(show.deps, notice_id, lambda report: report.waiting == everyone, seconds=PATIENCE)
    show.house.clock.time += timedelta(hours=2)
    await show.over(notice_id)


def named(number: int) -> dict[str, NoticeText]:
    return {"en": NoticeText(title=f"Evening {number}", body="Come.")}


async def settled_down(show: Show) -> None:
    """The bot that is alive now has looked at the store a few times, and nothing new is heard."""
    before = None
    while before != (before := (show.life.plug, sum(len(one.notices) for one in show.readers))):
        upto = show.looks[show.life.plug] + ENOUGH_LOOKS
        while show.looks[show.life.plug] < upto and not show.life.plug.pulled.is_set():  # noqa: ASYNC110
            await asyncio.sleep(LOOK)


PLAYS: dict[str, tuple[Play, str]] = {
    "all": (all_of_it, "resend"),
    "all, skipping": (all_of_it, "skip"),
    "stop": (stopped, "resend"),
    "correction": (corrected, "resend"),
    "digest": (in_a_digest, "resend"),
    "digest, skipping": (in_a_digest, "skip"),
    "night": (over_night, "resend"),
    "night, skipping": (over_night, "skip"),
}


@dataclass
class Stage:
    """Plays, each in a house of its own, killed at a point."""

    template: Path
    folder: Path
    patch: pytest.MonkeyPatch
    numbers: Iterator[int] = field(default_factory=itertools.count)
    points: int = 0

    @asynccontextmanager
    async def shown(self, size: int, on_doubt: str) -> AsyncIterator[Show]:
        async with house_from(self.template, self.folder / str(next(self.numbers))) as house:
            house.settings = house.settings.model_copy(update={"send_rate": RATE})
            readers = await crowd(house, size)
            life = Life(house)
            async with house.deps() as deps:
                life.spared.add(deps.db)
                yield Show(house, life, deps, readers, on_doubt)
            await close(life)

    async def run(self, name: str, size: int, k: int) -> str:
        """One play, killed at the k-th commit or call of the bot; returns where, or nothing."""
        play, on_doubt = PLAYS[name]
        async with self.shown(size, on_doubt) as show:
            plug = Plug(k)
            with self.patch.context() as patch:
                show.life.patch(patch)
                show.count_looks(patch)
                async with show.life.lived(plug):
                    try:
                        async with asyncio.timeout(PATIENCE):
                            await play(show)
                    except TimeoutError as error:
                        error.add_note(f"{name}: killed at point {k}, {plug.where}")
                        raise
            self.points = plug.count
            try:
                await check(show, name, died=bool(plug.where))
            except AssertionError as error:
                error.add_note(f"{name}: killed at point {k}, {plug.where}")
                raise
            return plug.where


async def check(show: Show, name: str, *, died: bool) -> None:
    """Everyone ended in one way, nobody was missed, and what came twice says so."""
    unsure: set[str] = set()
    for notice_id in show.ids:
        report = await reporting.read_report(show.deps, MID, notice_id)
        page, _ = await reporting.list_deliveries(show.deps, MID, notice_id, 0, 1000)
        whom = await by_pseudonym(show)
        listed = Counter(one.pseudonym for one in page if one.outcome)
        assert not listed or max(listed.values()) == 1
        assert report.notice.settled == len(page) - sum(report.waiting.values())
        ends = Counter(one.outcome for one in page)
        assert ends["left"] == 0
        if report.notice.status is NoticeStatus.FINISHED:
            assert report.notice.settled == report.notice.total == len(show.readers)
            assert ends["sent"] + ends["in_digest"] + ends["uncertain"] == len(show.readers)
        assert ends["uncertain"] == 0 or (died and show.on_doubt == "skip")
        unsure |= {whom[one.pseudonym] for one in page if one.outcome == "uncertain"}
        for one in page:
            if one.outcome == "sent" and not name.startswith("digest"):
                assert len(heard(show, whom[one.pseudonym])) >= 1
    repeated = [text for one in show.readers for text in repeats(one)]
    if show.on_doubt == "skip":
        assert not repeated
    else:
        assert all(AGAIN in text for text in repeated)
        assert len(repeated) <= (AT_ONCE if died else 0)
    if name != "stop":
        least = 4 if name.startswith("digest") else 1
        missed = [one for one in show.readers if len(one.notices) < least]
        assert {one.member_id for one in missed} <= unsure
    assert died or not [one for one in show.readers if any(AGAIN in n for n in one.notices)]


def repeats(reader: Reader) -> list[str]:
    """What came although the same words had come before."""
    said = [text.replace(AGAIN, "").strip() for text in reader.notices]
    return [text for n, text in enumerate(reader.notices) if said[n] in said[:n]]


def heard(show: Show, member_id: str) -> list[str]:
    return next(one.notices for one in show.readers if one.member_id == member_id)


async def by_pseudonym(show: Show) -> dict[str, str]:
    async with show.deps.db.read() as conn:
        rows = await conn.execute(select(memberships.c.pseudonym, memberships.c.member_id))
        return {row.pseudonym: row.member_id for row in rows}


@pytest.fixture
def stage(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    # A second between two messages of a chat is Telegram's, not this test's.
    monkeypatch.setattr(rate_limit, "PER_CHAT_SECONDS", 0.0)
    # Nor are certificates, of which every life would read a hundred and more.
    monkeypatch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
    # The sender sleeps between two looks at the store, and every play waits for many of them.
    monkeypatch.setattr(controller, "LOOK_SECONDS", LOOK)
    yield Stage(fresh, tmp_path, monkeypatch)
    gc.collect()


async def check_points(stage: Stage, name: str, size: int, ks: Iterable[int]) -> int:
    reached = 0
    for k in ks:
        if not await stage.run(name, size, k):
            break
        reached += 1
    return reached


QUICK = {
    "all": (20, 27, 44),
    "all, skipping": (27, 40),
    "stop": (31,),
    "correction": (35,),
    "digest": (150,),
    "night, skipping": (35,),
}


@pytest.mark.parametrize("name", QUICK)
async def test_a_sender_killed_here_and_there_misses_nobody(stage: Stage, name: str):
    assert await check_points(stage, name, 12, QUICK[name]) >= 0


@pytest.mark.proof
@pytest.mark.parametrize("name", PLAYS)
async def test_a_sender_killed_at_any_point_misses_nobody(
    stage: Stage, name: str, capsys: pytest.CaptureFixture[str]
):
    size = 50 if name.startswith("all") else 12
    reached = await check_points(stage, name, size, itertools.count(1))
    assert reached >= 20
    with capsys.disabled():
        print(f"\n{name}: {reached} points")  # noqa: T201
