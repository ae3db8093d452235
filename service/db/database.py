"""Opening the store, and its two kinds of transaction."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from service.db.inline_sqlite import READ, WRITE
from service.db.kept_connections import KeptConnections
from service.db.postgres import BEGIN_READ, BEGIN_WRITE, server_engine
from service.db.sqlcipher import cipher_connector, cipher_dbapi, read_or_make_key
from service.errors import StoreError

READERS = 8
"""How many transactions may read the embedded file at the same time."""


class Database:
    """The store: ``read()`` and ``write()`` open transactions. A use case opens one, once."""

    def __init__(self, engine: AsyncEngine, reading: AsyncEngine) -> None:
        self.engine = engine
        self.reading = reading
        self.embedded = engine.dialect.name == "sqlite"
        # Only this process writes the embedded file: waiting here for its single writer costs
        # nothing, waiting inside SQLite blocks a thread.
        self._writer = KeptConnections(engine, 1) if self.embedded else None
        self._readers = KeptConnections(reading, READERS) if self.embedded else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction with a consistent snapshot. It is never committed."""
        async with self._reading() as connection:
            if not self.embedded:
                await _begin(connection, BEGIN_READ)
            yield connection

    @asynccontextmanager
    async def read_statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection for a single SELECT, without a transaction.

        On a server that saves two of three round trips.
        """
        async with self._reading() as connection:
            yield connection

    def _reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._readers.connection() if self._readers else _connected(self.reading)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed on exit, rolled back on any error."""
        writer = self._writer.connection() if self._writer else _connected(self.engine)
        async with writer as connection:
            if self.embedded:
                await connection.begin()
            else:
                await _begin(connection, BEGIN_WRITE)
            yield connection
            await connection.commit()

    async def close(self) -> None:
        """Close every connection."""
        for kept in filter(None, (self._readers, self._writer)):
            await kept.close()
        await self.reading.dispose()
        await self.engine.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to a server. Raises OperationalError when none can be had for the moment."""
    connection = engine.connect()
    try:
        await connection.start()
    except (PoolTimeoutError, InvalidRequestError) as error:
        # A server that is too busy, or that ends each new connection at once, is unavailable
        # for the moment, and callers handle it as that.
        raise OperationalError(None, None, error) from error
    try:
        yield connection
    finally:
        # Closing rolls back an open transaction; if that is cancelled, the connection is dropped.
        await connection.close()


async def _begin(connection: AsyncConnection, statement: str) -> None:
    """Begin a server's transaction; once more if the server has just ended the connection."""
    try:
        await connection.exec_driver_sql(statement)
    except OperationalError as error:
        if not error.connection_invalidated:
            raise
        await connection.rollback()
        await connection.exec_driver_sql(statement)


def open_embedded(path: Path, key_file: Path) -> Database:
    """Open the encrypted SQLite file at ``path``, created when missing, with its key file.

    Raises:
        StoreError: see ``read_or_make_key`` and ``cipher_connector``.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = read_or_make_key(key_file, store_exists=path.exists() and path.stat().st_size > 0)
    # The writer keeps one connection: its cache of decrypted pages stays valid, because nothing
    # else in this process changes the file.
    writing = _embedded_engine(path, key, WRITE, pool_size=1, max_overflow=0)
    reading = _embedded_engine(
        path, key, READ, pool_size=READERS, max_overflow=0, pool_use_lifo=True
    )
    return Database(writing, reading)


def _embedded_engine(path: Path, key: bytes, begins: str, **pool: Any) -> AsyncEngine:
    return create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        module=cipher_dbapi(begins),
        async_creator=cipher_connector(path, key, read_only=begins == READ),
        hide_parameters=True,
        **pool,
    )


def open_server(url: str) -> Database:
    """Open a PostgreSQL database by its SQLAlchemy URL.

    Raises:
        StoreError: it is not the URL of a PostgreSQL server.
    """
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    try:
        server = make_url(url)
    except (ArgumentError, ValueError):
        server = None
    if server is None or server.drivername != "postgresql+psycopg":
        # The URL may hold a password: it is not quoted.
        raise StoreError(
            "MIDLINE_DATABASE_URL names no PostgreSQL server. "
            "Write postgresql://user:password@host/database, or unset it for an encrypted file."
        )
    return Database(server_engine(server), server_engine(server))
