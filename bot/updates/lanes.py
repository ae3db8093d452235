"""Lanes: named locks that one process holds at a time, so that one member's updates stay in order.

On the embedded store there is one process, which holds every lane. On PostgreSQL processes share
the lanes by session advisory locks on a connection that is held open: when a process dies, its
connection ends and the server frees its lanes by itself.

When only the connection ends, as when the server restarts, the lanes are free as well and other
processes may acquire them. The tasks that held them here are cancelled at that moment, as if the
process had died: going on could carry out an older update after a newer one. The updates are in
the store, a sweep finds them, and the next holder of the lane handles them. What was already done
is not done again, because use cases record which update caused them.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import psycopg
import structlog

from bot.updates.batcher import Batcher
from service.db.database import Database
from service.db.locks import lock_key

log = structlog.get_logger()

# A silent connection is given up on this side after about 6 seconds and by the server after about
# 15: a process that cannot reach the server stops work before others can acquire its lanes.
_CLIENT_KEEPALIVES = {
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 6000,
}
_SERVER_KEEPALIVES = (
    "-c tcp_keepalives_idle=9 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=15000"
)

_Connection = psycopg.AsyncConnection[tuple[bool]]
_LOCKS = """
    SELECT CASE WHEN acquires THEN pg_try_advisory_lock(key) ELSE pg_advisory_unlock(key) END
    FROM unnest(%s::bigint[], %s::boolean[]) AS requests (key, acquires)
"""


class Lanes(Protocol):
    """The lanes of this process. ``shared``: other processes may hold some of them."""

    shared: bool

    async def acquire(self, lane: str) -> bool:
        """Try to acquire the lane's lock for the current task.

        False if another process holds it or the server is unreachable. A lane that is already
        held by this process must not be acquired again. If the lock is lost later, the task that
        acquired it is cancelled.
        """
        ...

    async def release(self, lane: str) -> None:
        """Release a lane that the current task acquired; nothing happens if it was lost."""
        ...


class SingleProcessLanes:
    """The lanes of an embedded store, of which there is only one process."""

    shared = False

    async def acquire(self, lane: str) -> bool:  # noqa: ARG002
        """Acquire without asking anybody: always True."""
        return True

    async def release(self, lane: str) -> None:
        """Do nothing: no other process waits for it."""


class AdvisoryLockLanes:
    """Lanes as session advisory locks of a PostgreSQL server; ``server``: how psycopg connects.

    One connection holds all lanes. ``run`` sends it the requests that came together in one query,
    since a round trip for each would make all lanes wait for each other.
    """

    shared = True

    def __init__(self, server: dict[str, Any]) -> None:
        self._server = server
        self._connection: _Connection | None = None
        self._watched: int | None = None
        self._requests = Batcher(self._execute)
        self._workers: dict[str, asyncio.Task[Any]] = {}

    async def run(self) -> None:
        """Send the requests to the server until cancelled."""
        await self._requests.run()

    async def acquire(self, lane: str) -> bool:
        """Try to acquire the lane's lock, see ``Lanes.acquire``."""
        try:
            acquired, connection = await self._requests.submit((lane, True))
        except psycopg.Error as error:
            log.warning("lanes_away", error=type(error).__name__)
            return False
        except asyncio.CancelledError:
            # The request may have been sent already.
            self._requests.enqueue((lane, False))
            raise
        worker = asyncio.current_task()
        if not acquired or connection is not self._connection or worker is None:
            return False
        self._workers[lane] = worker
        return True

    async def release(self, lane: str) -> None:
        """Release the lane unless it was lost; also when the task is cancelled meanwhile."""
        if self._workers.get(lane) is not asyncio.current_task():
            return
        del self._workers[lane]
        try:
            await asyncio.shield(self._requests.enqueue((lane, False)))
        except psycopg.Error as error:
            log.warning("lanes_away", error=type(error).__name__)

    def close(self) -> None:
        """Close the connection, which releases every lane."""
        self._unwatch()
        if self._connection is not None:
            self._connection.pgconn.finish()
            self._connection = None

    async def _execute(
        self, requests: Sequence[tuple[str, bool]]
    ) -> list[tuple[bool, _Connection]]:
        """Carry out requests: each a lane, and whether to acquire (True) or to release it.

        Returns whether each was granted, and by which connection.
        """
        # Releases come first, so that a lane released in this batch can be acquired in it.
        order = sorted(range(len(requests)), key=lambda index: requests[index][1])
        keys = [lock_key(requests[index][0]) for index in order]
        acquires = [requests[index][1] for index in order]
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                **self._server, autocommit=True
            )
        self._unwatch()
        try:
            rows = await (await self._connection.execute(_LOCKS, (keys, acquires))).fetchall()
        except BaseException:
            # Whether it was carried out is not known: closing the connection releases all.
            self._lose()
            raise
        self._watch(self._connection)
        answers = dict(zip(order, rows, strict=True))
        return [(answers[index][0], self._connection) for index in range(len(requests))]

    def _watch(self, connection: _Connection) -> None:
        """Notice the end of an idle connection: between queries the server sends nothing else."""
        self._watched = connection.fileno()
        asyncio.get_running_loop().add_reader(self._watched, self._on_readable, connection)

    def _unwatch(self) -> None:
        if self._watched is not None:
            asyncio.get_running_loop().remove_reader(self._watched)
            self._watched = None

    def _on_readable(self, connection: _Connection) -> None:
        try:
            connection.pgconn.consume_input()
        except psycopg.Error:
            self._lose()

    def _lose(self) -> None:
        """Drop every lane and cancel the tasks that held one: the connection is gone."""
        log.warning("lanes_lost", lanes=len(self._workers))
        self.close()
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()


@asynccontextmanager
async def open_lanes(db: Database) -> AsyncIterator[Lanes]:
    """The lanes of this process over a store, all released at the end."""
    if db.embedded:
        yield SingleProcessLanes()
        return
    _, server = db.engine.dialect.create_connect_args(db.engine.url)
    options = f"{server.get('options', '')} {_SERVER_KEEPALIVES}".strip()
    shared = AdvisoryLockLanes(
        {"connect_timeout": 10, **server, **_CLIENT_KEEPALIVES, "options": options}
    )
    async with asyncio.TaskGroup() as group:
        requests = group.create_task(shared.run())
        try:
            yield shared
        finally:
            requests.cancel()
            shared.close()
