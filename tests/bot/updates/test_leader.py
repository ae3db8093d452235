"""Work that needs a lane runs in one process at a time, and again after the lane was lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.updates.leader import run_while_leader

STORE_IS_AWAY = OperationalError("SELECT 1", {}, Exception("connection refused"))


class LosableLanes:
    """Lanes that another process may hold, and that can be lost."""

    shared = True

    def __init__(self) -> None:
        self.elsewhere = False
        self.holder: asyncio.Task[None] | None = None
        self.attempts = 0

    async def acquire(self, lane: str) -> bool:
        assert lane == "replies"
        self.attempts += 1
        if self.elsewhere or self.holder is not None:
            return False
        self.holder = asyncio.current_task()
        return True

    async def release(self, lane: str) -> None:
        if self.holder is asyncio.current_task():
            self.holder = None

    def lose(self) -> None:
        assert self.holder is not None
        self.holder.cancel()
        self.holder = None


class Terms:
    """Work that notes how each term of leadership began and ended."""

    def __init__(self, lanes: LosableLanes, end: Callable[[int], Awaitable[None]]) -> None:
        self.lanes = lanes
        self.end = end
        self.begun = 0
        self.cancelled = 0
        self.began = asyncio.Event()

    async def __call__(self) -> None:
        assert self.lanes.holder is not None
        self.begun += 1
        self.began.set()
        try:
            await self.end(self.begun)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def next(self) -> None:
        self.began.clear()
        async with asyncio.timeout(5):
            await self.began.wait()


async def forever(_: int) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def leading(
    lanes: LosableLanes, work: Terms, stop: asyncio.Event
) -> AsyncIterator[asyncio.Task[None]]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(
            run_while_leader(lanes, "replies", work, stop=stop, retry_seconds=0.01)
        )
        yield task
        stop.set()


async def test_work_waits_while_another_process_holds_the_lane():
    lanes, stop = LosableLanes(), asyncio.Event()
    work = Terms(lanes, lambda _: stop.wait())
    lanes.elsewhere = True
    async with leading(lanes, work, stop):
        await asyncio.sleep(0.05)
        assert (work.begun, lanes.attempts > 1) == (0, True)
        lanes.elsewhere = False
        await work.next()
    assert lanes.holder is None


async def test_lost_leadership_cancels_the_work_alone_and_another_term_follows():
    lanes, stop = LosableLanes(), asyncio.Event()

    async def end(term: int) -> None:
        await (forever(term) if term == 1 else stop.wait())

    work = Terms(lanes, end)
    async with leading(lanes, work, stop) as task:
        await work.next()
        lanes.lose()
        await work.next()
        assert not task.done()
    assert (work.begun, work.cancelled) == (2, 1)


async def test_work_that_loses_the_lane_does_not_release_what_another_process_has_acquired():
    lanes, stop = LosableLanes(), asyncio.Event()
    async with leading(lanes, work := Terms(lanes, forever), stop):
        await work.next()
        lanes.lose()
        lanes.elsewhere, lanes.holder = True, (another := asyncio.current_task())
        await asyncio.sleep(0.05)
        assert lanes.holder is another


async def test_cancelling_the_caller_ends_the_work_and_releases_the_lane():
    lanes, stop = LosableLanes(), asyncio.Event()
    async with leading(lanes, work := Terms(lanes, forever), stop) as task:
        await work.next()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert (work.cancelled, lanes.holder) == (1, None)


async def test_stop_lets_the_work_end_by_itself():
    lanes, stop, may_end = LosableLanes(), asyncio.Event(), asyncio.Event()
    async with leading(lanes, work := Terms(lanes, lambda _: may_end.wait()), stop) as task:
        await work.next()
        stop.set()
        await asyncio.sleep(0.05)
        assert not task.done()
        may_end.set()
    assert (work.begun, work.cancelled, lanes.holder) == (1, 0, None)


async def test_an_absent_store_ends_the_term_and_is_tried_again():
    lanes, stop = LosableLanes(), asyncio.Event()

    async def end(term: int) -> None:
        if term == 1:
            # Also from a task that the work started.
            async with asyncio.TaskGroup() as group:
                group.create_task(fail(STORE_IS_AWAY))
        await stop.wait()

    work = Terms(lanes, end)
    with capture_logs() as logs:
        async with leading(lanes, work, stop):
            await work.next()
            await work.next()
    assert "store_away" in [entry["event"] for entry in logs]


async def test_another_error_is_raised_after_the_lane_was_released():
    lanes = LosableLanes()
    work = Terms(lanes, lambda _: fail(ValueError("a defect")))
    with pytest.raises(ExceptionGroup) as raised:
        await run_while_leader(lanes, "replies", work)
    assert [type(error) for error in raised.value.exceptions] == [ValueError]
    assert lanes.holder is None


async def fail(error: Exception) -> None:
    raise error
