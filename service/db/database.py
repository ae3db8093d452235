"""Opening the store, and the two kinds of transaction."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from service.db.inline_sqlite import READ, WRITE
from service.db.kept_connections import Kept
from service.db.postgres import CHANGE, SNAPSHOT, server_engine
from service.db.sqlcipher import cipher_connector, cipher_dbapi, read_or_make_key
from service.errors import StoreError

READERS = 8
"""How many may read the embedded file at once."""


class Database:
    """The engine with ``read()`` and ``write()``. A use case opens one of them, once."""

    def __init__(self, engine: AsyncEngine, reading: AsyncEngine) -> None:
        self.engine = engine
        self.reading = reading
        self.embedded = engine.dialect.name == "sqlite"
        # One process writes one embedded file: waiting for its only writer here costs nothing,
        # waiting inside SQLite costs a sleeping thread.
        self._writer = Kept(engine, 1) if self.embedded else None
        self._readers = Kept(reading, READERS) if self.embedded else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one snapshot and writes nothing."""
        # What was only read needs no commit.
        async with self._reading() as connection:
            if not self.embedded:
                await _begin(connection, SNAPSHOT)
            yield connection

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """For one statement that only reads: it needs no snapshot with others.

        On a server that saves two of three ways there and back.
        """
        async with self._reading() as connection:
            yield connection

    def _reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._readers.one() if self._readers else _connected(self.reading)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        writing = self._writer.one() if self._writer else _connected(self.engine)
        async with writing as connection:
            if self.embedded:
                await connection.begin()
            else:
                await _begin(connection, CHANGE)
            yield connection
            await connection.commit()

    async def close(self) -> None:
        """Give every connection back."""
        for kept in filter(None, (self._readers, self._writer)):
            await kept.close()
        await self.reading.dispose()
        await self.engine.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to a server."""
    connection = engine.connect()
    try:
        await connection.start()
    except (NoneFreeError, InvalidRequestError) as error:
        # To whoever asks, a store that is too busy, or that ends each connection as soon as
        # it is there, is one that is away for a moment.
        raise OperationalError(None, None, error) from error
    try:
        yield connection
    finally:
        # Giving it back rolls back what is open. When that is cancelled, the connection ends.
        await connection.close()


async def _begin(connection: AsyncConnection, how: str) -> None:
    """Begin on a server, and once more on another connection when it has just ended this one."""
    try:
        await connection.exec_driver_sql(how)
    except OperationalError as error:
        if not error.connection_invalidated:
            raise
        await connection.rollback()
        await connection.exec_driver_sql(how)


def open_embedded(path: Path, key_file: Path) -> Database:
    """The encrypted SQLite file at ``path``, created when missing, with its key from ``key_file``.

    Raises:
        StoreError: see ``read_or_make_key`` and ``cipher_connector``.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = read_or_make_key(key_file, store_exists=path.exists() and path.stat().st_size > 0)
    # Who writes keeps one connection: what it has read and decrypted stays valid, because nobody
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
    """A database server, PostgreSQL, by its SQLAlchemy URL.

    Raises:
        StoreError: it is no URL of a PostgreSQL server.
    """
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            url = "postgresql+psycopg://" + url.removeprefix(plain)
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        found = None
    if found is None or found.drivername != "postgresql+psycopg":
        # What was written may hold a password: it is not repeated.
        raise StoreError(
            "MIDLINE_DATABASE_URL names no PostgreSQL server. "
            "Write postgresql://user:password@host/database, or unset it for an encrypted file."
        )
    return Database(server_engine(found), server_engine(found))
