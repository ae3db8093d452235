"""Waiting that ends as soon as it is cancelled or told to stop."""

import asyncio


async def within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event, at most for some seconds; returns whether it is set.

    ``asyncio.wait_for`` of Python 3.11 loses a cancellation that comes together with the event:
    the cancelled task would go on, and whoever waits for its end would wait for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


def loop_time() -> float:
    """Seconds of the running loop's monotonic clock."""
    return asyncio.get_running_loop().time()


class Backoff:
    """Attempts with growing pauses between them: ``first`` seconds, doubled up to ``longest``.

    An async iterator of attempt numbers from 0, of which the first comes at once. Leave the loop
    when an attempt has succeeded; without ``stop`` it does not end by itself. When ``stop`` is set
    during a pause, or before one begins, the iteration ends there::

        pauses = Backoff(0.5, 60.0, stop)
        async for attempt in pauses:
            try:
                return await call()
            except TelegramRetryAfter as error:
                pauses.at_least(error.retry_after)
    """

    def __init__(self, first: float, longest: float, stop: asyncio.Event | None = None) -> None:
        self._pause = first
        self._longest = longest
        self._stop = stop or asyncio.Event()
        self._least = 0.0
        self._attempt = -1

    def at_least(self, seconds: float) -> None:
        """Make the next pause no shorter than this, also where that exceeds ``longest``."""
        self._least = seconds

    def __aiter__(self) -> "Backoff":
        """Return itself: one object counts the attempts of one loop."""
        return self

    async def __anext__(self) -> int:
        """Pause, except before the first attempt; returns the attempt's number."""
        if self._attempt >= 0:
            if await within(max(self._pause, self._least), self._stop):
                raise StopAsyncIteration
            self._pause, self._least = min(self._pause * 2, self._longest), 0.0
        self._attempt += 1
        return self._attempt
