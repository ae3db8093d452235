"""Insert or update in one statement, on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_into(conn: AsyncConnection, table: Table) -> Any:
    """An INSERT of the connection's dialect, which knows ``on_conflict_do_update``."""
    return (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table)
