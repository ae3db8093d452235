"""Who handles a lane: one process at a time, so that one member's updates stay in order.

On the embedded store there is one process, and every lane is its own. On PostgreSQL processes
share the work by session advisory locks on a connection that is held open: when a process dies,
its connection ends and the server frees its lanes by itself.

When only the connection ends, as when the server restarts, the lanes are free as well and anybody
may take them. What works on them here is cancelled at that moment, as if the process had died:
going on could carry out an older update after a newer one. The updates are in the store, a sweep
finds them, and whoever takes the lane then handles them; what was done before is not done again,
because use cases know what caused them.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import psycopg
import structlog

from bot.updates.batcher import Gathered
from service.db.database import Database
from service.db.locks import lock_key

log = structlog.get_logger()

# A silent connection is given up on this side after about 6 seconds and by the server after about
# 15: who can no longer reach it has let go of its lanes before others are given them.
_OURS = {
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 6000,
}
_THE_SERVERS = (
    "-c tcp_keepalives_idle=9 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=15000"
)


_Connection = psycopg.AsyncConnection[tuple[bool]]
_LOCKS = """
    SELECT CASE WHEN takes THEN pg_try_advisory_lock(key) ELSE pg_advisory_unlock(key) END
    FROM unnest(%s::bigint[], %s::boolean[]) AS asked (key, takes)
"""


class Lanes(Protocol):
    """Holds lanes for this process. ``shared`` says whether other processes hold some too."""

    shared: bool

    async def hold(self, lane: str) -> bool:
        """Take a lane; False when another process has it, or nobody can say."""
        ...

    async def release(self, lane: str) -> None:
        """Give a lane back."""
        ...


class OwnLanes:
    """Every lane belongs to the only process there is."""

    shared = False

    async def hold(self, lane: str) -> bool:  # noqa: ARG002
        """Always."""
        return True

    async def release(self, lane: str) -> None:
        """Nothing to give back."""


class SharedLanes:
    """Lanes as session advisory locks of a PostgreSQL server, by what psycopg needs to connect.

    ``run`` answers what is asked, many at once: one connection holds all lanes, and going to the
    server for each would let everybody wait for everybody.
    """

    shared = True

    def __init__(self, server: dict[str, Any]) -> None:
        self._server = server
        self._connection: _Connection | None = None
        self._watched: int | None = None
        self._asked = Gathered(self._ask)
        self._workers: dict[str, asyncio.Task[Any]] = {}

    async def run(self) -> None:
        """Answer, for ever."""
        await self._asked.run()

    async def hold(self, lane: str) -> bool:
        """Take a lane for the task that asks, unless another process has it.

        The task is cancelled when the lane is lost. While the server cannot be reached no lane is
        taken; whoever sweeps asks again.
        """
        try:
            held, on = await self._asked.ask((lane, True))
        except psycopg.Error as error:
            log.warning("lanes_away", error=type(error).__name__)
            return False
        except asyncio.CancelledError:
            # It may have been taken all the same.
            self._asked.put((lane, False))
            raise
        worker = asyncio.current_task()
        if not held or on is not self._connection or worker is None:
            return False
        self._workers[lane] = worker
        return True

    async def release(self, lane: str) -> None:
        """Give it back, unless it was lost. It is given back even when the task is cancelled."""
        if self._workers.get(lane) is not asyncio.current_task():
            return
        del self._workers[lane]
        try:
            await asyncio.shield(self._asked.put((lane, False)))
        except psycopg.Error as error:
            log.warning("lanes_away", error=type(error).__name__)

    def close(self) -> None:
        """End the connection, and with it every hold."""
        self._unwatch()
        if self._connection is not None:
            self._connection.pgconn.finish()
            self._connection = None

    async def _ask(self, asked: Sequence[tuple[str, bool]]) -> list[tuple[bool, _Connection]]:
        """Carry out what was asked: each a lane, and whether to take it or give it back."""
        # What is given back comes first, so that it can be taken again at once.
        order = sorted(range(len(asked)), key=lambda at: asked[at][1])
        keys = [lock_key(asked[at][0]) for at in order]
        takes = [asked[at][1] for at in order]
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                **self._server, autocommit=True
            )
        self._unwatch()
        try:
            rows = await (await self._connection.execute(_LOCKS, (keys, takes))).fetchall()
        except BaseException:
            # Whether it was carried out is not known: the end of the connection settles it.
            self._lose()
            raise
        self._watch(self._connection)
        told = dict(zip(order, rows, strict=True))
        return [(told[at][0], self._connection) for at in range(len(asked))]

    def _watch(self, connection: _Connection) -> None:
        """Between questions the server has nothing to say but that the connection ends."""
        self._watched = connection.fileno()
        asyncio.get_running_loop().add_reader(self._watched, self._said, connection)

    def _unwatch(self) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_reader(self._watched)
            self._watched = None

    def _said(self, connection: _Connection) -> None:
        try:
            connection.pgconn.consume_input()
        except psycopg.Error:
            self._lose()

    def _lose(self) -> None:
        """Everything held here is anybody's now."""
        log.warning("lanes_lost", lanes=len(self._workers))
        self.close()
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()


@asynccontextmanager
async def lanes(db: Database) -> AsyncIterator[Lanes]:
    """The lanes of this process, given back at the end."""
    if db.embedded:
        yield OwnLanes()
        return
    _, server = db.engine.dialect.create_connect_args(db.engine.url)
    options = f"{server.get('options', '')} {_THE_SERVERS}".strip()
    shared = SharedLanes({"connect_timeout": 10, **server, **_OURS, "options": options})
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(shared.run())
        try:
            yield shared
        finally:
            answering.cancel()
            shared.close()
