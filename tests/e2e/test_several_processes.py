"""What only a server's store has: several processes on it, and a server that goes away.

These run on PostgreSQL whatever `MIDLINE_STORES` says, and are skipped where none is installed.
"""

import asyncio
import gc
import itertools
import random
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import pytest
from aiogram.types import User
from alembic import command
from pydantic import SecretStr
from sqlalchemy import func, inspect, make_url, select
from sqlalchemy.exc import OperationalError

from bot.chat.identity import ensure_chat
from bot.telegram import chat_store
from bot.updates import inbox as intake
from bot.updates import inbox_store
from bot.updates.inbox import Inbox
from bot.updates.inbox_store import IncomingUpdate, PendingUpdate
from bot.updates.lanes import Lanes, open_lanes
from dialogs.callbacks import SetKnob
from service import erasure
from service.bundle.cases import import_bundle
from service.bundle.schema.bundle import Bundle
from service.clock import SystemClock
from service.db.database import Database, open_server
from service.db.errors import STORE_AWAY
from service.db.metadata import metadata
from service.db.migrate import alembic_config, migrate
from service.deps import Deps
from service.journal import cases as journal
from service.journal.store import events, latest
from service.knob import cases as knob_cases
from service.people import cases as people
from service.people import store as people_store
from tests.support.house import NURSE, House, count_open, nothing_open
from tests.support.postgres import Server, server_of
from tests.support.stage import FixedClock, Stage, raw

pytestmark = pytest.mark.proof

Handle = Callable[[PendingUpdate], Awaitable[None]]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    return server_of(request.config)


@pytest.fixture
def url(database_url: SecretStr) -> str:
    return database_url.get_secret_value()


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    found = open_server(url)
    yield found
    await found.close()


@pytest.fixture
async def stage(db: Database) -> Stage:
    """Both example MIDs on the server."""
    clock = FixedClock()
    stage = Stage(Deps(db, clock), clock)
    await stage.bring_examples()
    return stage


@asynccontextmanager
async def process(url: str, handle: Handle) -> AsyncIterator[Inbox]:
    """What one process has: connections, lanes and an inbox of its own."""
    db = open_server(url)
    try:
        async with open_lanes(db) as held, asyncio.TaskGroup() as group:
            inbox = Inbox(Deps(db, SystemClock()), held, handle)
            group.create_task(inbox.run())
            try:
                yield inbox
            finally:
                inbox.stop()
    finally:
        await db.close()


def update(update_id: int, lane: str) -> IncomingUpdate:
    """An update that the flood guard lets through, of somebody whose lane this is."""
    return IncomingUpdate(update_id=update_id, lane=lane, body="{}", protects=True)


async def until(holds: Callable[[], object], seconds: float = 20) -> float:
    """Wait until something holds; returns how long that took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s"
        await asyncio.sleep(0.01)
    return time.monotonic() - begun


async def take(inbox: Inbox, one: IncomingUpdate) -> None:
    """Deliver an update until it is stored, as Telegram does."""
    while True:
        try:
            return await inbox.take([one])
        except STORE_AWAY:
            await asyncio.sleep(0.01)


# Several processes.


async def test_two_processes_handle_each_update_once_and_one_members_in_order(url, db):
    chance = random.Random(11)
    members, each = [f"{n}" for n in range(8)], 40
    seen: dict[str, list[int]] = defaultdict(list)
    busy: set[str] = set()
    by: list[int] = [0, 0]

    def handler(number: int) -> Handle:
        async def handle(one: PendingUpdate) -> None:
            assert one.lane not in busy, "two at once"
            busy.add(one.lane)
            await asyncio.sleep(chance.random() * 0.005)
            busy.discard(one.lane)
            seen[one.lane].append(one.update_id)
            by[number] += 1

        return handle

    async with process(url, handler(0)) as first, process(url, handler(1)) as second:

        async def talk(number: int, lane: str) -> None:
            for n in range(each):
                one = update(n * 100 + number, lane)
                here, there = (first, second) if n % 2 else (second, first)
                await here.take([one])
                if chance.random() < 0.3:
                    await asyncio.gather(here.take([one]), there.take([one]))
                if n % 7 == 0:
                    # Long enough for the lane to be let go, and taken by whoever is told next.
                    await asyncio.sleep(0.05)

        await asyncio.gather(*[talk(n, lane) for n, lane in enumerate(members)])
        await until(lambda: sum(map(len, seen.values())) >= len(members) * each, 60)
        await nothing_open(db)
    for n, lane in enumerate(members):
        assert seen[lane] == [k * 100 + n for k in range(each)]
    assert all(by), by


_STUCK = """
import asyncio, os, sys
from bot.updates.inbox import Inbox
from bot.updates.lanes import open_lanes
from service.clock import SystemClock
from service.db.database import open_server
from service.deps import Deps

