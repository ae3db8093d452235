"""Statements of the embedded store, run where they are asked for.

aiosqlite hands every step of a statement (cursor, execute, fetch, close) to a thread and waits for
it. Under load the thread waits for the interpreter each time, up to five milliseconds, and the one
writer with it: a statement of ten microseconds costs a thousand times that. So what is short runs
in the loop's own thread, and only what can take long goes to the connection's thread: waiting for
another process that writes, the flush of a slow disk, statements over many rows, and a reading
that turns out to be long.
"""

import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NoReturn

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
)
from sqlalchemy.util.concurrency import await_
from sqlcipher3 import dbapi2 as sqlcipher

READ, WRITE = "BEGIN", "BEGIN IMMEDIATE"
"""How a transaction begins."""

# About half a millisecond of the engine's work; the few rows of one member need a hundredth.
_STEPS = 20_000
_PATIENCE_MS = 10_000
# Seconds of a commit. A solid-state disk flushes in a fraction of a millisecond, less than the way
# to the thread and back takes on a busy machine; a slow one would hold everybody up.
_QUICK = 0.002


# What is changed by its id, and nothing else, is one row.
_ONE_ROW = re.compile(r" WHERE \w+\.id = \?$")


@lru_cache(maxsize=2048)
def _kind(sql: str) -> str:
    """``read`` and ``row`` are short, unless the reading turns out not to be."""
    first = sql.lstrip().partition(" ")[0].upper()
    if first == "SELECT":
        return "read"
    if first == "UPDATE":
        return "row" if _ONE_ROW.search(sql) else "long"
    return "row" if first == "INSERT" and " VALUES (" in sql else "long"


class HereCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor of the engine itself."""

    __slots__ = ()
    _awaitable_cursor_close = False
    _adapt_connection: "HereConnection"

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection._conn.cursor()  # noqa: SLF001

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        connection = self._adapt_connection
        self._rows = deque(await connection.carried_out(self._cursor, operation, parameters or ()))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        connection = self._adapt_connection
        await connection.begun(self._cursor)
        await connection.aside(partial(self._cursor.executemany, operation, seq_of_parameters))


class HereConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose short statements do not leave the loop's thread."""

    __slots__ = ("_begins", "_slow")
    _cursor_cls = HereCursor

    def __init__(self, dbapi: Any, connection: Any, begins: str) -> None:
        super().__init__(dbapi, connection)
        self._begins = begins
        self._slow = True

    async def ask(self, operation: str, parameters: Sequence[Any]) -> list[Any]:
        """What a statement finds, without the cursor that SQLAlchemy would put around it."""
        try:
            cursor = self._connection._conn.cursor()  # noqa: SLF001
            return await self.carried_out(cursor, operation, parameters)
        except Exception as error:  # noqa: BLE001  # as SQLAlchemy's own does
            self._handle_exception(error)

    async def carried_out(self, cursor: Any, operation: str, parameters: Any) -> list[Any]:
        """Carry out a statement, here or in the thread, and fetch its rows."""
        await self.begun(cursor)
        found: list[Any] = []

        def work() -> None:
            found[:] = _rows(cursor, operation, parameters)

        kind = _kind(operation)
        if kind == "row":
            work()
        elif kind == "long" or self.interrupted(work):
            await self.aside(work)
        return found

    async def aside(self, work: Callable[[], Any]) -> None:
        """Do something in the connection's own thread."""
        await self._connection._execute(work)  # noqa: SLF001

    def interrupted(self, work: Callable[[], Any]) -> bool:
        """Read here, or stop on the way when it takes too long."""
        engine = self._connection._conn  # noqa: SLF001
        engine.set_progress_handler(_stop, _STEPS)
        try:
            work()
        except sqlcipher.OperationalError as error:
            if str(error) != "interrupted":
                raise
            return True
        finally:
            engine.set_progress_handler(None, 0)
        return False

    async def begun(self, cursor: Any) -> None:
        """Begin with the first statement: to read, or to write once no other process does.

        A deferred transaction that turns into a writer can fail half way: writers say so.
        """
        if self._connection._conn.in_transaction:  # noqa: SLF001
            return
        if self._begins == READ:
            cursor.execute(READ)
            return
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            cursor.execute(self._begins)
            waits = False
        except sqlcipher.OperationalError:
            waits = True
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        if waits:
            await self.aside(partial(cursor.execute, self._begins))

    def _handle_exception(self, error: Exception) -> NoReturn:
        # Of a damaged file the engine says so by the class that all errors share. To whoever asks
        # it is a store that is away: what waits is kept until a backup is restored.
        if type(error) is sqlcipher.DatabaseError:
            raise sqlcipher.OperationalError(str(error)) from error
        super()._handle_exception(error)

    def commit(self) -> None:
        """Commit: here as long as the disk is quick, in the thread after a flush that was slow."""
        if not self._open():
            return
        try:
            if not self._slow or self._begins == READ:
                self._commit()
            else:
                await_(self.aside(self._commit))
        except Exception as error:  # noqa: BLE001  # as SQLAlchemy's own does
            self._handle_exception(error)

    def rollback(self) -> None:
        """Roll back what is open, if anything is."""
        if self._open():
            self._connection._conn.execute("ROLLBACK")  # noqa: SLF001

    def _open(self) -> bool:
        engine = self._connection._connection  # noqa: SLF001
        return engine is not None and engine.in_transaction

    def _commit(self) -> None:
        began = time.perf_counter()
        self._connection._conn.execute("COMMIT")  # noqa: SLF001
        self._slow = time.perf_counter() - began > _QUICK


def _rows(cursor: Any, operation: str, parameters: Any) -> Any:
    cursor.execute(operation, parameters)
    return cursor.fetchall() if cursor.description else ()


def _stop() -> bool:
    return True
