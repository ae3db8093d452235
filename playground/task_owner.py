"""The background tasks of a playground, which end with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class TaskOwner:
    """Owns every task it starts; `stop` cancels them and raises what failed in any."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` in a task, until it ends or `stop` is called."""
        task = asyncio.create_task(work)  # noqa: TID251 - this class is the playground's supervisor
        self._tasks.add(task)
        task.add_done_callback(self._on_end)
        return task

    def _on_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def stop(self) -> None:
        """Cancel all tasks that still run.

        Raises:
            BaseExceptionGroup: the errors of tasks that failed.
        """
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._failures:
            raise BaseExceptionGroup("background work of the playground failed", self._failures)
