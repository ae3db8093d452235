"""Compaction: rewrite the per-commit segments of a finished notice as a few sorted ones."""

from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.notices.audience_store import PER_BLOCK
from service.notices.codec import OUTCOME_SIZE, pack_outcomes, unpack_outcomes
from service.notices.outcome_store import segments

PEOPLE, ROWS = PER_BLOCK, 2000
"""How much one transaction rewrites at most, since it blocks all other writers."""


async def compact_next(conn: AsyncConnection, notice_id: str, after: int) -> int | None:
    """Rewrite the next segments after ``after`` as sorted ones, one group a revision and day.

    Returns the last segment that was read, to continue from; None after the last. Running it
    again from the start is harmless and merges further.
    """
    rows = await _next_segments(conn, notice_id, after, PEOPLE)
    if not rows:
        return None
    last: int = rows[-1].n
    groups: dict[tuple[int, str], list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.rev, row.at.date().isoformat()), []).append(row)
    merged: list[dict[str, Any]] = []
    for (rev, _), group in groups.items():
        outcomes = sorted(
            outcome for segment in group for outcome in unpack_outcomes(segment.body)
        )
        numbers = [segment.n for segment in group]
        for start in range(0, len(outcomes), PER_BLOCK):
            block = outcomes[start : start + PER_BLOCK]
            merged.append(
                {
                    "notice_id": notice_id, "n": numbers.pop(0), "rev": rev, "at": group[0].at,
                    "lo": block[0][0], "hi": block[-1][0], "body": pack_outcomes(block),
                }
            )  # fmt: skip
    if len(merged) < len(rows):
        await conn.execute(
            delete(segments).where(
                segments.c.notice_id == notice_id, segments.c.n > after, segments.c.n <= last
            )
        )
        await conn.execute(insert(segments), merged)
    return last


async def _next_segments(
    conn: AsyncConnection, notice_id: str, after: int, people: int
) -> list[Row[Any]]:
    """Read the segments after one, as many as hold about ``people`` outcomes."""
    sizes = await conn.execute(
        select(segments.c.n, func.length(segments.c.body).label("size"))
        .where(segments.c.notice_id == notice_id, segments.c.n > after)
        .order_by(segments.c.n)
        .limit(ROWS)
    )
    upto, remaining = after, people * OUTCOME_SIZE
    for row in sizes:
        if remaining <= 0:
            break
        upto, remaining = row.n, remaining - row.size
    query = select(segments).where(
        segments.c.notice_id == notice_id, segments.c.n > after, segments.c.n <= upto
    )
    return list(await conn.execute(query.order_by(segments.c.n)))
