"""Opening the store, and the two kinds of transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from service.db.cipher import cipher_connector, cipher_dbapi, read_or_make_key
from service.errors import StoreError

_READ_ONLY = "midline_read_only"

# How long a server that says nothing is waited for, in seconds but for the last, which is in
# milliseconds. Without them a machine that vanished is waited for until the network gives up.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class Database:
    """The engine with ``read()`` and ``write()``. A use case opens one of them, once."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.embedded = engine.dialect.name == "sqlite"
        self._reading: dict[str, Any] = {_READ_ONLY: True}
        if not self.embedded:
            self._reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        # One process writes one embedded file: waiting here costs nothing, waiting inside SQLite
        # costs a sleeping thread.
        self._writing = asyncio.Lock() if self.embedded else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one snapshot and writes nothing."""
        async with self._connected() as connection:
            await connection.execution_options(**self._reading)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back on any error."""
        waiting = self._writing or nullcontext()
        async with waiting, self._connected() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self.engine.connect())
            except NoneFreeError as error:
                # To whoever asks, a store that is too busy is one that is away for a moment.
                raise OperationalError(None, None, error) from error
            yield connection

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def open_embedded(path: Path, key_file: Path) -> Database:
    """The encrypted SQLite file at ``path``, created when missing, with its key from ``key_file``.

    Raises:
        StoreError: see ``read_or_make_key`` and ``cipher_connector``.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = read_or_make_key(key_file, store_exists=path.exists() and path.stat().st_size > 0)
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        module=cipher_dbapi(),
        async_creator=cipher_connector(path, key),
        pool_size=8,
        max_overflow=8,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        read_only = bool(connection.get_execution_options().get(_READ_ONLY))
        if read_only is not connection.info.get(_READ_ONLY, False):
            connection.exec_driver_sql(f"PRAGMA query_only = {int(read_only)}")
            connection.info[_READ_ONLY] = read_only
        # A deferred transaction that turns into a writer can fail half way: writers say so.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return Database(engine)


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
    given = found.query
    return Database(
        create_async_engine(
            found,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            connect_args={name: value for name, value in _PATIENCE.items() if name not in given},
            hide_parameters=True,
        )
    )
