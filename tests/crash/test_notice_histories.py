"""Whatever happens in whatever order while a notice goes out: each person ends in one way."""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from bot.broadcast import controller, digests
from bot.broadcast.controller import BroadcastController
from bot.metrics import Metrics
from bot.telegram import chat_store, outbound, rate_limit
from bot.telegram.outbound import SendResult, SendStatus
from bot.telegram.rate_limit import SendBudget
from bot.updates.lanes import SingleProcessLanes
from service import erasure
from service.deps import Deps
from service.mids import store as mid_store
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.delivery import cases as delivery
from service.notices.inbox import cases as notice_inbox
from service.notices.values import ENDED, HaltReason, NoticeOutcome, NoticeStatus, NoticeText
from service.people import cases as people
from service.people import store as people_store
from tests.support.crowd import MID, announce, content
from tests.support.stage import NOON, FixedClock, Stage, copied

HISTORIES = os.environ.get("MIDLINE_NOTICE_HISTORIES")
"""How many; unset: 300, which are always the same."""
SIZE = 14
OPS = ("stop", "pause", "correct", "join", "leave", "erase", "block", "mute", "crash", "night",
       "wait")  # fmt: skip


class Telegram:
    """Takes what is sent, slowly, and refuses whoever blocked the bot."""

    def __init__(self, seed: int) -> None:
        self.heard: Counter[int] = Counter()
        self.blocked: set[int] = set()
        self._chance = Random(seed)
        self._ids = itertools.count(1)

    async def post(self, _bot, chat_id, _body) -> SendResult:
        await asyncio.sleep(self._chance.random() * 0.004)
        if chat_id in self.blocked:
            return SendResult(SendStatus.BLOCKED)
        if self._chance.random() < 0.1:
            return SendResult(
                SendStatus.AGAIN if self._chance.random() < 0.3 else SendStatus.WAIT, seconds=0.01
            )
        self.heard[chat_id] += 1
        await asyncio.sleep(self._chance.random() * 0.004)
        return SendResult(SendStatus.TAKEN, next(self._ids))

    async def edit(self, _bot, _chat_id, message_id, _screen) -> SendResult:
        await asyncio.sleep(0)
        return SendResult(SendStatus.TAKEN, message_id)


class World:
    """One MID, its people, a sender that can die, and what must be true of them."""

    def __init__(self, stage: Stage, telegram: Telegram) -> None:
        self.stage = stage
        self.deps = stage.deps
        self.telegram = telegram
        self.people: list[tuple[str, str]] = []
        self.outside: set[int] = set()
        self.left: set[int] = set()
        self.crashes = 0
        self.metrics = Metrics()
        self._sender: asyncio.Task[None] | None = None

    async def join(self) -> int:
        number = len(self.people)
        async with self.deps.db.write() as conn:
            member = await people_store.add_member(conn, self.stage.clock.now(), spoken="en")
            await chat_store.put_chat(conn, number, member.id, "en")
            row = {"language": "en", "tier": "standard", "eligible": []}
            ref = f"X-{number}"
            roster = await mid_store.read_roster(conn, MID)
            await mid_store.put_roster(conn, MID, {**roster, ref: row})
            joined = await people_store.join(conn, member.id, MID, ref, self.stage.clock.now())
        assert joined
        self.people.append((member.id, joined))
        return number

    def begin(self, group: asyncio.TaskGroup) -> None:
        one = BroadcastController(
            self.deps,
            SimpleNamespace(),
            SendBudget(500.0),
            SingleProcessLanes(),
            metrics=self.metrics,
            rate=500.0,
        )
        self._sender = group.create_task(one.run())

    async def die(self, group: asyncio.TaskGroup) -> None:
        assert self._sender
        self.crashes += 1
        self._sender.cancel()
        await asyncio.wait([self._sender])
        self.begin(group)

    def end(self) -> None:
        assert self._sender
        self._sender.cancel()

    async def do(self, op: str, notice_id: str, who: int, group: asyncio.TaskGroup) -> None:  # noqa: C901
        member, membership = self.people[who % len(self.people)]
        number, cause = who % len(self.people), self.stage.cause()
        match op:
            case "stop":
                await authoring.stop(self.deps, MID, notice_id)
            case "pause":
                epoch = (await authoring.read(self.deps, MID, notice_id)).epoch
                await delivery.pause(
                    self.deps, notice_id, epoch, HaltReason.REFUSED, "a person looks"
                )
                await asyncio.sleep(who * 0.002)
                await authoring.resume(self.deps, MID, notice_id)
            case "correct":
                text = {"en": NoticeText(title="Open evening", body=f"Come at {who}:00.")}
                if (await authoring.read(self.deps, MID, notice_id)).status not in ENDED:
                    await authoring.correct(self.deps, MID, notice_id, text)
            case "join":
                self.outside.add(await self.join())
            case "leave" | "erase" if number not in self.left:
                self.left.add(number)
                if op == "erase":
                    await erasure.erase_membership(self.deps, member, membership)
                else:
                    await people.leave(self.deps, member, membership, cause)
            case "block":
                self.telegram.blocked.add(number)
            case "mute" if number not in self.left:
                await notice_inbox.mute(self.deps, member, membership, cause, on=True)
            case "crash":
                await self.die(group)
            case "night":
                self.stage.clock.at += timedelta(hours=10)
                await asyncio.sleep(0.01)
                self.stage.clock.at += timedelta(hours=14)


