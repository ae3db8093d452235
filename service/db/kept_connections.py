"""Connections of the embedded store that stay checked out between two transactions.

SQLAlchemy's pool takes 50 us to hand out a connection and take it back, and a tap needs two.
These come from that pool, and return to it when they broke or at shutdown.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.db.inline_sqlite import inline_connection


class KeptConnections:
    """At most ``size`` connections of an engine; callers wait while all of them are in use."""

    def __init__(self, engine: AsyncEngine, size: int) -> None:
        self._engine = engine
        self._idle: list[AsyncConnection] = []
        self._free = asyncio.Semaphore(size)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection without an open transaction; on exit an open one is rolled back."""
        async with self._free:
            connection = self._idle.pop() if self._idle else await self._engine.connect()
            try:
                yield connection
            finally:
                await self._give_back(connection)

    async def _give_back(self, connection: AsyncConnection) -> None:
        if connection.invalidated:
            await connection.close()
            return
        try:
            await _roll_back(connection)
        except BaseException:
            await connection.invalidate()
            await connection.close()
            raise
        self._idle.append(connection)

    async def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            await self._idle.pop().close()


async def _roll_back(connection: AsyncConnection) -> None:
    if connection.in_transaction():
        await connection.rollback()
    # A reader's transaction is one of the engine alone: SQLAlchemy knows nothing of it.
    inline_connection(connection).rollback()
