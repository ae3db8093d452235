"""The table of outcomes: one segment for each commit, with the outcomes packed in it.

Millions of outcomes take 9 bytes each that way, in place of a row with its indexes.
"""

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
from service.notices.delivery_values import OutcomeBatch, Settled
from service.notices.store import update_notice
from service.notices.values import NoticeOutcome
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
    # The next people of a notice are at the upper end: earlier segments are not read.
    Index(None, "notice_id", "hi"),
)

_LAST_SEGMENT = select(func.coalesce(func.max(segments.c.n), 0)).where(
    segments.c.notice_id == bindparam("of")
)
_INSERT = insert(segments)


async def write_batch(
    conn: AsyncConnection, row: Row[Any], batch: OutcomeBatch, at: datetime
) -> dict[str, Any]:
    """Write one commit of a notice whose row is locked; returns changed fields of ``Notice``."""
    if batch.again and batch.settled:
        numbers = [outcome.number for outcome in batch.settled]
        known = await read_outcomes(conn, row.id, min(numbers), max(numbers))
        fresh = tuple(outcome for outcome in batch.settled if outcome.number not in known)
        batch = replace(batch, settled=fresh)
    for rev in sorted({outcome.rev for outcome in batch.settled}):
        of_rev = [outcome for outcome in batch.settled if outcome.rev == rev]
        await _insert_segment(conn, row.id, of_rev, rev or row.rev, at)
    await deferred_store.write_batch(conn, row.id, batch)
    values: dict[str, Any] = {}
    if batch.settled:
        values["outcomes"] = _add_counts(row.outcomes, batch.settled)
        revs = [
            outcome.rev
            for outcome in batch.settled
            if outcome.rev and outcome.outcome is NoticeOutcome.SENT
        ]
        if min(revs, default=row.edited_rev) < row.edited_rev:
            # These were in flight with the former text when all others were already corrected.
            values["edited_rev"] = min(revs)
    if batch.settled_upto is not None:
        values["settled_upto"] = batch.settled_upto
    if batch.send_upto is not None:
        values["send_upto"] = batch.send_upto
    if values:
        await update_notice(conn, row.id, **values)
    return values


def _add_counts(
    outcomes: Mapping[str, Mapping[str, int]], settled: Iterable[Settled]
) -> dict[str, dict[str, int]]:
    by_language = {language: dict(counts) for language, counts in outcomes.items()}
    for outcome in settled:
        counts = by_language.setdefault(outcome.language, {})
        key = str(outcome.outcome.value)
        counts[key] = counts.get(key, 0) + 1
    return by_language


async def _insert_segment(
    conn: AsyncConnection, notice_id: str, settled: Sequence[Settled], rev: int, at: datetime
) -> None:
    outcomes = sorted(
        (outcome.number, outcome.outcome.value, outcome.message_id) for outcome in settled
    )
    last = (await conn.execute(_LAST_SEGMENT, {"of": notice_id})).scalar_one()
    segment = {
        "notice_id": notice_id,
        "n": last + 1,
        "rev": rev,
        "at": at,
        "lo": outcomes[0][0],
        "hi": outcomes[-1][0],
        "body": pack_outcomes(outcomes),
    }
    await conn.execute(_INSERT, segment)


async def read_outcomes(
    conn: AsyncConnection, notice_id: str, lo: int, hi: int
) -> dict[int, tuple[int, int, datetime]]:
    """Read outcomes of a notice from number ``lo`` to ``hi``, both included.

    Returns:
        number -> (outcome, message id, when it was written).
    """
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


async def read_outcomes_of_number(
    conn: AsyncConnection, notice_ids: Collection[str], number: int
) -> dict[str, tuple[NoticeOutcome, datetime]]:
    """Read the outcomes of one number in some notices, and when they were written, by notice id.

    A notice in which the number has no outcome is left out.
    """
    rows = await conn.execute(
        select(segments.c.notice_id, segments.c.body, segments.c.at).where(
            segments.c.notice_id.in_(notice_ids), segments.c.hi >= number, segments.c.lo <= number
        )
    )
    outcomes = ((row, find_outcome(row.body, number)) for row in rows)
    return {
        row.notice_id: (NoticeOutcome(outcome), row.at)
        for row, outcome in outcomes
        if outcome is not None
    }


async def read_deliveries(
    conn: AsyncConnection, mid_id: str, notice_id: str, after: int, limit: int
) -> list[dict[str, Any]]:
    """Read the next memberships of a MID, by number, with what became of a notice for each.

    Of each: ``number``, ``pseudonym``, ``outcome``, ``at``, ``why`` (a ``DeferReason``), and
    ``answer``. Both ``outcome`` and ``why`` are None for members who are not in the audience or
    were not reached yet.
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
    settled = await read_outcomes(conn, notice_id, lo, hi)
    reasons = await deferred_store.read_reasons(conn, notice_id, lo, hi)
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
            "why": reasons.get(row.seq),
            "answer": answers.get(row.id),
        }
        for row in rows
    ]


async def read_next_outdated_segment(
    conn: AsyncConnection, notice_id: str, before_rev: int, after: int
) -> list[Row[Any]]:
    """Read the next segment whose people were sent an older text: one row or none."""
    query = (
        select(segments)
        .where(
            segments.c.notice_id == notice_id,
            segments.c.n > after,
            segments.c.rev < before_rev,
        )
        .order_by(segments.c.n)
        .limit(1)
    )
    return list(await conn.execute(query))


async def set_segment_rev(conn: AsyncConnection, notice_id: str, n: int, rev: int) -> None:
    """Set the revision of the text that the people of a segment see."""
    await conn.execute(
        update(segments)
        .where(segments.c.notice_id == notice_id, segments.c.n == n)
        .values(rev=rev)
    )
