"""Group commit of the inbox: writes requested while a transaction runs share the next one.

Storing and finishing an update are one durable write each. Written one by one they would cost a
disk flush each; here a flush is shared by all that arrived during the last one, and no call
returns before its own write is on disk.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.updates import inbox_store
from bot.updates.batcher import Batcher
from bot.updates.inbox_store import IncomingUpdate, PendingUpdate
from service.deps import Deps


@dataclass(frozen=True, slots=True)
class _Finished:
    """An update that was handled, or given up."""

    seq: int
    failed: bool


class GroupCommit:
    """Batched writes of the inbox.

    ``on_stored`` is called with the new updates of each transaction after its commit: each update
    once, however often Telegram delivered it, and also when the caller of ``store`` is gone.
    """

    def __init__(self, deps: Deps, on_stored: Callable[[Sequence[PendingUpdate]], None]) -> None:
        self._deps = deps
        self._on_stored = on_stored
        self._batches = Batcher(self._commit)

    async def store(self, updates: Sequence[IncomingUpdate]) -> None:
        """Store updates; returns once they are on disk. Cancelling the caller does not undo it."""
        await asyncio.shield(self._batches.enqueue(updates))

    async def finish(self, seq: int, *, failed: bool) -> None:
        """Mark an update as handled, or as given up; returns once that is on disk.

        Cancelling the caller does not undo it.
        """
        await asyncio.shield(self._batches.enqueue(_Finished(seq, failed)))

    async def run(self) -> None:
        """Commit batch after batch until cancelled."""
        await self._batches.run()

    async def _commit(self, batch: Sequence[Sequence[IncomingUpdate] | _Finished]) -> list[None]:
        finished = [item for item in batch if isinstance(item, _Finished)]
        incoming = [update for item in batch if not isinstance(item, _Finished) for update in item]
        async with self._deps.db.write() as conn:
            now = self._deps.clock.now()
            for failed in (False, True):
                if seqs := [update.seq for update in finished if update.failed is failed]:
                    await inbox_store.finish(conn, seqs, now, failed=failed)
            new = await inbox_store.put_updates(conn, incoming, now)
        self._on_stored(new)
        return [None] * len(batch)
