"""Finishing a notice: its whole audience is checked once more before it counts as finished."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.notices import audience_store, store
from service.notices import outcome_store as outcomes
from service.notices.delivery import compaction_store
from service.notices.delivery.cases import build_notice_with_mid
from service.notices.values import HaltReason, Notice, NoticeOutcome, NoticeStatus
from service.people import audience_store as audience_members

PER_READ = 2000
PAUSE_SECONDS = 0.01


async def finish(deps: Deps, notice: Notice) -> int:
    """Compact the outcomes of a notice and finish it; returns how many people were missed.

    Missed are members of its audience who have no outcome. Then the notice is paused instead, and
    goes to them when a person resumes it. People who were erased meanwhile count as having left.
    Nothing happens when the notice does not run any more, or another sender has it.
    """
    after: int | None = 0
    while after is not None:
        # One transaction a step, so that other writers need not wait for all of it.
        async with deps.db.write() as conn:
            row = await store.read_row(conn, notice.id, lock=True)
            if row is None or row.epoch != notice.epoch:
                return 0
            after = await compaction_store.compact_next(conn, notice.id, after)
        # SQLite's other processes poll for the lock every few milliseconds: give them a chance.
        await asyncio.sleep(PAUSE_SECONDS)
    missed = [number async for number in _find_missed(deps, notice)]
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice.id, lock=True)
        if row is None or row.epoch != notice.epoch or row.status != NoticeStatus.RUNNING.value:
            return 0
        if missed:
            await store.update_notice(
                conn,
                notice.id,
                status=NoticeStatus.PAUSED.value,
                halt=HaltReason.MISSED.value,
                reason=f"of {len(missed)} of its people nothing was written: "
                "it goes to them when it is resumed",
                settled_upto=missed[0] - 1,
            )
        else:
            counts = _count_erased_as_left(await build_notice_with_mid(conn, row))
            await store.update_notice(
                conn,
                notice.id,
                status=NoticeStatus.FINISHED.value,
                ended_at=deps.clock.now(),
                outcomes=counts,
            )
    return len(missed)


def _count_erased_as_left(notice: Notice) -> dict[str, dict[str, int]]:
    """The counts of outcomes, with everybody who has none counted as having left."""
    by_language = {language: dict(counts) for language, counts in notice.outcomes.items()}
    erased = notice.total - notice.settled
    if erased > 0:
        counts = by_language.setdefault(notice.content.language, {})
        key = str(NoticeOutcome.LEFT.value)
        counts[key] = counts.get(key, 0) + erased
    return by_language


async def _find_missed(deps: Deps, notice: Notice) -> AsyncIterator[int]:
    """Numbers of current members in the audience who have no outcome, in rising order."""
    after = 0
    while True:
        async with deps.db.read() as conn:
            numbers, last = await _read_audience(conn, notice, after)
            if last is None:
                return
            settled = await outcomes.read_outcomes(conn, notice.id, after + 1, last)
        for number in numbers:
            if number not in settled:
                yield number
        after = last


async def _read_audience(
    conn: AsyncConnection, notice: Notice, after: int
) -> tuple[Sequence[int], int | None]:
    """Read the next current members of the audience, and the last number that was looked at."""
    if not notice.content.audience.everyone:
        numbers = await audience_store.read_next_numbers(conn, notice.id, after, PER_READ)
        if not numbers:
            return [], None
        active = await audience_members.read_active_numbers(conn, notice.mid.id, numbers=numbers)
        return active, numbers[-1]
    active = await audience_members.read_active_numbers(
        conn, notice.mid.id, after=after, upto=notice.audience_upto, limit=PER_READ
    )
    if not active:
        return [], None
    outside = await audience_store.read_numbers_between(conn, notice.id, after, active[-1])
    return [number for number in active if number not in outside], active[-1]