async def handle(update):
    print(update.update_id, flush=True)
    await asyncio.sleep(3600)

async def main():
    db = open_server(os.environ["MIDLINE_DATABASE_URL"])
    async with open_lanes(db) as held:
        await Inbox(Deps(db, SystemClock()), held, handle).run()

asyncio.run(main())
"""


async def test_when_a_process_is_killed_another_takes_its_lanes_over_within_two_seconds(url, db):
    async with db.write() as conn:
        await inbox_store.put_updates(
            conn, [update(n, f"{n % 2}") for n in range(10)], SystemClock().now()
        )
    seen: list[int] = []

    async def handle(one: PendingUpdate) -> None:
        seen.append(one.update_id)

    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _STUCK, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert other.stdout
        stuck = {int(await asyncio.wait_for(other.stdout.readline(), 60)) for _ in range(2)}
        assert stuck == {0, 1}
        async with process(url, handle) as inbox:
            await inbox.take([update(99, "free"), update(98, "0")])
            await until(lambda: seen == [99])
            await asyncio.sleep(1.5)
            assert seen == [99], "a lane that is held was taken"
            other.send_signal(signal.SIGKILL)
            await until(lambda: len(seen) == 12)
            await nothing_open(db)
    finally:
        with suppress(ProcessLookupError):
            other.kill()
        await other.wait()
    assert [one for one in seen if one % 2 == 0] == [0, 2, 4, 6, 8, 98]
    assert [one for one in seen if one % 2] == [99, 1, 3, 5, 7, 9]


async def test_who_loses_a_lane_stops_at_once_and_the_order_is_kept(url, db, server):
    """The lock's connection ends and the process lives: going on could overtake who has it now."""
    begun: list[int] = []
    ended: list[int] = []
    first_goes_on = asyncio.Event()

    async def handle(one: PendingUpdate) -> None:
        begun.append(one.update_id)
        if len(begun) == 1:
            await first_goes_on.wait()
        ended.append(one.update_id)

    async with process(url, handle) as inbox:
        await inbox.take([update(n, "7") for n in range(5)])
        await until(lambda: begun == [0])
        server.cut(make_url(url).database)
        await until(lambda: len(ended) == 5)
        await nothing_open(db)
        first_goes_on.set()
        await asyncio.sleep(0.1)
    assert begun == [0, 0, 1, 2, 3, 4]
    assert ended == [0, 1, 2, 3, 4]


async def test_what_comes_during_a_last_look_is_not_left_to_the_sweep(url, monkeypatch):
    """The look has seen nothing, and the worker is about to end."""
    monkeypatch.setattr(intake, "SWEEP_SECONDS", 3600)
    seen: list[int] = []

    async def handle(one: PendingUpdate) -> None:
        seen.append(one.update_id)

    async with process(url, handle) as inbox:
        look, late = inbox._read_lanes, [update(2, "7"), update(3, "7")]

        async def look_early(which: Sequence[str]) -> list[list[PendingUpdate]]:
            found = await look(which)
            if found == [[]] and late:
                await inbox.take([late.pop(0)])
            return found

        inbox._reads._work = look_early
        await inbox.take([update(1, "7")])
        await until(lambda: len(seen) == 3)
    assert seen == [1, 2, 3]


async def test_who_is_cancelled_while_taking_a_lane_does_not_keep_it(db, url):
    chance, other = random.Random(5), open_server(url)

    async def pass_through(held: Lanes) -> None:
        if await held.acquire("7"):
            await held.release("7")

    async with open_lanes(db) as here, open_lanes(other) as there, asyncio.TaskGroup() as group:
        await pass_through(here)
        for _ in range(40):
            task = group.create_task(pass_through(here))
            await asyncio.sleep(chance.random() * 0.004)
            task.cancel()
            async with asyncio.timeout(20):
                while not await there.acquire("7"):  # noqa: ASYNC110  # the other gives it back
                    await asyncio.sleep(0.001)
            await there.release("7")
    await other.close()


