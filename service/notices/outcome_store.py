"""Tables of what became of notices: packed outcomes, and the few who are put off."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Moment, metadata
from service.journal import store as journal
from service.journal.values import EventKind
from service.notices import deferred_store
from service.notices.codec import find_outcome, pack_outcomes, unpack_outcomes
from service.notices.delivery_values import Batch, Settled
from service.notices.store import change
from service.notices.values import Outcome
from service.people import store as people

segments = Table(
    "notice_segments",
    metadata,
    Column("notice_id", String(32), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("rev", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("lo", BigInteger, nullable=False),
    Column("hi", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    # Who comes next is at the upper end: what lies behind is not looked at.
    Index(None, "notice_id", "hi"),
)


async def settle(
    conn: AsyncConnection, row: Row[Any], batch: Batch, at: datetime
) -> dict[str, Any]:
    """Write one commit of a notice whose row is locked; returns what is new in that row."""
    if batch.again and batch.settled:
        numbers = [one.number for one in batch.settled]
        known = await read_settled(conn, row.id, min(numbers), max(numbers))
        batch = replace(
            batch, settled=tuple(one for one in batch.settled if one.number not in known)
        )
    for rev in sorted({one.rev for one in batch.settled}):
        sent = [one for one in batch.settled if one.rev == rev]
        await _add_segment(conn, row.id, sent, rev or row.rev, at)
    await deferred_store.settle(conn, row.id, batch)
    values: dict[str, Any] = {}
    if batch.settled:
        values["outcomes"] = _added(row.outcomes, batch.settled)
        revs = [one.rev for one in batch.settled if one.rev and one.outcome is Outcome.SENT]
        if min(revs, default=row.edited_rev) < row.edited_rev:
            # They were under way with the former text when all others had the new one.
            values["edited_rev"] = min(revs)
    if batch.floor is not None:
        values["floor"] = batch.floor
    if batch.intent is not None:
        values["intent"] = batch.intent
    if values:
        await change(conn, row.id, **values)
    return values


def _added(
    outcomes: Mapping[str, Mapping[str, int]], settled: Iterable[Settled]
) -> dict[str, dict[str, int]]:
    sums = {language: dict(by) for language, by in outcomes.items()}
    for one in settled:
        by = sums.setdefault(one.language, {})
        key = str(one.outcome.value)
        by[key] = by.get(key, 0) + 1
    return sums


_LAST = select(func.coalesce(func.max(segments.c.n), 0)).where(
    segments.c.notice_id == bindparam("of")
)
_ADD = insert(segments)


async def _add_segment(
    conn: AsyncConnection, notice_id: str, settled: Sequence[Settled], rev: int, at: datetime
) -> None:
    found = sorted((one.number, one.outcome.value, one.message_id) for one in settled)
    last = (await conn.execute(_LAST, {"of": notice_id})).scalar_one()
    segment = {
        "notice_id": notice_id,
        "n": last + 1,
        "rev": rev,
        "at": at,
        "lo": found[0][0],
        "hi": found[-1][0],
        "body": pack_outcomes(found),
    }
    await conn.execute(_ADD, segment)


async def read_settled(
    conn: AsyncConnection, notice_id: str, lo: int, hi: int
) -> dict[int, tuple[int, int, datetime]]:
    """Number -> (outcome, message id, when) of those between ``lo`` and ``hi``, both included."""
    rows = await conn.execute(
        select(segments.c.body, segments.c.at).where(
            segments.c.notice_id == notice_id, segments.c.hi >= lo, segments.c.lo <= hi
        )
    )
    return {
        number: (outcome, message_id, row.at)
        for row in rows
        for number, outcome, message_id in unpack_outcomes(row.body)
        if lo <= number <= hi
    }


async def read_ends(
    conn: AsyncConnection, notice_ids: Collection[str], number: int
) -> dict[str, tuple[Outcome, datetime]]:
    """What became of some notices for one number, and when: by notice, where anything did."""
    rows = await conn.execute(
        select(segments.c.notice_id, segments.c.body, segments.c.at).where(
            segments.c.notice_id.in_(notice_ids), segments.c.hi >= number, segments.c.lo <= number
        )
    )
    found = ((row, find_outcome(row.body, number)) for row in rows)
    return {row.notice_id: (Outcome(end), row.at) for row, end in found if end is not None}


async def read_deliveries(
    conn: AsyncConnection, mid_id: str, notice_id: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """The next memberships of a MID with what became of a notice for each, by private number.

    ``outcome`` and ``why`` (put off) are None for who was not in its audience, or is not yet
    reached.
    """
    table = people.memberships.c
    rows = list(
        await conn.execute(
            select(table.seq, table.id, table.pseudonym)
            .where(table.mid_id == mid_id, table.seq > after)
            .order_by(table.seq)
            .limit(limit)
        )
    )
    if not rows:
        return []
    lo, hi = rows[0].seq, rows[-1].seq
    settled = await read_settled(conn, notice_id, lo, hi)
    put_off = await deferred_store.reasons_between(conn, notice_id, lo, hi)
    chosen = journal.latest.c
    answers = {
        row.membership_id: row.value
        for row in await conn.execute(
            select(chosen.membership_id, chosen.value).where(
                chosen.scope == notice_id,
                chosen.kind == EventKind.ANSWER.value,
                chosen.membership_id.in_([row.id for row in rows]),
            )
        )
    }
    return [
        {
            "number": row.seq,
            "pseudonym": row.pseudonym,
            "outcome": settled.get(row.seq, (None, 0, None))[0],
            "at": settled.get(row.seq, (None, 0, None))[2],
            "why": put_off.get(row.seq),
            "answer": answers.get(row.id),
        }
        for row in rows
    ]


async def read_segments(
    conn: AsyncConnection, notice_id: str, before_rev: int, after: int
) -> list[Row[Any]]:
    """The next segment that was sent an older text, if there is one."""
    wanted = (
        select(segments)
        .where(
            segments.c.notice_id == notice_id,
            segments.c.n > after,
            segments.c.rev < before_rev,
        )
        .order_by(segments.c.n)
        .limit(1)
    )
    return list(await conn.execute(wanted))


async def set_segment_rev(conn: AsyncConnection, notice_id: str, n: int, rev: int) -> None:
    """Remember that the people of a segment now see this text."""
    await conn.execute(
        update(segments)
        .where(segments.c.notice_id == notice_id, segments.c.n == n)
        .values(rev=rev)
    )
