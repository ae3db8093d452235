"""Waiting that is never deaf: what is cancelled while it waits is cancelled."""

import asyncio


async def within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event, but no longer; whether it has happened.

    ``asyncio.wait_for`` of Python 3.11 loses a cancellation that comes together with the event:
    whoever was cancelled would go on, and whoever waits for its end would wait for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


def loop_time() -> float:
    """The clock that waiting goes by: it neither jumps nor stands."""
    return asyncio.get_running_loop().time()
