"""INSERT ... ON CONFLICT, which SQLite and PostgreSQL share and SQLAlchemy has once for each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

_INSERT: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_into(conn: AsyncConnection, table: Table) -> Any:
    """An INSERT of the connection's dialect, which has the ``on_conflict_...`` methods."""
    return _INSERT[conn.dialect.name](table)


def insert_by_dialect(table: Table, build: Callable[[Any], Any]) -> dict[str, Any]:
    """Dialect name -> the statement that ``build`` makes of that dialect's INSERT.

    For statements that are built once, when their module is imported.
    """
    return {dialect: build(insert(table)) for dialect, insert in _INSERT.items()}


async def upsert(
    conn: AsyncConnection,
    table: Table,
    row: Mapping[str, Any],
    keys: Sequence[str],
    changes: Mapping[str, Any],
) -> None:
    """Insert a row; where its ``keys`` exist already, apply ``changes`` to the existing row.

    ``changes`` may be expressions of the table's columns, such as ``{"n": table.c.n + 1}``.
    """
    insert = insert_into(conn, table).values(row)
    await conn.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes))


async def insert_missing(
    conn: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> None:
    """Insert the rows (at least one) whose ``keys`` do not exist yet; existing rows stay."""
    insert = insert_into(conn, table).on_conflict_do_nothing(index_elements=keys)
    # A single row runs inline on the embedded store, several go to the connection's thread.
    await conn.execute(insert, dict(rows[0]) if len(rows) == 1 else [dict(row) for row in rows])