async def test_connections_that_end_again_and_again_lose_nothing(url, db, server):
    """Every connection of both processes is cut many times while updates come in."""
    name, chance, each = make_url(url).database, random.Random(3), 30
    seen: dict[str, list[int]] = defaultdict(list)

    async def handle(one: PendingUpdate) -> None:
        await asyncio.sleep(chance.random() * 0.01)
        async with db.read() as conn:
            await chat_store.read_chat(conn, 1)
        seen[one.lane].append(one.update_id)

    async with process(url, handle) as first, process(url, handle) as second:

        async def talk(lane: str) -> None:
            for n in range(each):
                await take(chance.choice((first, second)), update(int(lane) * 1000 + n, lane))

        async def cut() -> None:
            for _ in range(20):
                await asyncio.sleep(chance.random() * 0.2)
                server.cut(name)

        await asyncio.gather(cut(), *[talk(str(n)) for n in range(8)])
        await until(lambda: sum(len(set(one)) for one in seen.values()) == 8 * each, 60)
        await nothing_open(db)
    for lane, ids in seen.items():
        firsts = list(dict.fromkeys(ids))
        assert firsts == [int(lane) * 1000 + n for n in range(each)]
        # Who has lost a lane may go on for the moment until it notices. What is then handled once
        # more writes nothing, and ends with the newest again.
        assert ids[-1] == max(ids)


# One person, many clients.


async def test_a_persons_first_contacts_at_once_make_one_member(url, db):
    """A tap and a question have lanes of their own, and processes do not wait for each other."""
    other = open_server(url)
    clock = SystemClock()
    for n in range(15):
        user = User(id=5000 + n, is_bot=False, first_name="Ana", language_code="es")
        chats = await asyncio.gather(
            *[ensure_chat(Deps(one, clock), user) for one in (db, other, db, other)]
        )
        assert len({one.member_id for one in chats}) == 1
    async with db.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(people_store.members)) == 15
    await other.close()


async def test_the_cache_is_derived_right_while_members_go_on(stage):
    members = [await stage.stranger() for _ in range(6)]

    async def turn(member: str) -> None:
        for n in range(12):
            await stage.turn(member, n % 11 - 5)

    async def derive() -> None:
        for _ in range(10):
            await journal.rebuild_latest(stage.deps)

    await asyncio.gather(*map(turn, members), derive())
    newest = select(func.max(events.c.seq)).group_by(
        events.c.member_id, events.c.kind, events.c.scope
    )
    async with stage.deps.db.read() as conn:
        assert set((await conn.execute(select(latest.c.seq))).scalars()) == set(
            (await conn.execute(newest)).scalars()
        )


async def test_a_reference_is_held_by_one_person_whoever_comes_at_once(stage):
    """Somebody takes a leaving back while two others enter under the same reference."""
    for _ in range(15):
        leaver, *others = [await stage.stranger() for _ in range(3)]
        left = await stage.join(leaver, "nurses", "N-0001")
        await people.leave(stage.deps, leaver, left.id, stage.cause())

        async def enter(member: str) -> None:
            async with stage.deps.db.write() as conn:
                await people_store.join(conn, member, "nurses", "N-0001", stage.clock.now())

        await asyncio.gather(
            people.undo_leave(stage.deps, leaver, left.id, stage.cause()), *map(enter, others)
        )
        rows = people_store.memberships
        async with stage.deps.db.read() as conn:
            held = (await conn.execute(select(rows.c.ref).where(rows.c.left_at.is_(None)))).all()
        assert held == [("N-0001",)]
        for one in (leaver, *others):
            for mine in (await people.read_member(stage.deps, one))[1]:
                await erasure.erase_membership(stage.deps, one, mine.id)


async def test_invites_made_at_once_are_for_different_people(stage):
    made = await asyncio.gather(
        *[people.make_invites(stage.deps, "nurses", count=1) for _ in range(3)]
    )
    refs = [one.ref for invites in made for one in invites]
    assert len(refs) == len(set(refs)) == 3


async def test_the_same_bundle_brought_twice_at_once_is_stored_once(db):
    clock = FixedClock()
    bundle = Bundle.model_validate(raw("nurses"))
    reports = await asyncio.gather(*[import_bundle(Deps(db, clock), bundle) for _ in range(3)])
    assert sorted(bool(one.changes) for one in reports) == [False, False, True]


