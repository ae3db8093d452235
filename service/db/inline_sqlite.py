"""Connections of the embedded store that run short statements in the event loop's own thread.

aiosqlite passes every step of a statement (cursor, execute, fetch, close) to a thread and waits
for it. Under load the thread waits for the interpreter's lock each time, up to five milliseconds,
and holds the only writer meanwhile: a statement of ten microseconds costs a thousand times that.
So short statements run in the loop's thread, and only what can take long goes to the connection's
thread: waiting for another process that writes, the flush of a slow disk, statements over many
rows, and a SELECT that turns out to be long.
"""

import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Literal, NoReturn

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util.concurrency import await_
from sqlcipher3 import dbapi2 as sqlcipher

from service.db.driver_internals import engine_connection, is_open, run_in_thread

READ, WRITE = "BEGIN", "BEGIN IMMEDIATE"
"""How a transaction begins."""

# Virtual machine instructions after which a SELECT moves to the thread: about half a millisecond.
# The few rows of one member need a hundredth of that.
_STEPS = 20_000
_PATIENCE_MS = 10_000
# Seconds below which a commit counts as quick. A solid-state disk flushes in a fraction of a
# millisecond, less than the way to the thread and back takes on a busy machine; a slow disk would
# block the loop.
_QUICK_COMMIT = 0.002

# An UPDATE by id changes a single row.
_ONE_ROW = re.compile(r" WHERE \w+\.id = \?$")


@lru_cache(maxsize=2048)
def _duration(sql: str) -> Literal["short", "interruptible", "long"]:
    """How long a statement may take; an interruptible one is tried inline first."""
    verb = sql.lstrip().partition(" ")[0].upper()
    if verb == "SELECT":
        return "interruptible"
    if verb == "UPDATE":
        return "short" if _ONE_ROW.search(sql) else "long"
    return "short" if verb == "INSERT" and " VALUES (" in sql else "long"


class InlineCursor(AsyncAdapt_aiosqlite_cursor):
    """SQLAlchemy's cursor over a cursor of the engine, instead of one of aiosqlite."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _adapt_connection: "InlineConnection"

    def _make_new_cursor(self, connection: Any) -> Any:
        return engine_connection(connection).cursor()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        connection = self._adapt_connection
        self._rows = deque(await connection.run(self._cursor, operation, parameters or ()))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        connection = self._adapt_connection
        await connection.begin(self._cursor)
        await connection.run_in_thread(
            partial(self._cursor.executemany, operation, seq_of_parameters)
        )


class InlineConnection(AsyncAdapt_aiosqlite_connection):
    """SQLAlchemy's connection over aiosqlite; short statements stay in the loop's thread."""

    __slots__ = ("_begins", "_slow_disk")
    _cursor_cls = InlineCursor

    def __init__(self, dbapi: Any, connection: Any, begins: str) -> None:
        super().__init__(dbapi, connection)
        self._begins = begins
        self._slow_disk = True

    async def fetch(self, operation: str, parameters: Sequence[Any]) -> list[Any]:
        """Run a statement and return its rows, without SQLAlchemy's cursor around it."""
        try:
            cursor = engine_connection(self._connection).cursor()
            return await self.run(cursor, operation, parameters)
        except Exception as error:  # noqa: BLE001  # as SQLAlchemy's own does
            self._handle_exception(error)

    async def run(self, cursor: Any, operation: str, parameters: Any) -> list[Any]:
        """Run a statement, inline or in the thread, and fetch its rows."""
        await self.begin(cursor)
        rows: list[Any] = []

        def execute() -> None:
            rows[:] = _fetch_rows(cursor, operation, parameters)

        duration = _duration(operation)
        if duration == "short":
            execute()
        elif duration == "long" or not self._completes_inline(execute):
            await self.run_in_thread(execute)
        return rows

    async def run_in_thread(self, work: Callable[[], Any]) -> None:
        """Run a function in the connection's thread."""
        await run_in_thread(self._connection, work)

    def _completes_inline(self, execute: Callable[[], Any]) -> bool:
        """Run a SELECT inline, but interrupt it when it takes too long; then return False."""
        engine = engine_connection(self._connection)
        engine.set_progress_handler(_stop, _STEPS)
        try:
            execute()
        except sqlcipher.OperationalError as error:
            if str(error) != "interrupted":
                raise
            return False
        finally:
            engine.set_progress_handler(None, 0)
        return True

    async def begin(self, cursor: Any) -> None:
        """Begin a transaction unless one is open. A writer waits until no other process writes.

        Writers use BEGIN IMMEDIATE, because a deferred transaction that turns into a writer can
        fail half way.
        """
        if engine_connection(self._connection).in_transaction:
            return
        if self._begins == READ:
            cursor.execute(READ)
            return
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            cursor.execute(self._begins)
            locked = False
        except sqlcipher.OperationalError:
            locked = True
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        if locked:
            await self.run_in_thread(partial(cursor.execute, self._begins))

    def _handle_exception(self, error: Exception) -> NoReturn:
        # For a damaged file the engine raises the base class of all its errors. Callers treat it
        # as an unavailable store: pending updates are kept until a backup is restored.
        if type(error) is sqlcipher.DatabaseError:
            raise sqlcipher.OperationalError(str(error)) from error
        super()._handle_exception(error)

    def commit(self) -> None:
        """Commit: inline while the disk is quick, in the thread after a slow flush."""
        if not self._in_transaction():
            return
        try:
            if not self._slow_disk or self._begins == READ:
                self._commit()
            else:
                await_(self.run_in_thread(self._commit))
        except Exception as error:  # noqa: BLE001  # as SQLAlchemy's own does
            self._handle_exception(error)

    def rollback(self) -> None:
        """Roll back the open transaction, if there is one."""
        if self._in_transaction():
            engine_connection(self._connection).execute("ROLLBACK")

    def _in_transaction(self) -> bool:
        driver = self._connection
        return is_open(driver) and engine_connection(driver).in_transaction

    def _commit(self) -> None:
        began = time.perf_counter()
        engine_connection(self._connection).execute("COMMIT")
        self._slow_disk = time.perf_counter() - began > _QUICK_COMMIT


def inline_connection(conn: AsyncConnection) -> InlineConnection:
    """The embedded store's connection under a connection of SQLAlchemy."""
    sync: Any = conn.sync_connection
    inline: InlineConnection = sync.connection.dbapi_connection
    return inline


def _fetch_rows(cursor: Any, operation: str, parameters: Any) -> Any:
    cursor.execute(operation, parameters)
    return cursor.fetchall() if cursor.description else ()


def _stop() -> bool:
    return True
