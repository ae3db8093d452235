"""The private parts of aiosqlite and SQLAlchemy that the embedded store depends on, all here.

Why: the encrypted file answers a member's statement in 3 to 20 us. aiosqlite passes each of its
steps (cursor, execute, fetch, close) to a thread and back, and SQLAlchemy takes 60 to 150 us
between a statement and its rows. Running short statements on the engine's own connection, in the
event loop's thread, raised a tap on the knob from 0.37 to 0.54 of the rate of a bare echo bot
(docs/decisions/0007-what-a-tap-may-skip.md). Neither library has a public way to get there.

pyproject.toml pins both libraries to a minor version. When an upgrade changes one of these parts,
the tests of ``inline_sqlite`` and ``compiled`` fail.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from sqlalchemy.ext.asyncio import AsyncConnection

# Parameters named ``connection`` are aiosqlite's, which SQLAlchemy types as any driver's.
# ruff: noqa: SLF001  # the purpose of this module


def engine_connection(connection: Any) -> Any:
    """The engine's own connection. Raises ValueError once it is closed."""
    return connection._conn


def is_open(connection: Any) -> bool:
    """Whether the engine's connection has not been closed."""
    return connection._connection is not None


async def run_in_thread(connection: Any, work: Callable[[], Any]) -> None:
    """Run a function in the connection's thread, after what is queued there, and await it."""
    await connection._execute(work)


def let_thread_end_with_process(connection: Any) -> None:
    """Mark the connection's thread as a daemon. Call it before the connection is awaited."""
    connection._thread.daemon = True


def join_thread(connection: Any, seconds: float) -> None:
    """Wait for the connection's thread, which has been told to stop."""
    connection._thread.join(seconds)


def raise_as_sqlalchemy(conn: AsyncConnection, error: Exception, sql: str) -> NoReturn:
    """Raise a driver's error as ``conn.execute`` would.

    It is wrapped in SQLAlchemy's class, ``handle_error`` listeners are called, and a connection
    that broke is invalidated.
    """
    sync: Any = conn.sync_connection
    sync._handle_dbapi_exception(error, sql, None, None, None)
    raise error
