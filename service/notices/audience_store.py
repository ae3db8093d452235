"""The table of who a notice is for, as packed numbers; of one for everyone, who it is not for."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata
from service.notices.codec import pack_numbers, unpack_numbers

PER_BLOCK = 5000

audience = Table(
    "notice_audience",
    metadata,
    Column("notice_id", String(32), primary_key=True),
    Column("hi", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)


def packed(notice_id: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of numbers, in rising order, for ``put_audience``."""
    blocks = [numbers[start : start + PER_BLOCK] for start in range(0, len(numbers), PER_BLOCK)]
    return [
        {"notice_id": notice_id, "hi": block[-1], "body": pack_numbers(block)} for block in blocks
    ]


async def put_audience(
    conn: AsyncConnection, notice_id: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Remember who a notice is for; where it is for everyone, who it is not for."""
    await conn.execute(delete(audience).where(audience.c.notice_id == notice_id))
    if rows:
        await conn.execute(insert(audience), rows)


async def read_audience(
    conn: AsyncConnection, notice_id: str, after: int, limit: int
) -> list[int]:
    """The next remembered numbers after ``after``."""
    rows = await conn.execute(
        select(audience.c.body)
        .where(audience.c.notice_id == notice_id, audience.c.hi > after)
        .order_by(audience.c.hi)
        .limit(1 + limit // PER_BLOCK)
    )
    found = [number for (body,) in rows for number in unpack_numbers(body) if number > after]
    return found[:limit]


async def read_remembered(
    conn: AsyncConnection, notice_id: str, after: int, upto: int
) -> set[int]:
    """The remembered numbers after ``after`` and up to ``upto``, that one included."""
    found: set[int] = set()
    while after < upto:
        row = (
            await conn.execute(
                select(audience.c.hi, audience.c.body)
                .where(audience.c.notice_id == notice_id, audience.c.hi > after)
                .order_by(audience.c.hi)
                .limit(1)
            )
        ).first()
        if row is None:
            break
        found |= {number for number in unpack_numbers(row.body) if after < number <= upto}
        after = row.hi
    return found


async def read_remembering(
    conn: AsyncConnection, notice_ids: Collection[str], number: int
) -> set[str]:
    """Those of some notices that remember one number."""
    blocks = audience.alias()
    nearest = (
        select(func.min(blocks.c.hi))
        .where(blocks.c.notice_id == audience.c.notice_id, blocks.c.hi >= number)
        .scalar_subquery()
    )
    rows = await conn.execute(
        select(audience.c.notice_id, audience.c.body).where(
            audience.c.notice_id.in_(notice_ids), audience.c.hi == nearest
        )
    )
    return {row.notice_id for row in rows if number in unpack_numbers(row.body)}
