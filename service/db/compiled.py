"""Statements that every tap runs, compiled once and run on the embedded engine directly.

The SQL, the conversion of values, the transaction and the errors are SQLAlchemy's; the steps
between them, which take 60 to 150 us, are left out (see ``driver_internals``). On a PostgreSQL
server the round trip dominates, and the statement is executed as usual.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.driver_internals import raise_as_sqlalchemy
from service.db.inline_sqlite import inline_connection

_Processor = Callable[[Any], Any] | None


class CompiledStatement:
    """A SELECT, or the INSERT of one row, whose parameters are passed by name at every use.

    It is compiled at its first use; an INSERT then takes the columns of the parameters passed.
    Lists of varying length (an expanding IN) are not supported.
    """

    def __init__(self, statement: Select[Any] | Insert) -> None:
        self._statement = statement
        self._embedded: _EmbeddedStatement | None = None

    async def rows(self, conn: AsyncConnection, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """All rows, with their columns as attributes. Raises as ``conn.execute`` does."""
        if conn.dialect.name != "sqlite":
            result = await conn.execute(self._statement, parameters)
            return result.all() if result.returns_rows else ()
        if self._embedded is None:
            self._embedded = _EmbeddedStatement(self._statement, conn.dialect, parameters)
        return await self._embedded.rows(conn, parameters)

    async def first(self, conn: AsyncConnection, parameters: Mapping[str, Any]) -> Any:
        """The first row; None if there is none."""
        rows = await self.rows(conn, parameters)
        return rows[0] if rows else None


def _row_class(names: Iterable[Any]) -> Any:
    return namedtuple("Row", list(names))  # noqa: PYI024


class _EmbeddedStatement:
    """A statement as SQL text for the embedded engine, with the processors of its values."""

    def __init__(
        self, statement: Select[Any] | Insert, dialect: Dialect, parameters: Mapping[str, Any]
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(parameters))
        self._sql = str(compiled)
        self._binds: list[tuple[str, Any, _Processor]] = [
            (name, bind.effective_value, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup
            for bind in (compiled.binds[name],)
        ]
        columns = statement.exported_columns
        self._row = _row_class(columns.keys())
        self._result_processors = [
            (index, process)
            for index, column in enumerate(columns)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    async def rows(self, conn: AsyncConnection, parameters: Mapping[str, Any]) -> list[Any]:
        values = [
            process(parameters.get(name, constant)) if process else parameters.get(name, constant)
            for name, constant, process in self._binds
        ]
        try:
            rows = await inline_connection(conn).fetch(self._sql, values)
        except Exception as error:  # noqa: BLE001  # as SQLAlchemy's own does
            raise_as_sqlalchemy(conn, error, self._sql)
        except BaseException as error:
            # Cancelled: the thread may still be running the statement, so the connection must
            # not be used again.
            await conn.invalidate(error)
            raise
        return [self._make_row(row) for row in rows]

    def _make_row(self, row: tuple[Any, ...]) -> Any:
        if not self._result_processors:
            return self._row._make(row)
        values = list(row)
        for index, process in self._result_processors:
            values[index] = process(values[index])
        return self._row._make(values)
