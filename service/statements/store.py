"""Lines of statements, one row each, so that a member's own are found without anybody else's."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata
from service.licences.values import Licence
from service.people.values import Membership
from service.statements.values import Line, LineState

MOST_LINES = 120
"""So many of a membership are read, the newest: ten licences for a year."""

statement_lines = Table(
    "statement_lines",
    metadata,
    Column("mid_id", String(40), primary_key=True),
    Column("ref", String(64), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("currency", String(3), primary_key=True),
    # Where it stands in its statement.
    Column("n", Integer, primary_key=True),
    Column("licence", String(40), nullable=False),
    # Exact, as it was written: SQLite has no decimals.
    Column("gross", String(32), nullable=False),
    Column("net", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Index(None, "mid_id", "period"),
)


async def put_lines(conn: AsyncConnection, mid_id: str, statements: Collection[Any]) -> None:
    """Store the lines of these statements of a MID in the place of those that they had."""
    own = statement_lines.c
    for one in statements:
        month = {"mid_id": mid_id, "period": one["period"], "currency": one["currency"]}
        await conn.execute(
            delete(statement_lines).where(*(own[name] == value for name, value in month.items()))
        )
        rows = [{**month, "n": n, **_row(line)} for n, line in enumerate(one["lines"])]
        if rows:
            await conn.execute(insert(statement_lines), rows)


def _row(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in ("ref", "licence", "gross", "net", "state")}


async def read_lines(
    conn: AsyncConnection, memberships: Collection[Membership], licences: Collection[Licence]
) -> tuple[Line, ...]:
    """The newest lines about these memberships, newest month first.

    A line is found by the MID and the reference there: nobody else's is looked at.
    """
    titles = {(one.mid_id, one.slug): one.terms.title for one in licences}
    own = statement_lines.c
    found = []
    for one in memberships:
        rows = await conn.execute(
            select(statement_lines)
            .where(own.mid_id == one.mid.id, own.ref == one.ref)
            .order_by(own.period.desc(), own.currency, own.n)
            .limit(MOST_LINES)
        )
        found += [
            Line(
                mid_id=row.mid_id,
                mid_name=one.mid.name,
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
    return tuple(sorted(found, key=lambda line: line.period, reverse=True))
