"""The table of who is put off, why, and until when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Row,
    SmallInteger,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Moment, metadata
from service.notices.delivery_values import Batch, Held
from service.notices.store import notices
from service.notices.values import Hold, Status

held = Table(
    "notice_held",
    metadata,
    Column("notice_id", String(32), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("why", String(8), nullable=False),
    Column("until", Moment, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("trying", Boolean, nullable=False),
    Index(None, "notice_id", "until"),
)


async def settle(conn: AsyncConnection, notice_id: str, batch: Batch) -> None:
    """Take out who has an outcome, put off who is put off, and mark who is about to be sent to."""
    gone = list(batch.put_off or ())
    if batch.put_off is None or batch.again:
        gone = [one.number for one in batch.settled] + [one.number for one in batch.held]
    if gone:
        await conn.execute(
            delete(held).where(held.c.notice_id == notice_id, held.c.number.in_(gone))
        )
    if batch.held:
        await conn.execute(insert(held), [_held_row(notice_id, one) for one in batch.held])
    for numbers, trying in ((batch.trying, True), (batch.unhurt, False)):
        if numbers:
            await conn.execute(
                update(held)
                .where(held.c.notice_id == notice_id, held.c.number.in_(numbers))
                .values(trying=trying)
            )


def _held_row(notice_id: str, held: Held) -> dict[str, Any]:
    return {
        "notice_id": notice_id,
        "number": held.number,
        "why": held.why.value,
        "until": held.until,
        "tries": held.tries,
        "trying": held.in_doubt,
    }


async def reasons_between(
    conn: AsyncConnection, notice_id: str, lo: int, hi: int
) -> dict[int, str]:
    """Who of a notice is put off, and why, between two numbers, both included."""
    rows = await conn.execute(
        select(held.c.number, held.c.why).where(
            held.c.notice_id == notice_id, held.c.number >= lo, held.c.number <= hi
        )
    )
    return {row.number: row.why for row in rows}


async def read_waiting(
    conn: AsyncConnection, notice_ids: Collection[str], number: int
) -> set[str]:
    """Those of some notices that somebody is put off from; not what they were being sent."""
    rows = await conn.execute(
        select(held.c.notice_id).where(
            held.c.notice_id.in_(notice_ids), held.c.number == number, held.c.trying.is_(False)
        )
    )
    return set(rows.scalars())


async def read_held(
    conn: AsyncConnection, notice_id: str, until: datetime, limit: int, *, but: Hold
) -> list[Row[Any]]:
    """People put off whose moment has come, longest waiting first; not those ``but`` put off."""
    rows = await conn.execute(
        select(held)
        .where(held.c.notice_id == notice_id, held.c.until <= until, held.c.why != but.value)
        .order_by(held.c.until, held.c.number)
        .limit(limit)
    )
    return list(rows)


async def read_digests(
    conn: AsyncConnection, mid_id: str, until: datetime, limit: int
) -> dict[int, dict[str, bool]]:
    """Who may now have the notices of a MID that wait as one message: number -> notice -> doubt.

    In doubt is what a process that died was sending.
    """
    wanted = (
        select(held.c.number, held.c.notice_id, held.c.until, held.c.trying)
        .join(notices, notices.c.id == held.c.notice_id)
        .where(
            notices.c.mid_id == mid_id,
            notices.c.status == Status.RUNNING.value,
            held.c.why == Hold.DIGEST.value,
        )
    )
    due = wanted.where(held.c.until <= until).order_by(held.c.until, held.c.number).limit(limit)
    numbers = {row.number for row in await conn.execute(due)}
    if not numbers:
        return {}
    found: dict[int, dict[str, bool]] = {}
    rows = await conn.execute(
        wanted.where(held.c.number.in_(numbers)).order_by(notices.c.created_at, notices.c.id)
    )
    for row in rows:
        found.setdefault(row.number, {})[row.notice_id] = row.trying
    return found


async def count_held(conn: AsyncConnection, notice_id: str) -> dict[str, int]:
    """How many are put off, by why."""
    rows = await conn.execute(
        select(held.c.why, func.count().label("n"))
        .where(held.c.notice_id == notice_id)
        .group_by(held.c.why)
    )
    return {row.why: row.n for row in rows}


async def next_held(conn: AsyncConnection, notice_id: str) -> datetime | None:
    """When the next of those put off is due."""
    found: datetime | None = (
        await conn.execute(select(func.min(held.c.until)).where(held.c.notice_id == notice_id))
    ).scalar()
    return found
