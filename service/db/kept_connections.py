"""Connections of the embedded store that stay checked out between two transactions.

SQLAlchemy's pool takes 50 us to hand out a connection and take it back, and a tap needs two.
These come from that pool, and return to it when they broke or at shutdown.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.db.errors import STORE_AWAY
from service.db.inline_sqlite import inline_connection

log = structlog.get_logger()


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
            except STORE_AWAY:
                # At whatever point of the transaction it failed, COMMIT included: what state the
                # connection is in is not known, and SQLAlchemy's idea of it may be another.
                await _give_up(connection)
                raise
            except BaseException:
                await self._give_back(connection)
                raise
            else:
                await self._give_back(connection)

    async def _give_back(self, connection: AsyncConnection) -> None:
        if connection.invalidated:
            await _give_up(connection)
            return
        try:
            await _roll_back(connection)
        except BaseException:
            await _give_up(connection)
            raise
        self._idle.append(connection)

    async def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            await self._idle.pop().close()


async def _give_up(connection: AsyncConnection) -> None:
    """Close a connection, whatever it is in the middle of; the next caller gets a new one."""
    try:
        await connection.invalidate()
    except Exception as error:  # noqa: BLE001  # it is given up anyway
        log.debug("connection_broke", error=type(error).__name__)
    finally:
        # Unlike close() it leaves no transaction of SQLAlchemy behind.
        with suppress(Exception):
            await connection.close()


async def _roll_back(connection: AsyncConnection) -> None:
    if connection.in_transaction():
        await connection.rollback()
    # A reader's transaction is one of the engine alone: SQLAlchemy knows nothing of it.
    inline_connection(connection).rollback()
