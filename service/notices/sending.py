"""What the sender asks and tells: whose notices go out, whose turn it is, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.licences import store as licences
from service.notices import held_store, rules, store
from service.notices import outcome_store as outcomes
from service.notices.audience import read_people
from service.notices.packing import unpack_outcomes
from service.notices.rules import Person
from service.notices.turns import Batch, Held, Recipient, Settled
from service.notices.values import Hold, Notice, NoticeView, Outcome, Status
from service.people import mid_store
from service.people.values import Mid, Texts


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
            await outcomes.settle(conn, row, batch, now)
            row = await store.read_row(conn, notice_id)
            assert row is not None
            found[notice_id] = await _notice(conn, row)
    return found


@dataclass(frozen=True, slots=True)
class About:
    """The licences a notice is about: their ids and, one for one, their titles."""

    ids: tuple[str, ...] = ()
    titles: tuple[Texts, ...] = ()


async def about(deps: Deps, notice: Notice) -> About:
    """The licences a notice is about."""
    async with deps.db.read() as conn:
        found = {one.slug: one for one in await licences.read_licences(conn, [notice.mid.id])}
    named = [found[one] for one in notice.content.audience.licences if one in found]
    return About(tuple(one.id for one in named), tuple(one.terms.title for one in named))


def fresh_view(notice: Notice, one: Recipient, named: About, now: datetime) -> NoticeView:
    """A notice as it is sent to a person who has not seen it."""
    content = notice.content
    return NoticeView(
        notice_id=notice.id,
        mid=notice.mid,
        content=content,
        rev=notice.rev,
        membership_id=one.membership_id,
        licence_ids=named.ids,
        licence_titles=named.titles,
        by_ref=bool(content.audience.refs),
        closed=content.closes is not None and now >= content.closes,
        corrected=notice.rev > 1,
        zone=one.zone,
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Several notices of a MID that one person gets as one message.

    ``other`` says, by notice, what else became of those that are no longer for them.
    """

    to: Recipient
    notices: tuple[Notice, ...]
    other: Mapping[str, Settled | Held]


async def digests(deps: Deps, mid: Mid, limit: int) -> list[Digest]:
    """Who has notices of a MID waiting and may now have them as one message."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        waits = await held_store.read_digests(conn, mid.id, now, limit)
        if not waits:
            return []
        rows = await store.read_these(conn, {one for found in waits.values() for one in found})
        notices = {row.id: store.notice_of(row, mid) for row in rows}
        found = await read_people(conn, mid, now, numbers=sorted(waits))
    return [
        _digest(person, [notices[one] for one in waits[person.number]], now) for person in found
    ]


def _digest(person: Person, waits: Sequence[Notice], now: datetime) -> Digest:
    # The week has room for the one message that all of them become.
    free = replace(person, delivered=())
    listed: list[Notice] = []
    other: dict[str, Settled | Held] = {}
    for notice in waits:
        placed = rules.place(notice.content, free, now)
        if isinstance(placed, Recipient):
            listed.append(notice)
        elif isinstance(placed, Held):
            other[notice.id] = replace(placed, why=Hold.DIGEST)
        else:
            other[notice.id] = placed
    to = rules.recipient(person)
    return Digest(to=to, notices=tuple(listed), other=other)


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


async def reader(deps: Deps, notice: Notice, number: int) -> Recipient | None:
    """A person who was sent a notice, by their number; None once they are gone."""
    async with deps.db.read() as conn:
        found = await read_people(conn, notice.mid, deps.clock.now(), numbers=[number])
    return rules.recipient(found[0]) if found and not found[0].left else None
