"""The table of statement lines: one row each, so that only a member's own are read."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata
from service.licences.values import Licence
from service.people.values import Membership
from service.statements.values import LineState, StatementLine

MAX_LINES = 120
"""The newest lines of a membership that are read: ten licences for a year."""

statement_lines = Table(
    "statement_lines",
    metadata,
    Column("mid_id", String(40), primary_key=True),
    Column("ref", String(64), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("currency", String(3), primary_key=True),
    # The position of the line in its statement.
    Column("n", Integer, primary_key=True),
    Column("licence", String(40), nullable=False),
    # As text, to stay exact: SQLite has no decimals.
    Column("gross", String(32), nullable=False),
    Column("net", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Index(None, "mid_id", "period"),
)


async def put_lines(conn: AsyncConnection, mid_id: str, statements: Collection[Any]) -> None:
    """Store the lines of a MID's statements, replacing those of the same month and currency."""
    columns = statement_lines.c
    for statement in statements:
        key = {
            "mid_id": mid_id,
            "period": statement["period"],
            "currency": statement["currency"],
        }
        await conn.execute(
            delete(statement_lines).where(*(columns[name] == key[name] for name in key))
        )
        rows = [{**key, "n": n, **_row(line)} for n, line in enumerate(statement["lines"])]
        if rows:
            await conn.execute(insert(statement_lines), rows)


def _row(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in ("ref", "licence", "gross", "net", "state")}


async def read_lines(
    conn: AsyncConnection, memberships: Collection[Membership], licences: Collection[Licence]
) -> tuple[StatementLine, ...]:
    """The newest lines about these memberships, newest month first.

    They are selected by MID and reference, so that nobody else's are read.
    """
    titles = {(licence.mid_id, licence.slug): licence.terms.title for licence in licences}
    columns = statement_lines.c
    lines: list[StatementLine] = []
    for membership in memberships:
        rows = await conn.execute(
            select(statement_lines)
            .where(columns.mid_id == membership.mid.id, columns.ref == membership.ref)
            .order_by(columns.period.desc(), columns.currency, columns.n)
            .limit(MAX_LINES)
        )
        lines += [
            StatementLine(
                mid_id=row.mid_id,
                mid_name=membership.mid.name,
                licence=row.licence,
                title=titles.get((row.mid_id, row.licence)),
                period=date.fromisoformat(f"{row.period}-01"),
                net=Decimal(row.net),
                gross=Decimal(row.gross),
                currency=row.currency,
                state=LineState(row.state),
            )
            for row in rows
        ]
    return tuple(sorted(lines, key=lambda line: line.period, reverse=True))
