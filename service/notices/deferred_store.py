"""The table of the deferred: who gets a notice later, why, and not before when."""

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
from service.notices.delivery_values import Deferred, OutcomeBatch
from service.notices.store import notices
from service.notices.values import DeferReason, NoticeStatus

deferred = Table(
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


async def write_batch(conn: AsyncConnection, notice_id: str, batch: OutcomeBatch) -> None:
    """Write one commit: delete rows of who has an outcome, insert rows of who is deferred now.

    Rows of who is about to be sent to are marked as such.
    """
    numbers_done = list(batch.put_off or ())
    if batch.put_off is None or batch.again:
        numbers_done = [outcome.number for outcome in batch.settled]
        numbers_done += [person.number for person in batch.deferred]
    if numbers_done:
        await conn.execute(
            delete(deferred).where(
                deferred.c.notice_id == notice_id, deferred.c.number.in_(numbers_done)
            )
        )
    if batch.deferred:
        await conn.execute(
            insert(deferred), [_row(notice_id, person) for person in batch.deferred]
        )
    for numbers, trying in ((batch.trying, True), (batch.unsent, False)):
        if numbers:
            await conn.execute(
                update(deferred)
                .where(deferred.c.notice_id == notice_id, deferred.c.number.in_(numbers))
                .values(trying=trying)
            )


def _row(notice_id: str, person: Deferred) -> dict[str, Any]:
    return {
        "notice_id": notice_id,
        "number": person.number,
        "why": person.why.value,
        "until": person.until,
        "tries": person.tries,
        "trying": person.in_doubt,
    }


async def read_reasons(conn: AsyncConnection, notice_id: str, lo: int, hi: int) -> dict[int, str]:
    """Read who is deferred from number ``lo`` to ``hi``, both included: number -> reason."""
    rows = await conn.execute(
        select(deferred.c.number, deferred.c.why).where(
            deferred.c.notice_id == notice_id, deferred.c.number >= lo, deferred.c.number <= hi
        )
    )
    return {row.number: row.why for row in rows}


async def read_deferred_notices(
    conn: AsyncConnection, notice_ids: Collection[str], number: int
) -> set[str]:
    """Read which of some notices are deferred for one number; not those being sent just now."""
    rows = await conn.execute(
        select(deferred.c.notice_id).where(
            deferred.c.notice_id.in_(notice_ids),
            deferred.c.number == number,
            deferred.c.trying.is_(False),
        )
    )
    return set(rows.scalars())


async def read_due(
    conn: AsyncConnection, notice_id: str, until: datetime, limit: int, *, but: DeferReason
) -> list[Row[Any]]:
    """Read deferred people who are due, longest due first; not those deferred for ``but``."""
    rows = await conn.execute(
        select(deferred)
        .where(
            deferred.c.notice_id == notice_id,
            deferred.c.until <= until,
            deferred.c.why != but.value,
        )
        .order_by(deferred.c.until, deferred.c.number)
        .limit(limit)
    )
    return list(rows)


async def read_due_digests(
    conn: AsyncConnection, mid_id: str, until: datetime, limit: int
) -> dict[int, dict[str, bool]]:
    """Read who is due a digest of a MID, with all notices that wait for it.

    Returns:
        number -> notice id -> whether it is in doubt: a process died while sending it.
    """
    query = (
        select(deferred.c.number, deferred.c.notice_id, deferred.c.until, deferred.c.trying)
        .join(notices, notices.c.id == deferred.c.notice_id)
        .where(
            notices.c.mid_id == mid_id,
            notices.c.status == NoticeStatus.RUNNING.value,
            deferred.c.why == DeferReason.DIGEST.value,
        )
    )
    due = (
        query.where(deferred.c.until <= until)
        .order_by(deferred.c.until, deferred.c.number)
        .limit(limit)
    )
    numbers = {row.number for row in await conn.execute(due)}
    if not numbers:
        return {}
    digests: dict[int, dict[str, bool]] = {}
    rows = await conn.execute(
        query.where(deferred.c.number.in_(numbers)).order_by(notices.c.created_at, notices.c.id)
    )
    for row in rows:
        digests.setdefault(row.number, {})[row.notice_id] = row.trying
    return digests


async def count_by_reason(conn: AsyncConnection, notice_id: str) -> dict[str, int]:
    """Count the deferred people of a notice by reason."""
    rows = await conn.execute(
        select(deferred.c.why, func.count().label("n"))
        .where(deferred.c.notice_id == notice_id)
        .group_by(deferred.c.why)
    )
    return {row.why: row.n for row in rows}


async def read_next_due(conn: AsyncConnection, notice_id: str) -> datetime | None:
    """Read when the next deferred person of a notice is due; None: nobody is deferred."""
    due_at: datetime | None = (
        await conn.execute(
            select(func.min(deferred.c.until)).where(deferred.c.notice_id == notice_id)
        )
    ).scalar()
    return due_at
