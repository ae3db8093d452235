"""Batching: items submitted while one batch is processed go into the next, together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Processes many items by one call of ``work``, which returns a result per item, in order."""

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._filled = asyncio.Event()

    async def submit(self, item: Item) -> Result:
        """Submit an item and await its result; raises what its batch raised.

        An item cancelled before its batch starts is dropped.
        """
        return await self.enqueue(item)

    def enqueue(self, item: Item) -> asyncio.Future[Result]:
        """Submit an item without waiting; its result may be awaited later or never."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._filled.set()
        return future

    async def run(self) -> None:
        """Process batch after batch until cancelled."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            batch = [(item, future) for item, future in self._waiting if not future.cancelled()]
            self._waiting = []
            if batch:
                await self._process(batch)

    async def _process(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  # the submitter decides what it means
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
                    # Perhaps nobody awaits it; then asyncio must not report it as never retrieved.
                    future.exception()
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)
