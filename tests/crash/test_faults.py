"""The disk, the store, the network and Telegram fail: nothing is lost, and nobody else waits."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import SendMessage
from sqlalchemy import event, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlcipher3 import dbapi2
from structlog.testing import capture_logs

from bot.telegram import chat_store, rate_limit, retry, sync_store
from bot.telegram.retry import RetryMiddleware
from bot.updates import envelope, flood_guard, inbox_store, polling
from bot.updates import inbox as intake
from bot.updates.lanes import SingleProcessLanes
from dialogs.callbacks import SayYes, SetKnob, SetLanguage
from locales.words import SHIPPED, words
from playground.bot_api.faults import SimulatedFault
from playground.errors import ApiError
from service.db import inline_sqlite, sqlcipher
from service.journal.store import events
from service.standing.values import StandingReason
from tests.e2e.test_flows import reasons
from tests.support.house import NURSE, House, Member
from tests.support.life import check_sound

MARGIN = 1.5
"""Seconds that a busy machine may add."""


MET = re.compile("short time|one of these|nothing on that|closest text")
"""What is said to a question, whatever is found."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that are minutes in life are moments here."""
    monkeypatch.setattr(intake, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(intake, "LONGEST_WAIT", 0.1)
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(polling, "LONGEST_WAIT", 0.1)
    # And members act faster than people can.
    monkeypatch.setattr(flood_guard, "BURST", 10.0**6)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  # what is waited for happens elsewhere
            await asyncio.sleep(0.02)


async def handled(house: House) -> bool:
    """Whether everything that was done so far is stored, handled and marked so."""
    if house.playground.pending:
        return False
    async with house.deps() as deps, deps.db.read() as conn:
        return not await inbox_store.read_open(conn)


async def introduced(house: House) -> None:
    """Wait until Telegram was told about the bot."""

    async def told() -> bool:
        async with house.deps() as deps, deps.db.read() as conn:
            return len((await conn.execute(select(sync_store.told))).all()) == 4 * len(SHIPPED) + 1

    await until(told)


async def settings_of(house: House) -> list[str]:
    """Every setting of the general knob in the order of the events, after a look at all."""
    async with house.deps() as deps:
        await check_sound(deps.db)
        async with deps.db.read() as conn:
            rows = await conn.execute(
                select(events.c.value).where(events.c.kind == "knob").order_by(events.c.seq)
            )
            failed = await conn.execute(
                select(inbox_store.inbox.c.seq).where(inbox_store.inbox.c.failed)
            )
            assert failed.first() is None
            return list(rows.scalars())


async def turn(member: Member, *steps: int) -> None:
    """Tap steps of the knob, one after the other, without waiting."""
    screen = member.person.screen
    for step in steps:
        await member.person.tap(data=SetKnob(scope="all", to=str(step)).pack(), message=screen)


async def at_the_knob(house: House, name: str = "Ana", ref: str = NURSE[1]) -> Member:
    member = await house.joined(house.member(name), ("nurses", ref))
    await member.say("/price")
    return member


# The store.


class Disk:
    """A disk on which the store's file can grow, or not."""

    full = False

    def __call__(self, connection: Connection) -> None:
        pages = 1 if self.full else 2**30
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


@pytest.fixture
def disk() -> Iterator[Disk]:
    one = Disk()
    event.listen(Engine, "begin", one)
    yield one
    event.remove(Engine, "begin", one)


async def test_on_a_full_disk_nothing_is_acknowledged_and_all_is_done_when_there_is_room(
    house: House, disk: Disk
):
    ana = await at_the_knob(house)
    await introduced(house)
    disk.full = True
    with capture_logs() as logs:
        await turn(ana, 1, 2, 3)
        # Long enough that no free page in the middle of the file takes them.
        for nr in range(60):
            await ana.person.send(f"{nr} why? " * 400)
        await asyncio.sleep(1.5)
    assert "the disk is full" in reasons_away(logs)
    assert house.playground.pending >= 60
    disk.full = False
    await until(lambda: handled(house), 40)
    await ana.person.settled()
    assert await settings_of(house) == ["1", "2", "3"]
    assert sum(bool(MET.search(one.text)) for one in ana.person.heard) == 60


async def test_what_could_not_be_stored_costs_nobody_their_place(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(flood_guard, "BURST", 30.0)
    people = [inbox_store.IncomingUpdate(update_id=nr, lane="1", body="{}") for nr in range(20)]
    seen: list[int] = []

    async def handle(one: inbox_store.PendingUpdate) -> None:
        seen.append(one.update_id)

    async with quiet_house.deps() as deps:
        inbox = intake.Inbox(deps, SingleProcessLanes(), handle)
        put = inbox_store.put_updates

        async def away(*_: Any) -> Any:
            raise OperationalError("INSERT", {}, Exception("database is locked"))

        async with asyncio.TaskGroup() as group:
            group.create_task(inbox.run())
            await asyncio.sleep(0.05)
            monkeypatch.setattr(inbox_store, "put_updates", away)
            for _ in range(2):
                with pytest.raises(OperationalError):
                    await inbox.take(people)
            monkeypatch.setattr(inbox_store, "put_updates", put)
            await inbox.take(people)
            await asyncio.sleep(0.2)
            inbox.stop()
    assert seen == list(range(20))


def reasons_away(logs: list[Any]) -> set[str]:
    """Why the store was away, as the operator reads it."""
    return {one["reason"] for one in logs if one["event"] == "store_away"}


def other_process(house: House) -> Any:
    """The store, opened by somebody else."""
    key = bytes.fromhex(house.settings.key_file.read_text("ascii").strip())
    file = str(house.settings.store_file)
    connection = dbapi2.connect(file, timeout=0, isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


@contextmanager
def locked(house: House) -> Iterator[None]:
    connection = other_process(house)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def hasty_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked store is waited for a moment and not ten seconds."""
    pragmas = (*sqlcipher._PRAGMAS, "busy_timeout = 50")
    monkeypatch.setattr(sqlcipher, "_PRAGMAS", pragmas)
    monkeypatch.setattr(inline_sqlite, "_PATIENCE_MS", 50)


async def test_what_comes_while_another_process_holds_the_store_is_done_afterwards(
    quiet_house: House, hasty_locks: None
):
    house = quiet_house
    async with house.running():
        ana = await at_the_knob(house)
        await introduced(house)
        await until(lambda: handled(house))
        with locked(house):
            with capture_logs() as logs:

                async def told() -> bool:
                    return bool(reasons_away(logs))

                await turn(ana, 1, 2, 3)
                await until(told)
            assert reasons_away(logs) == {"another program writes to the store"}
            assert house.playground.pending == 3
        await until(lambda: handled(house))
        await ana.person.settled()
    assert await settings_of(house) == ["1", "2", "3"]


async def test_a_store_that_is_held_while_the_bot_starts_does_not_end_it(
    quiet_house: House, hasty_locks: None, monkeypatch: pytest.MonkeyPatch
):
    house, held = quiet_house, other_process(quiet_house)
    take, loop = house.playground.faults.take, asyncio.get_running_loop()

    def hold() -> None:
        try:
            held.execute("BEGIN IMMEDIATE")
        except dbapi2.OperationalError:
            loop.call_later(0.005, hold)

    def slow_start(method: str, values: dict[str, Any]) -> SimulatedFault | None:
        if method != "getMe":
            return take(method, values)
        hold()
        return SimulatedFault(method, hang=0.3)

    monkeypatch.setattr(house.playground.faults, "take", slow_start)
    try:
        async with house.running():
            ana = house.member()
            await ana.person.send("/start")
            await asyncio.sleep(1)
            assert held.in_transaction
            held.execute("ROLLBACK")
            await until(lambda: handled(house))
            await ana.person.settled()
            assert "You are in no MID yet." in ana.text
    finally:
        held.close()


# What is left over at a start.


async def test_what_a_dead_process_left_comes_before_what_its_member_does_now(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch
):
    house = quiet_house
    async with house.running():
        ana = await at_the_knob(house)
    body = await ana.person.tap(
        data=SetKnob(scope="all", to="1").pack(), message=ana.person.screen
    )
    async with house.deps() as deps, deps.db.write() as conn:
        await inbox_store.put_updates(conn, [envelope.from_json(body)], house.clock.now())
    await turn(ana, 2)
    read = inbox_store.read_open

    async def read_late(conn: Any, lane: str | None = None) -> Any:
        # The first look at what is left takes longer than fetching what is new.
        await asyncio.sleep(0.3)
        return await read(conn, lane)

    monkeypatch.setattr(inbox_store, "read_open", read_late)
    async with house.running():
        await ana.person.settled()
        await asyncio.sleep(1)
        monkeypatch.setattr(inbox_store, "read_open", read)
        assert await handled(house)
    assert await settings_of(house) == ["1", "2"]


# Telegram.


class Moody:
    """Answers a part of all calls with 429, and notes what is called before its time."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.open_at = 0.0
        self.refused_at = 0.0
        self.refused = 0
        self.early: list[str] = []

    def take(self, method: str, values: dict[str, Any]) -> SimulatedFault | None:
        if method in {"getUpdates", "answerCallbackQuery"}:
            return None
        now = time.monotonic()
        # What was under way when the refusal came could not know of it.
        if self.refused_at + 0.1 < now < self.open_at - 0.02:
            self.early.append(method)
        if self.chance.random() > 0.3:
            return None
        seconds = self.chance.choice((1, 1, 2))
        self.refused += 1
        self.refused_at, self.open_at = now, max(self.open_at, now + seconds)
        said = f"Too Many Requests: retry after {seconds}"
        return SimulatedFault(method, error=ApiError(429, said, {"retry_after": seconds}))


@pytest.mark.parametrize("rounds", [2, pytest.param(12, marks=pytest.mark.proof)])
async def test_after_a_429_nothing_is_called_before_its_time_and_all_is_done(
    house: House, monkeypatch: pytest.MonkeyPatch, rounds: int
):
    people = [await at_the_knob(house, f"P{nr}", f"N-000{nr}") for nr in (1, 2, 4)]
    moody = Moody(rounds)
    monkeypatch.setattr(house.playground.faults, "take", moody.take)
    for nr in range(rounds):
        for one in people:
            await turn(one, nr % 5 + 1)
    await until(lambda: handled(house), 15 * rounds)
    assert moody.refused
    assert moody.early == []
    assert len(await settings_of(house)) == 3 * rounds
    for one in people:
        await one.person.settled()
        assert f"Your price: +{(rounds - 1) % 5 + 1}" in one.text


async def test_a_call_tried_again_waits_while_telegram_asks_the_whole_bot_to_wait(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.1)
    pace, bot = RetryMiddleware(rate_limit.SendBudget(30)), Bot("42:TEST")
    broken = SendMessage(chat_id=1, text="a")
    # One chat's limit holds that chat; a second one's holds the whole bot.
    limited = [SendMessage(chat_id=2, text="b"), SendMessage(chat_id=3, text="c")]
    called: list[tuple[str, float]] = []

    async def request(_: Bot, method: Any) -> Any:
        called.append((method.text, time.monotonic()))
        first = [text for text, _ in called].count(method.text) == 1
        if first and method is broken:
            raise TelegramNetworkError(method=method, message="reset")
        if first:
            raise TelegramRetryAfter(method=method, message="wait", retry_after=1)

    start = time.monotonic()
    await asyncio.gather(*[pace(request, bot, method) for method in (broken, *limited)])
    assert len(called) == 6
    assert min(at for _, at in called[3:]) - start >= 0.95


async def test_a_429_on_the_answer_to_a_tap_makes_nothing_happen_twice(house: House):
    ana = await at_the_knob(house)
    before = len([c for c in house.playground.calls if c.method == "editMessageText"])
    house.playground.faults.next("answerCallbackQuery", retry_after=1)
    await turn(ana, 1)
    await until(lambda: handled(house))
    drawn = len([c for c in house.playground.calls if c.method == "editMessageText"]) - before
    assert drawn == 1
    assert "Saved." in ana.text


@pytest.mark.parametrize(
    "fault",
    [
        {"error": (502, "Bad Gateway")},
        {"drop": True},
        {"lost": True},
        {"garbage": True},
    ],
    ids=["5xx", "reset", "answer lost", "no JSON"],
)
async def test_a_burst_of_faults_delays_but_neither_loses_nor_doubles_anything(
    house: House, fault: dict[str, Any]
):
    ana = await house.joined(house.member(), NURSE)
    await introduced(house)
    await ana.open_card("Spot sepsis sooner")
    yes = ana.find(SayYes).data
    met = house.playground.faults.next("*", times=9, **fault)
    await ana.person.tap(data=yes, message=ana.person.screen)
    await turn(ana, 1, 2)
    await until(lambda: handled(house), 10)
    await ana.person.settled()
    assert met.met == 9
    assert await settings_of(house) == ["1", "2"]
    assert (await reasons(house, ana))["sepsis-warning"] is StandingReason.IN
    assert "Your price: +2" in ana.text
    assert len(ana.person.heard) == len({bubble.message_id for bubble in ana.person.heard})


@pytest.mark.parametrize("method", ["getMe", "setMyName", "getUpdates"])
async def test_a_page_of_a_proxy_in_place_of_an_answer_does_not_end_the_bot(
    quiet_house: House, method: str
):
    house = quiet_house
    fault = house.playground.faults.next(method, garbage=True, times=3)
    async with house.running():
        ana = house.member()
        await ana.say("/start")
        await asyncio.sleep(1)
        await ana.say("/help")
        assert fault.met
    assert "Doing nothing means being in no licence." in ana.text


async def test_an_hour_without_telegram_loses_nothing(house: House):
    ana = await at_the_knob(house)
    faults = house.playground.faults
    faults.next("*", drop=True, times=None)
    await turn(ana, 1)
    await asyncio.sleep(0.3)
    faults.next("getUpdates", drop=True, times=None)
    house.clock.time += timedelta(hours=1)
    await turn(ana, 2)
    await asyncio.sleep(1.5)
    faults.clear()
    await until(lambda: handled(house))

    async def shown() -> bool:
        return "Your price: +2" in ana.text

    # An answer to a tap that is lost is not given again: the screen says it all.
    await until(shown)
    assert await settings_of(house) == ["1", "2"]


@pytest.mark.parametrize(
    ("command", "button", "says", "known"),
    [
        ("/delete", "Delete everything", "Se ha borrado todo", 0),
        ("/leave", "Leave and erase", "Has dejado la MID", 1),
    ],
)
async def test_what_was_erased_is_said_in_the_chosen_language_once_telegram_hears_again(
    house: House, command: str, button: str, says: str, known: int
):
    ana = await house.joined(house.member(), NURSE)
    await ana.say("/language")
    await ana.press(SetLanguage(locale="es"))
    await ana.say(command)
    # Longer than one call is patient: the update waits, and is handled anew.
    silent = house.playground.faults.next("editMessageText", drop=True, times=7)
    await ana.person.tap(words("es").p("button", button))
    await until(lambda: handled(house))
    await ana.person.settled()
    assert silent.met == 7
    assert says in ana.text
    assert "help@nurses.example" in ana.text
    async with house.deps() as deps, deps.db.read() as conn:
        row = inbox_store.inbox.c
        kept = await conn.execute(select(row.lane, row.body, row.outcome))
        assert {tuple(one) for one in kept} == {(None, None, None)}
        assert len((await conn.execute(select(chat_store.chats))).all()) == known


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=1)])
async def test_a_clock_that_jumps_loses_nothing_and_keeps_the_order(house: House, jump: timedelta):
    ana = await at_the_knob(house)
    await turn(ana, 1)
    await until(lambda: handled(house))
    house.clock.time += jump
    await turn(ana, 2, 3)
    await until(lambda: handled(house))
    await ana.person.settled()
    assert "Your price: +3" in ana.text
    assert await settings_of(house) == ["1", "2", "3"]
    house.clock.time -= jump
    await ana.press(SetKnob(scope="all", to="4"))
    assert await settings_of(house) == ["1", "2", "3", "4"]


