"""The table of audiences, frozen at approval as packed membership numbers.

For a notice to everyone the table holds the exceptions: those it is not for.
"""

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


def pack_audience(notice_id: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Pack numbers in rising order into the rows that ``put_numbers`` stores."""
    blocks = [numbers[start : start + PER_BLOCK] for start in range(0, len(numbers), PER_BLOCK)]
    return [
        {"notice_id": notice_id, "hi": block[-1], "body": pack_numbers(block)} for block in blocks
    ]


async def put_numbers(
    conn: AsyncConnection, notice_id: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Replace the stored numbers of a notice by the rows from ``pack_audience``."""
    await conn.execute(delete(audience).where(audience.c.notice_id == notice_id))
    if rows:
        await conn.execute(insert(audience), rows)


async def read_next_numbers(
    conn: AsyncConnection, notice_id: str, after: int, limit: int
) -> list[int]:
    """Read the next ``limit`` stored numbers after ``after``."""
    rows = await conn.execute(
        select(audience.c.body)
        .where(audience.c.notice_id == notice_id, audience.c.hi > after)
        .order_by(audience.c.hi)
        .limit(1 + limit // PER_BLOCK)
    )
    numbers = [number for (body,) in rows for number in unpack_numbers(body) if number > after]
    return numbers[:limit]


async def read_numbers_between(
    conn: AsyncConnection, notice_id: str, after: int, upto: int
) -> set[int]:
    """Read the stored numbers after ``after`` up to and including ``upto``."""
    numbers: set[int] = set()
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
        numbers |= {number for number in unpack_numbers(row.body) if after < number <= upto}
        after = row.hi
    return numbers


async def read_notices_with_number(
    conn: AsyncConnection, notice_ids: Collection[str], number: int
) -> set[str]:
    """Read which of some notices have one number stored."""
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
