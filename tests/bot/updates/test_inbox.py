"""The inbox handles every update that it took, and its writes share commits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.updates import inbox_store
from bot.updates.group_commit import GroupCommit
from bot.updates.inbox import Inbox
from bot.updates.inbox_store import IncomingUpdate, PendingUpdate
from bot.updates.lanes import SingleProcessLanes
from service.db.database import Database
from service.deps import Deps
from tests.support.house import House


class Disk:
    """Delays every transaction of the inbox until `turns` is set, and counts them."""

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
        """Wait until a transaction is in progress."""
        self.reached.clear()
        async with asyncio.timeout(5):
            await self.reached.wait()


@pytest.fixture
async def deps(quiet_house: House) -> AsyncIterator[Deps]:
    async with quiet_house.deps() as deps:
        yield deps


@pytest.fixture
def disk(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> Disk:
    slow_disk = Disk()
    monkeypatch.setattr(Database, "write", slow_disk(Database.write))
    return slow_disk


def updates(*ids: int) -> list[IncomingUpdate]:
    return [IncomingUpdate(update_id=update_id, lane="1", body="{}") for update_id in ids]


async def ids(deps: Deps, column: Any) -> list[int]:
    """The ids of the updates that match a condition."""
    async with deps.db.read() as conn:
        return list(
            (await conn.execute(select(inbox_store.inbox.c.update_id).where(column)))
            .scalars()
            .all()
        )


@asynccontextmanager
async def committing(
    deps: Deps, new: list[PendingUpdate]
) -> AsyncIterator[tuple[GroupCommit, asyncio.TaskGroup]]:
    commits = GroupCommit(deps, new.extend)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(commits.run())
        yield commits, group
        running.cancel()


@asynccontextmanager
async def taking(
    deps: Deps, handle: Callable[[PendingUpdate], Awaitable[None]]
) -> AsyncIterator[Inbox]:
    inbox = Inbox(deps, SingleProcessLanes(), handle)
    async with asyncio.TaskGroup() as group:
        group.create_task(inbox.run())
        await asyncio.wait_for(inbox._swept.wait(), 5)
        yield inbox
        inbox.stop()


async def test_an_update_is_handled_although_the_caller_of_take_timed_out(deps: Deps, disk: Disk):
    handled: list[int] = []
    all_handled = asyncio.Event()

    async def handle(update: PendingUpdate) -> None:
        handled.append(update.update_id)
        if handled == [1, 2]:
            all_handled.set()

    async with taking(deps, handle) as inbox:
        disk.turns.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await inbox.take(updates(1))
        disk.turns.set()
        # Telegram got no acknowledgement, and delivers it again.
        await inbox.take(updates(1, 2))
        await asyncio.wait_for(all_handled.wait(), 5)
    assert handled == [1, 2]


async def test_writes_requested_during_one_commit_share_the_next(deps: Deps, disk: Disk):
    new: list[PendingUpdate] = []
    async with committing(deps, new) as (commits, group):
        await commits.store(updates(1))
        disk.turns.clear()
        first = group.create_task(commits.store(updates(2)))
        await disk.at_work()
        together = asyncio.gather(
            commits.finish(new[0].seq, failed=False),
            *(commits.store(updates(update_id)) for update_id in (3, 4, 3, 2)),
        )
        await asyncio.sleep(0.01)
        before = disk.transactions
        disk.turns.set()
        await asyncio.wait_for(asyncio.gather(first, together), 5)
    assert disk.transactions == before + 1
    assert [update.update_id for update in new] == [1, 2, 3, 4]
    assert await ids(deps, inbox_store.inbox.c.done_at.is_not(None)) == [1]


async def test_an_error_of_a_commit_is_raised_to_every_caller_in_it_and_to_no_other(
    deps: Deps, disk: Disk
):
    new: list[PendingUpdate] = []
    async with committing(deps, new) as (commits, group):
        await commits.store(updates(1))
        disk.turns.clear()
        early = group.create_task(commits.store(updates(2)))
        await disk.at_work()
        unlucky = asyncio.gather(
            commits.store(updates(3)),
            commits.store(updates(4)),
            commits.finish(new[0].seq, failed=True),
            return_exceptions=True,
        )
        await asyncio.sleep(0.01)
        disk.broken_at = disk.transactions + 1
        disk.turns.set()
        await early
        errors = await asyncio.wait_for(unlucky, 5)
        await commits.store(updates(5))
    assert [type(error) for error in errors] == [OperationalError] * 3
    assert [update.update_id for update in new] == [1, 2, 5]
    assert await ids(deps, inbox_store.inbox.c.seq > 0) == [1, 2, 5]
    assert await ids(deps, inbox_store.inbox.c.done_at.is_not(None)) == []


async def test_a_finished_update_is_marked_although_the_caller_is_cancelled(
    deps: Deps, disk: Disk
):
    new: list[PendingUpdate] = []
    async with committing(deps, new) as (commits, group):
        await commits.store(updates(1, 2))
        disk.turns.clear()
        in_a_commit = group.create_task(commits.finish(new[0].seq, failed=False))
        await disk.at_work()
        before_a_commit = group.create_task(commits.finish(new[1].seq, failed=False))
        await asyncio.sleep(0)
        for task in (in_a_commit, before_a_commit):
            task.cancel()
        await asyncio.wait([in_a_commit, before_a_commit])
        disk.turns.set()
        await commits.store(updates(3))
    assert in_a_commit.cancelled()
    assert before_a_commit.cancelled()
    assert await ids(deps, inbox_store.inbox.c.done_at.is_not(None)) == [1, 2]
