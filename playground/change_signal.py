"""Waiting for a change without polling for it."""

import asyncio


class Bell:
    """Wakes everybody who waits, each time something changed."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self.rung = 0
        """How often it rang: a reader compares it to see whether anything is new."""

    def ring(self) -> None:
        """Wake all who wait now."""
        self.rung += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for the next ring; False when `seconds` passed without one."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True
