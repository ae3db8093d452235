"""Waits end when they are cancelled or told to stop, and pauses between attempts grow."""

import asyncio

import pytest

from bot import aio
from bot.aio import Backoff, within


@pytest.mark.parametrize("turns", range(4))
async def test_a_task_cancelled_close_to_the_event_ends(turns: int):
    event = asyncio.Event()

    async def look_again_and_again() -> None:
        while True:
            await within(10, event)
            event.clear()

    looking = asyncio.get_running_loop().create_task(look_again_and_again())
    await asyncio.sleep(0.01)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    looking.cancel()
    await asyncio.wait([looking], timeout=1)
    ended = looking.done()
    looking.cancel()
    assert ended


async def test_an_event_is_waited_for_and_no_longer_than_asked():
    event = asyncio.Event()
    assert not await within(0.01, event)
    event.set()
    assert await within(0.01, event)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each pause; no time passes."""
    seconds: list[float] = []

    async def record(pause: float, event: asyncio.Event) -> bool:
        seconds.append(pause)
        return event.is_set()

    monkeypatch.setattr(aio, "within", record)
    return seconds


async def test_the_first_attempt_comes_at_once_and_pauses_double_up_to_the_longest(
    pauses: list[float],
):
    attempts = []
    async for attempt in Backoff(0.5, 3.0):
        attempts.append(attempt)
        if attempt == 5:
            break
    assert attempts == [0, 1, 2, 3, 4, 5]
    assert pauses == [0.5, 1.0, 2.0, 3.0, 3.0]


async def test_a_wait_that_the_server_asks_for_lengthens_one_pause(pauses: list[float]):
    backoff = Backoff(1.0, 4.0)
    async for attempt in backoff:
        if attempt == 1:
            backoff.at_least(30.0)
        if attempt == 2:
            backoff.at_least(0.1)
        if attempt == 4:
            break
    assert pauses == [1.0, 30.0, 4.0, 4.0]


async def test_stop_ends_the_attempts_after_the_one_that_runs(pauses: list[float]):
    stop = asyncio.Event()
    stop.set()
    attempts = [attempt async for attempt in Backoff(1.0, 4.0, stop)]
    assert (attempts, pauses) == ([0], [1.0])


async def test_stop_ends_a_pause_early():
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    async with asyncio.timeout(5):
        attempts = [attempt async for attempt in Backoff(3600, 3600, stop)]
    assert attempts == [0]
