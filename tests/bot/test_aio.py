"""Whoever is told to end while they wait ends."""

import asyncio

import pytest

from bot.aio import within


@pytest.mark.parametrize("turns", range(4))
async def test_who_is_cancelled_close_to_the_event_ends(turns: int):
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
