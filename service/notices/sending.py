"""What the sender asks and tells: whose notices go out, whose turn it is, what became of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.notices import held_store, rules, store
from service.notices import outcome_store as outcomes
from service.notices.audience import read_people
from service.notices.packing import unpack_outcomes
from service.notices.rules import Person
from service.notices.turns import Batch, Held, Settled
from service.notices.values import Hold, Notice, Outcome, Status
from service.people import mid_store
from service.people.values import Mid


class LostError(Exception):
    """Another sender has taken this notice over: nothing was written."""


async def due(deps: Deps) -> list[Notice]:
    """Notices that want a sender now, urgent ones first: running, due, or to be edited."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        rows = await store.read_due(conn, now)
        found = [await _notice(conn, row) for row in rows]
    return sorted(found, key=lambda one: not one.content.urgent)


async def _notice(conn: AsyncConnection, row: Row[tuple[object, ...]]) -> Notice:
    mid = await mid_store.read_mid(conn, row.mid_id)
    assert mid is not None
    return store.notice_of(row, mid)


async def take_over(deps: Deps, notice_id: str) -> Notice | None:
    """Become the sender of a notice: whoever was it before can write nothing any more.

    A notice that is due starts; one that is past its end expires. None when there is nothing to
    send, but perhaps to edit.
    """
    now = deps.clock.now()
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is None:
            return None
        values: dict[str, object] = {"epoch": row.epoch + 1}
        notice = await _notice(conn, row)
        if notice.status in {Status.SCHEDULED, Status.RUNNING}:
            if notice.content.expires_at is not None and notice.content.expires_at <= now:
                values |= {"status": Status.EXPIRED.value, "ended_at": now}
            elif notice.status is Status.SCHEDULED:
                values |= {"status": Status.RUNNING.value, "started_at": now}
        await store.change(conn, notice_id, **values)
        row = await store.read_row(conn, notice_id)
        assert row is not None
        return await _notice(conn, row)


async def settle(
    deps: Deps, batches: Mapping[str, Batch], epochs: Mapping[str, int]
) -> dict[str, Notice]:
    """Write what became of some people, for several notices in one commit.

    Outcomes count even when the notice was stopped meanwhile. Returns the notices as they are now.

    Raises:
        LostError: somebody else sends one of them; nothing was written.
    """
    now = deps.clock.now()
    found = {}
    async with deps.db.write() as conn:
        for notice_id, batch in sorted(batches.items()):
            row = await store.read_row(conn, notice_id, lock=True)
            if row is None or row.epoch != epochs[notice_id]:
                raise LostError(notice_id)
            await outcomes.settle(conn, row, batch, row.rev, now)
            row = await store.read_row(conn, notice_id)
            assert row is not None
            found[notice_id] = await _notice(conn, row)
    return found


async def waiting(deps: Deps, notice_id: str) -> datetime | None:
    """When the next of those put off is due; None when nobody is."""
    async with deps.db.read() as conn:
        return await held_store.next_held(conn, notice_id)


async def pause(deps: Deps, notice_id: str, epoch: int, reason: str) -> None:
    """Send no more until a person has looked: something is wrong with the notice itself."""
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is not None and row.epoch == epoch and row.status == Status.RUNNING.value:
            await store.change(conn, notice_id, status=Status.PAUSED.value, reason=reason)


async def finish(deps: Deps, notice_id: str, epoch: int) -> None:
    """Everybody has an outcome. Who was erased meanwhile is counted as having left."""
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is None or row.epoch != epoch or row.status != Status.RUNNING.value:
            return
        notice = await _notice(conn, row)
        ended = {language: dict(by) for language, by in notice.outcomes.items()}
        gone = notice.total - notice.settled
        if gone > 0:
            by = ended.setdefault(notice.content.language, {})
            key = str(Outcome.LEFT.value)
            by[key] = by.get(key, 0) + gone
        await outcomes.merge(conn, notice_id)
        await store.change(
            conn,
            notice_id,
            status=Status.FINISHED.value,
            ended_at=deps.clock.now(),
            outcomes=ended,
        )


async def digests(
    deps: Deps, mid: Mid, limit: int
) -> list[tuple[Person, tuple[Notice, ...], dict[str, Settled | Held]]]:
    """Who has several notices of a MID waiting and may now have them as one message.

    With each person come the notices to be listed, and, by notice, what else became of those that
    no longer are for them.
    """
    now = deps.clock.now()
    async with deps.db.read() as conn:
        waiting = await held_store.read_digests(conn, mid.id, now, limit)
        if not waiting:
            return []
        ids = {one for found in waiting.values() for one in found}
        rows = await store.read_these(conn, ids)
        notices = {row.id: store.notice_of(row, mid) for row in rows}
        found = await read_people(conn, mid, now, numbers=sorted(waiting))
    told = []
    for person in found:
        # The week has room for the one message that all of them become.
        free = replace(person, delivered=())
        listed: list[Notice] = []
        other: dict[str, Settled | Held] = {}
        for notice_id in waiting[person.number]:
            notice = notices[notice_id]
            placed = rules.place(notice.content, free, now)
            if isinstance(placed, Settled):
                other[notice_id] = placed
            elif isinstance(placed, Held):
                other[notice_id] = replace(placed, why=Hold.DIGEST)
            else:
                listed.append(notice)
        told.append((person, tuple(listed), other))
    return told


async def begin_edits(deps: Deps, notice: Notice) -> tuple[int, list[tuple[int, int]]] | None:
    """The next segment whose people see an older text: its number, and (number, message id).

    None when everybody sees the present one, which is then remembered.
    """
    async with deps.db.write() as conn:
        rows = await outcomes.read_segments(conn, notice.id, before_rev=notice.rev)
        if not rows:
            await store.change(conn, notice.id, edited_rev=notice.rev)
            return None
        row = rows[0]
    return row.n, [
        (number, message_id)
        for number, outcome, message_id in unpack_outcomes(row.body)
        if outcome == Outcome.SENT.value
    ]


async def edited(deps: Deps, notice_id: str, n: int, rev: int) -> None:
    """The people of a segment now see this text."""
    async with deps.db.write() as conn:
        await outcomes.set_segment_rev(conn, notice_id, n, rev)
