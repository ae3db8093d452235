"""Background work of one playground, all of it stopped with the playground."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Crew:
    """Owns every task it starts; `stop` ends them and reports what went wrong in any."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` until it ends or the crew stops."""
        task = asyncio.create_task(work)  # noqa: TID251 - this class is the playground's supervisor
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def stop(self) -> None:
        """Cancel what still runs.

        Raises:
            BaseExceptionGroup: when any work had failed.
        """
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._failures:
            raise BaseExceptionGroup("background work of the playground failed", self._failures)
