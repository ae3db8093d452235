"""A signal that wakes all waiting tasks at each change."""

import asyncio


class ChangeSignal:
    """Wakes every waiting task at each change; changes while nobody waits are only counted."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()
        self.count = 0
        """The number of changes so far; a reader compares it to see whether it has missed one."""

    def notify(self) -> None:
        """Count a change and wake all tasks that wait now."""
        self.count += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for the next change; False when `seconds` passed without one."""
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