# The tables.


async def test_processes_that_start_at_once_make_the_tables_once(server):
    with server.copy("template0") as url:
        stores = [open_server(url) for _ in range(4)]
        await asyncio.gather(*map(migrate, stores))
        async with stores[0].read() as conn:
            found = await conn.run_sync(lambda sync: inspect(sync).get_table_names())
        assert set(found) == {"alembic_version", *metadata.tables}
        for one in stores:
            await one.close()


async def test_the_tables_can_be_taken_down_and_made_again(db):
    async with db.write() as conn:
        await conn.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        found = await conn.run_sync(lambda sync: inspect(sync).get_table_names())
        functions = "SELECT count(*) FROM pg_proc WHERE proname = 'events_never_change'"
        assert (await conn.exec_driver_sql(functions)).scalar() == 0
    assert found == ["alembic_version"]
    await migrate(db)


# A server that is away.


async def test_a_store_with_no_connection_free_is_away(db):
    db.reading.pool._timeout = 0.05

    async def sit() -> None:
        async with db.read():
            await leave.wait()

    leave = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(sit())
        await asyncio.sleep(0.5)
        with pytest.raises(OperationalError) as error:
            async with db.read():
                pass
        leave.set()
    assert isinstance(error.value, STORE_AWAY)


@pytest.mark.parametrize("way", ["read", "read_statement", "write"])
async def test_who_is_cancelled_at_any_moment_leaves_no_connection_behind(db, way, monkeypatch):
    """A busy loop lets the driver give way even where it does not wait for the server."""

    async def use() -> bool:
        try:
            async with getattr(db, way)() as conn:
                await conn.scalar(select(1))
        except asyncio.CancelledError:
            return True
        return False

    async def wait(self: Any, *args: Any, **more: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
        return await real(self, *args, **more)

    await use()
    real = psycopg.AsyncConnection.wait
    monkeypatch.setattr(psycopg.AsyncConnection, "wait", wait)
    monkeypatch.setattr(psycopg.waiting, "MAX_BUSY_TIME", 0)
    for moment in itertools.count(1):
        left = moment
        (cancelled,) = await asyncio.gather(use())
        # A connection that nobody gave back is warned of when it is forgotten, and that fails.
        gc.collect()
        assert db.engine.pool.checkedout() == db.reading.pool.checkedout() == 0
        if not cancelled:
            break
    assert moment > 1


async def test_whatever_a_server_says_when_it_ends_is_taken_for_away(db, server, url):
    name = make_url(url).database

    async def cut_in_the_middle() -> None:
        async with db.write() as conn:
            await conn.scalar(select(1))
            server.cut(name)
            await conn.scalar(select(1))

    for _ in range(5):
        with pytest.raises(STORE_AWAY):
            await cut_in_the_middle()
        assert await count_open(db) == 0
    server.stop(at_once=True)
    try:
        for what in (db.read, db.write):
            with pytest.raises(STORE_AWAY):
                async with what():
                    pass
    finally:
        server.start()
    assert await count_open(db) == 0


@pytest.mark.parametrize("seed", range(4))
async def test_a_server_that_falls_over_in_the_middle_loses_nothing(
    quiet_house: House, server, seed
):
    house, chance = quiet_house, random.Random(seed)
    async with house.running():
        ana = await house.joined(house.member(), NURSE)
        await ana.say("/price")
        screen = ana.person.screen
        for _ in range(3):
            steps = [chance.randint(-5, 5) for _ in range(5)]
            for step in steps:
                await ana.person.tap(
                    data=SetKnob(scope="all", to=str(step)).pack(), message=screen
                )
                await asyncio.sleep(chance.random() * 0.02)
            server.stop(at_once=True)
            try:
                await asyncio.sleep(chance.random() * 0.5)
            finally:
                server.start()
            await ana.person.settled(timeout=60)
            async with house.deps() as deps:
                await nothing_open(deps.db)
                async with deps.db.read() as conn:
                    chat = await chat_store.read_chat(conn, ana.person.id)
                    causes = (await conn.execute(select(events.c.cause))).scalars().all()
                    given_up = select(func.count()).where(inbox_store.inbox.c.failed)
                    assert await conn.scalar(given_up) == 0
                assert chat
                view = await knob_cases.look_at_knob(deps, chat.member_id)
            assert view.position == steps[-1]
            assert len(causes) == len(set(causes))
        await ana.say("/help")