# Stopping.


@pytest.mark.parametrize(
    "fault",
    [{"hang": 30}, {"retry_after": 30}, {"error": (502, "Bad Gateway"), "times": None}],
    ids=["in a call", "while Telegram asks to wait", "while it is away"],
)
async def test_a_bot_told_to_stop_stops_within_seconds_and_loses_nothing(
    quiet_house: House, fault: dict[str, Any]
):
    house = quiet_house
    async with house.running():
        ana = await at_the_knob(house)
        house.playground.faults.next("editMessageText", **fault)
        await turn(ana, 1, 2, 3)
        await asyncio.sleep(0.3)
        start = time.monotonic()
    assert time.monotonic() - start < intake.DRAIN_SECONDS + MARGIN
    house.playground.faults.clear()
    async with house.running():
        await until(lambda: handled(house))
        await ana.person.settled()
        assert "Your price: +3" in ana.text
    assert await settings_of(house) == ["1", "2", "3"]


async def _met(fault: SimulatedFault, house: House) -> bool:
    return bool(fault.met) and not house.playground.pending


@pytest.mark.parametrize(
    "fault",
    [{"retry_after": 30}, {"error": (502, "Bad Gateway"), "times": None}],
    ids=["while Telegram asks to wait", "before it is called again"],
)
async def test_a_bot_told_to_stop_waits_for_nothing_that_waits_for_telegram(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
):
    monkeypatch.setattr(retry, "FIRST_WAIT", 30)
    house = quiet_house
    with capture_logs() as logs:
        async with house.running():
            ana = await at_the_knob(house)
            met = house.playground.faults.next("editMessageText", **fault)
            await turn(ana, 1, 2, 3)
            await until(lambda: _met(met, house))
            start = time.monotonic()
        assert time.monotonic() - start < intake.DRAIN_SECONDS
    assert "stopped_in_the_middle" not in [one["event"] for one in logs]
    async with house.deps() as deps, deps.db.read() as conn:
        assert len(await inbox_store.read_open(conn)) == 3
    house.playground.faults.clear()
    async with house.running():
        await until(lambda: handled(house))
        await ana.person.settled()
        assert "Your price: +3" in ana.text
    assert await settings_of(house) == ["1", "2", "3"]


# Side by side.


async def test_a_member_whose_screen_hangs_holds_up_nobody_else(house: House):
    ana, emma = await at_the_knob(house, "Ana"), await at_the_knob(house, "Emma", "N-0004")
    house.playground.faults.next("editMessageText", hang=4, chat_id=ana.person.id)
    await turn(ana, 1)
    await asyncio.sleep(0.2)
    start = time.monotonic()
    for step in (1, 2, 3):
        await emma.press(SetKnob(scope="all", to=str(step)))
    assert time.monotonic() - start < 3
    assert ana.person.open or "Your price: 0" in ana.text
    await until(lambda: handled(house))


async def test_a_question_that_hangs_holds_up_no_tap_of_the_same_member(house: House):
    ana = await at_the_knob(house)
    house.playground.faults.next("sendMessage", hang=4, chat_id=ana.person.id)
    screen = ana.person.screen
    await ana.person.send("what am I in?")
    await asyncio.sleep(0.2)
    start = time.monotonic()
    await turn(ana, 1)
    await until(lambda: _says(screen, "Your price: +1"), 3)
    assert time.monotonic() - start < 3
    await until(lambda: handled(house))
    assert MET.search(ana.text)


async def _says(bubble: Any, words: str) -> bool:
    return words in bubble.text
