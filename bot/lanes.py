"""Who handles a lane: one process at a time, so that one member's updates stay in order.

On the embedded store there is one process, and every lane is its own. On PostgreSQL processes
share the work by session advisory locks on a connection that is held open: when a process dies,
its connection ends and the server frees its lanes by itself.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from service.db.database import Database


class Lanes(Protocol):
    """Holds lanes for this process. ``shared`` says whether other processes hold some too."""

    shared: bool

    async def hold(self, lane: str) -> bool:
        """Take a lane; False when another process has it."""
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
    """Lanes as session advisory locks of a PostgreSQL server."""

    shared = True

    def __init__(self, connection: psycopg.AsyncConnection[tuple[bool]]) -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()

    async def hold(self, lane: str) -> bool:
        """Take a lane unless another process has it."""
        return await self._ask("SELECT pg_try_advisory_lock(%s)", lane)

    async def release(self, lane: str) -> None:
        """Give it back."""
        await self._ask("SELECT pg_advisory_unlock(%s)", lane)

    async def _ask(self, sql: str, lane: str) -> bool:
        async with self._one_at_a_time:
            row = await (await self._connection.execute(sql, (lock_key(lane),))).fetchone()
        assert row is not None
        return row[0]


def lock_key(name: str) -> int:
    """A 64-bit lock number for a name."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, person=b"midline").digest()
    return int.from_bytes(digest, signed=True)


@asynccontextmanager
async def lanes(db: Database) -> AsyncIterator[Lanes]:
    """The lanes of this process, given back at the end."""
    if db.embedded:
        yield OwnLanes()
        return
    url = make_url(db.engine.url).set(drivername="postgresql")
    connection = await psycopg.AsyncConnection.connect(
        url.render_as_string(hide_password=False), autocommit=True
    )
    async with connection:
        yield SharedLanes(connection)
