"""The end of a notice: everybody it was for is looked for once more before it counts as done."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.notices import audience_store, store
from service.notices import outcome_store as outcomes
from service.notices.delivery import compaction_store
from service.notices.delivery.cases import notice_in
from service.notices.values import Halt, Notice, Outcome, Status
from service.people import audience_store as audience_members

PER_READ = 2000
BREATH_SECONDS = 0.01


async def finish(deps: Deps, notice: Notice) -> int:
    """Everybody has an outcome. Who was erased meanwhile is counted as having left.

    A member of its audience of whom nothing is written has been missed: then the notice is put on
    hold instead, and when a person lets it go on it goes to them. Returns how many were missed.
    """
    after: int | None = 0
    while after is not None:
        # In steps: nobody else who writes waits for all of it.
        async with deps.db.write() as conn:
            row = await store.read_row(conn, notice.id, lock=True)
            if row is None or row.epoch != notice.epoch:
                return 0
            after = await compaction_store.merge(conn, notice.id, after)
        # Another process that waits for the file looks again only every few milliseconds.
        await asyncio.sleep(BREATH_SECONDS)
    missed = [number async for number in _missed(deps, notice)]
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice.id, lock=True)
        if row is None or row.epoch != notice.epoch or row.status != Status.RUNNING.value:
            return 0
        if missed:
            await store.change(
                conn,
                notice.id,
                status=Status.PAUSED.value,
                halt=Halt.MISSED.value,
                reason=f"of {len(missed)} of its people nothing was written: "
                "it goes to them when it is resumed",
                floor=missed[0] - 1,
            )
        else:
            ended = _with_the_erased(await notice_in(conn, row))
            await store.change(
                conn,
                notice.id,
                status=Status.FINISHED.value,
                ended_at=deps.clock.now(),
                outcomes=ended,
            )
    return len(missed)


def _with_the_erased(notice: Notice) -> dict[str, dict[str, int]]:
    """The outcomes, where whoever has none, and is no member any more, has left."""
    ended = {language: dict(by) for language, by in notice.outcomes.items()}
    gone = notice.total - notice.settled
    if gone > 0:
        by = ended.setdefault(notice.content.language, {})
        key = str(Outcome.LEFT.value)
        by[key] = by.get(key, 0) + gone
    return ended


async def _missed(deps: Deps, notice: Notice) -> AsyncIterator[int]:
    """Numbers of members whom a notice is for and who have no outcome, in rising order."""
    after = 0
    while True:
        async with deps.db.read() as conn:
            meant, last = await _meant(conn, notice, after)
            if last is None:
                return
            settled = await outcomes.read_settled(conn, notice.id, after + 1, last)
        for number in meant:
            if number not in settled:
                yield number
        after = last


async def _meant(
    conn: AsyncConnection, notice: Notice, after: int
) -> tuple[Sequence[int], int | None]:
    """The next whom a notice was for and who are members now, and how far this looked."""
    if not notice.content.audience.everyone:
        numbers = await audience_store.read_audience(conn, notice.id, after, PER_READ)
        if not numbers:
            return [], None
        return await audience_members.read_active_numbers(
            conn, notice.mid.id, numbers=numbers
        ), numbers[-1]
    found = await audience_members.read_active_numbers(
        conn, notice.mid.id, after=after, upto=notice.upper, limit=PER_READ
    )
    if not found:
        return [], None
    outside = await audience_store.read_remembered(conn, notice.id, after, found[-1])
    return [number for number in found if number not in outside], found[-1]
