"""Statements that every tap asks, compiled once.

SQLAlchemy spends 60 to 150 us on a statement that the embedded engine answers in 3 to 20. What a
statement says, how its values are written and read, its transaction and its errors are
SQLAlchemy's here too; only the steps in between are left out. On a server the way there is what
costs, and everything goes as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.inline_sqlite import HereConnection

_Process = Callable[[Any], Any] | None


class Prepared:
    """A reading, or the writing of one row, whose values are given by name at every use.

    It is compiled at its first use, an insert for the columns that are given then. Lists of
    changing length have no place in it.
    """

    def __init__(self, statement: Select[Any] | Insert) -> None:
        self._statement = statement
        self._embedded: _Embedded | None = None

    async def rows(self, conn: AsyncConnection, given: Mapping[str, Any]) -> Sequence[Any]:
        """Every row, its columns as attributes. Raises as ``conn.execute`` does."""
        if conn.dialect.name != "sqlite":
            result = await conn.execute(self._statement, given)
            return result.all() if result.returns_rows else ()
        if self._embedded is None:
            self._embedded = _Embedded(self._statement, conn.dialect, given)
        return await self._embedded.rows(conn, given)

    async def first(self, conn: AsyncConnection, given: Mapping[str, Any]) -> Any:
        """The first row; None where there is none."""
        found = await self.rows(conn, given)
        return found[0] if found else None


def _row(names: Iterable[Any]) -> Any:
    return namedtuple("Row", list(names))  # noqa: PYI024


class _Embedded:
    """The statement as the embedded engine takes it."""

    def __init__(
        self, statement: Select[Any] | Insert, dialect: Dialect, given: Mapping[str, Any]
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(given))
        self._sql = str(compiled)
        self._places: list[tuple[str, Any, _Process]] = [
            (name, bind.effective_value, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup
            for bind in (compiled.binds[name],)
        ]
        columns = statement.exported_columns
        self._row = _row(columns.keys())
        self._read = [
            (at, read)
            for at, column in enumerate(columns)
            if (read := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    async def rows(self, conn: AsyncConnection, given: Mapping[str, Any]) -> list[Any]:
        values = [
            write(given.get(name, constant)) if write else given.get(name, constant)
            for name, constant, write in self._places
        ]
        sync: Any = conn.sync_connection
        here: HereConnection = sync.connection.dbapi_connection
        try:
            found = await here.ask(self._sql, values)
        except Exception as error:
            # Tells who listens, and wraps it.
            sync._handle_dbapi_exception(error, self._sql, None, None, None)  # noqa: SLF001
            raise
        except BaseException as error:
            # The thread may still be at it: nobody is given this connection again.
            await conn.invalidate(error)
            raise
        return [self._made(row) for row in found]

    def _made(self, row: tuple[Any, ...]) -> Any:
        if not self._read:
            return self._row._make(row)
        values = list(row)
        for at, read in self._read:
            values[at] = read(values[at])
        return self._row._make(values)
