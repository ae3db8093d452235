"""Group commits of the inbox: what waits while one transaction runs goes into the next.

Storing and finishing updates is one durable write each. Written one by one they would cost a disk
flush each; gathered like this, a flush is shared by all that arrived during the last one, and
nobody is told "stored" before it is.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.updates import inbox_store
from bot.updates.batcher import Gathered
from bot.updates.inbox_store import Arrived, Waiting
from service.deps import Deps


@dataclass(frozen=True, slots=True)
class _Finished:
    """An update that was handled, or given up."""

    seq: int
    failed: bool


class Commits:
    """Writes for the inbox, gathered.

    ``stored`` is given what was new in a transaction once that is on disk: each update once,
    however many brought it, and also when they no longer wait.
    """

    def __init__(self, deps: Deps, stored: Callable[[Sequence[Waiting]], None]) -> None:
        self._deps = deps
        self._stored = stored
        self._rounds = Gathered(self._commit)

    async def take(self, updates: Sequence[Arrived]) -> None:
        """Store updates; returns once they are on disk. They are stored also when cancelled."""
        await asyncio.shield(self._rounds.put(updates))

    async def finish(self, seq: int, *, failed: bool) -> None:
        """Mark an update as handled, or as given up; returns once that is on disk.

        It is marked also when whoever waits for that is cancelled.
        """
        await asyncio.shield(self._rounds.put(_Finished(seq, failed)))

    async def run(self) -> None:
        """Commit batch after batch, for ever."""
        await self._rounds.run()

    async def _commit(self, asked: Sequence[Sequence[Arrived] | _Finished]) -> list[None]:
        ended = [one for one in asked if isinstance(one, _Finished)]
        arrived = [one for many in asked if not isinstance(many, _Finished) for one in many]
        async with self._deps.db.write() as conn:
            now = self._deps.clock.now()
            for failed in (False, True):
                if seqs := [one.seq for one in ended if one.failed is failed]:
                    await inbox_store.finish(conn, seqs, now, failed=failed)
            new = await inbox_store.put_updates(conn, arrived, now)
        self._stored(new)
        return [None] * len(asked)
