"""Outcomes that were written commit by commit, put together once a notice is over."""

from typing import Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.notices.audience_store import PER_BLOCK
from service.notices.codec import RECORD, pack_outcomes, unpack_outcomes
from service.notices.outcome_store import segments

PEOPLE, ROWS = PER_BLOCK, 2000
"""How much is rewritten in one transaction at most: whoever else writes waits for it."""


async def merge(conn: AsyncConnection, notice_id: str, after: int) -> int | None:
    """Rewrite the next segments as few sorted ones, by text and day; returns where to go on.

    None when there are no more. Called again from the start, it makes few of what is left.
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
        found = sorted(
            unpack_outcome for part in group for unpack_outcome in unpack_outcomes(part.body)
        )
        numbers = [part.n for part in group]
        for start in range(0, len(found), PER_BLOCK):
            block = found[start : start + PER_BLOCK]
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
    """The segments after one, as many as hold about so many people."""
    sizes = await conn.execute(
        select(segments.c.n, func.length(segments.c.body).label("size"))
        .where(segments.c.notice_id == notice_id, segments.c.n > after)
        .order_by(segments.c.n)
        .limit(ROWS)
    )
    upto, left = after, people * RECORD
    for row in sizes:
        if left <= 0:
            break
        upto, left = row.n, left - row.size
    found = select(segments).where(
        segments.c.notice_id == notice_id, segments.c.n > after, segments.c.n <= upto
    )
    return list(await conn.execute(found.order_by(segments.c.n)))
