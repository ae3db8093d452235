"""Connections of the embedded store that stay ready between two transactions.

SQLAlchemy's pool takes 50 us to hand one out and to take it back, and a tap needs two. They come
from that pool and go back to it when something was wrong with them, or at the end.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.db.inline_sqlite import HereConnection


class Kept:
    """Up to ``most`` connections of an engine; whoever comes when all are in use waits."""

    def __init__(self, engine: AsyncEngine, most: int) -> None:
        self._engine = engine
        self._idle: list[AsyncConnection] = []
        self._room = asyncio.Semaphore(most)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which nothing is open, and on which nothing stays open."""
        async with self._room:
            connection = self._idle.pop() if self._idle else await self._engine.connect()
            try:
                yield connection
            finally:
                await self._back(connection)

    async def _back(self, connection: AsyncConnection) -> None:
        if connection.invalidated:
            await connection.close()
            return
        try:
            await _end(connection)
        except BaseException:
            await connection.invalidate()
            await connection.close()
            raise
        self._idle.append(connection)

    async def close(self) -> None:
        """Give back what is not in use."""
        while self._idle:
            await self._idle.pop().close()


async def _end(connection: AsyncConnection) -> None:
    """Roll back what is open."""
    if connection.in_transaction():
        await connection.rollback()
    sync: Any = connection.sync_connection
    here: HereConnection = sync.connection.dbapi_connection
    here.rollback()