async def check(world: World, notice_id: str, *, skips: bool) -> None:
    report = await reporting.read_report(world.deps, MID, notice_id)
    page, _ = await reporting.list_deliveries(world.deps, MID, notice_id, 0, 1000)
    ended = [one for one in page if one.outcome in {two.name.lower() for two in NoticeOutcome}]
    notice = report.notice
    heard = world.telegram.heard
    assert len({one.pseudonym for one in ended}) == len(ended)
    assert not world.outside & heard.keys(), "somebody outside the audience was sent to"
    assert notice.total == SIZE
    assert notice.settled <= SIZE
    if notice.status is NoticeStatus.FINISHED:
        assert notice.settled == SIZE
        assert not report.waiting
        silent = SIZE - len(heard.keys() - world.outside)
        explained = sum(
            notice.count_of(one)
            for one in NoticeOutcome
            if one not in {NoticeOutcome.SENT, NoticeOutcome.IN_DIGEST}
        )
        assert silent <= explained, "somebody was missed"
    assert max(heard.values(), default=0) <= 1 + world.crashes
    if skips or not world.crashes:
        assert max(heard.values(), default=0) <= 1
    if not (skips and world.crashes):
        assert notice.count_of(NoticeOutcome.UNCERTAIN) == 0
    sent = notice.count_of(NoticeOutcome.SENT)
    assert sent <= sum(1 for one in heard if one < SIZE)
    if not world.crashes:
        told = f'midline_notice_outcomes_total{{outcome="sent"}} {sent}.0'
        assert not sent or told in world.metrics.text().decode()


async def lived(folder: Path, told: Path, seed: int, skips: bool, ops: list) -> None:
    folder.mkdir()
    db = copied(told, folder)
    clock = FixedClock(NOON)
    telegram = Telegram(seed)
    world = World(Stage(Deps(db, clock), clock), telegram)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbound, "message_body", lambda *_, **__: "{}")
        patch.setattr(outbound, "send_body", telegram.post)
        patch.setattr(outbound, "edit", telegram.edit)
        patch.setattr(controller, "LOOK_SECONDS", 0.01)
        patch.setattr("bot.broadcast.scheduler.FIRST_WAIT", 0.002)
        patch.setattr("bot.broadcast.scheduler.LATER", timedelta())
        patch.setattr(digests, "LATER", timedelta())
        patch.setattr(rate_limit, "PER_CHAT_SECONDS", 0.0)
        try:
            for _ in range(SIZE):
                await world.join()
            clock.tick()
            made = content(on_doubt="skip" if skips else "resend")
            async with asyncio.timeout(30), asyncio.TaskGroup() as group:
                notice_id = await announce(world.deps, made)
                world.begin(group)
                for op, who, pause in ops:
                    await asyncio.sleep(pause * 0.004)
                    clock.tick()
                    await world.do(op, notice_id, who, group)
                while (await authoring.read(world.deps, MID, notice_id)).status not in ENDED:
                    await authoring.resume(world.deps, MID, notice_id)
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.05)
                world.end()
            await check(world, notice_id, skips=skips)
        finally:
            await db.close()


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    return (tmp_path / str(n) for n in itertools.count())


steps = some.lists(
    some.tuples(some.sampled_from(OPS), some.integers(0, SIZE - 1), some.integers(0, 8)),
    max_size=10,
)


def work(examples: int, *, same: bool = True):
    def made(run):
        run = given(seed=some.integers(0, 999), skips=some.booleans(), ops=steps)(run)
        run = example(seed=1, skips=True, ops=[("crash", 0, 4), ("crash", 0, 4)])(run)
        run = example(seed=193, skips=True, ops=[("pause", 9, 6), ("pause", 9, 6)])(run)
        return settings(
            max_examples=examples,
            deadline=None,
            derandomize=same,
            database=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        )(run)

    return made


@work(12)
def test_in_some_histories_everyone_ends_in_exactly_one_way(
    folders: Iterator[Path], told: Path, seed, skips, ops
):
    asyncio.run(lived(next(folders), told, seed, skips, ops))


@pytest.mark.proof
@work(int(HISTORIES or 300), same=HISTORIES is None)
def test_in_many_histories_everyone_ends_in_exactly_one_way(
    folders: Iterator[Path], told: Path, seed, skips, ops
):
    asyncio.run(lived(next(folders), told, seed, skips, ops))
