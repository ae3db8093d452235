"""Group commits of the inbox: what waits while one transaction runs goes into the next.

Storing and finishing updates is one durable write each. Written one by one they would cost a disk
flush each; gathered like this, a flush is shared by all that arrived during the last one, and
nobody is told "stored" before it is.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import store
from bot.store import Arrived, Waiting
from service.deps import Deps


@dataclass(slots=True)
class _Batch:
    """What goes into one transaction, and who waits for it."""

    updates: list[Arrived] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)
    stored: asyncio.Future[list[Waiting]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Commits:
    """Writes for the inbox, gathered."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._batch: _Batch | None = None
        self._filled = asyncio.Event()

    async def take(self, updates: Sequence[Arrived]) -> list[Waiting]:
        """Store updates; returns those that were new, once they are on disk."""
        batch = self._next()
        batch.updates.extend(updates)
        ids = {one.update_id for one in updates}
        stored = await asyncio.shield(batch.stored)
        # The same update may have come twice at once: whoever looks first has it.
        mine = [one for one in stored if one.update_id in ids and one.seq not in batch.claimed]
        batch.claimed.update(one.seq for one in mine)
        return mine

    async def finish(self, seq: int, *, failed: bool) -> None:
        """Mark an update as handled, or as given up; returns once that is on disk."""
        batch = self._next()
        (batch.failed if failed else batch.done).append(seq)
        await asyncio.shield(batch.stored)

    def _next(self) -> _Batch:
        if self._batch is None:
            self._batch = _Batch()
            self._filled.set()
        return self._batch

    async def run(self) -> None:
        """Commit batch after batch, for ever."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            batch, self._batch = self._batch, None
            assert batch is not None
            try:
                async with self._deps.db.write() as conn:
                    stored = await self._write(conn, batch)
            except Exception as error:  # noqa: BLE001  # whoever waits decides what it means
                batch.stored.set_exception(error)
                # Nobody may be left waiting for it; then it is not an error of this task.
                batch.stored.exception()
            else:
                batch.stored.set_result(stored)

    async def _write(self, conn: AsyncConnection, batch: _Batch) -> list[Waiting]:
        now = self._deps.clock.now()
        for seqs, failed in ((batch.done, False), (batch.failed, True)):
            if seqs:
                await store.finish(conn, seqs, now, failed=failed)
        return await store.put_updates(conn, batch.updates, now)
