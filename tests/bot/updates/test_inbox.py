"""What the inbox took it handles, and it is told so together with whoever came meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.updates import inbox_store
from bot.updates.group_commit import Commits
from bot.updates.inbox import Inbox
from bot.updates.inbox_store import Arrived, Waiting
from bot.updates.lanes import OwnLanes
from service.db.database import Database
from service.deps import Deps
from tests.support.house import House


class Disk:
    """What every transaction of the inbox waits for, and how many there were."""

    def __init__(self) -> None:
        self.turns = asyncio.Event()
        self.turns.set()
        self.reached = asyncio.Event()
        self.transactions = 0
        self.broken_at = 0

    def __call__(self, write: Callable[..., Any]) -> Callable[..., Any]:
        @asynccontextmanager
        async def slow(db: Database) -> AsyncIterator[Any]:
            async with write(db) as conn:
                yield conn
                self.transactions += 1
                number = self.transactions
                self.reached.set()
                await self.turns.wait()
                if number == self.broken_at:
                    raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

        return slow

    async def at_work(self) -> None:
        """Wait until it is in the middle of a transaction."""
        self.reached.clear()
        async with asyncio.timeout(5):
            await self.reached.wait()


@pytest.fixture
async def deps(quiet_house: House) -> AsyncIterator[Deps]:
    async with quiet_house.deps() as found:
        yield found


@pytest.fixture
def disk(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> Disk:
    one = Disk()
    monkeypatch.setattr(Database, "write", one(Database.write))
    return one


def updates(*ids: int) -> list[Arrived]:
    return [Arrived(update_id=one, lane="1", body="{}") for one in ids]


async def ids(deps: Deps, column: Any) -> list[int]:
    """The ids of the updates of which this column says something."""
    async with deps.db.read() as conn:
        return list(
            (await conn.execute(select(inbox_store.inbox.c.update_id).where(column)))
            .scalars()
            .all()
        )


@asynccontextmanager
async def committing(
    deps: Deps, new: list[Waiting]
) -> AsyncIterator[tuple[Commits, asyncio.TaskGroup]]:
    commits = Commits(deps, new.extend)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(commits.run())
        yield commits, group
        running.cancel()


@asynccontextmanager
async def taking(deps: Deps, handle: Callable[[Waiting], Awaitable[None]]) -> AsyncIterator[Inbox]:
    inbox = Inbox(deps, OwnLanes(), handle)
    async with asyncio.TaskGroup() as group:
        group.create_task(inbox.run())
        await asyncio.wait_for(inbox._swept.wait(), 5)
        yield inbox
        inbox.stop()


async def test_an_update_is_handled_although_whoever_brought_it_gave_up_waiting(
    deps: Deps, disk: Disk
):
    handled: list[int] = []
    all_handled = asyncio.Event()

    async def handle(one: Waiting) -> None:
        handled.append(one.update_id)
        if handled == [1, 2]:
            all_handled.set()

    async with taking(deps, handle) as inbox:
        disk.turns.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await inbox.take(updates(1))
        disk.turns.set()
        # Telegram was not told that it was stored, and brings it again.
        await inbox.take(updates(1, 2))
        await asyncio.wait_for(all_handled.wait(), 5)
    assert handled == [1, 2]


async def test_what_comes_during_one_commit_shares_the_next(deps: Deps, disk: Disk):
    new: list[Waiting] = []
    async with committing(deps, new) as (commits, group):
        await commits.take(updates(1))
        disk.turns.clear()
        first = group.create_task(commits.take(updates(2)))
        await disk.at_work()
        together = asyncio.gather(
            commits.finish(new[0].seq, failed=False),
            *(commits.take(updates(one)) for one in (3, 4, 3, 2)),
        )
        await asyncio.sleep(0.01)
        before = disk.transactions
        disk.turns.set()
        await asyncio.wait_for(asyncio.gather(first, together), 5)
    assert disk.transactions == before + 1
    assert [one.update_id for one in new] == [1, 2, 3, 4]
    assert await ids(deps, inbox_store.inbox.c.done_at.is_not(None)) == [1]


async def test_what_went_wrong_in_one_commit_is_heard_by_all_in_it_and_by_nobody_else(
    deps: Deps, disk: Disk
):
    new: list[Waiting] = []
    async with committing(deps, new) as (commits, group):
        await commits.take(updates(1))
        disk.turns.clear()
        early = group.create_task(commits.take(updates(2)))
        await disk.at_work()
        unlucky = asyncio.gather(
            commits.take(updates(3)),
            commits.take(updates(4)),
            commits.finish(new[0].seq, failed=True),
            return_exceptions=True,
        )
        await asyncio.sleep(0.01)
        disk.broken_at = disk.transactions + 1
        disk.turns.set()
        await early
        errors = await asyncio.wait_for(unlucky, 5)
        await commits.take(updates(5))
    assert [type(one) for one in errors] == [OperationalError] * 3
    assert [one.update_id for one in new] == [1, 2, 5]
    assert await ids(deps, inbox_store.inbox.c.seq > 0) == [1, 2, 5]
    assert await ids(deps, inbox_store.inbox.c.done_at.is_not(None)) == []


async def test_what_was_handled_stays_so_although_whoever_did_it_is_cancelled(
    deps: Deps, disk: Disk
):
    new: list[Waiting] = []
    async with committing(deps, new) as (commits, group):
        await commits.take(updates(1, 2))
        disk.turns.clear()
        in_a_commit = group.create_task(commits.finish(new[0].seq, failed=False))
        await disk.at_work()
        before_a_commit = group.create_task(commits.finish(new[1].seq, failed=False))
        await asyncio.sleep(0)
        for one in (in_a_commit, before_a_commit):
            one.cancel()
        await asyncio.wait([in_a_commit, before_a_commit])
        disk.turns.set()
        await commits.take(updates(3))
    assert in_a_commit.cancelled()
    assert before_a_commit.cancelled()
    assert await ids(deps, inbox_store.inbox.c.done_at.is_not(None)) == [1, 2]
