"""What the sender asks and tells: whose notices go out, whose turn it is, what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.licences import store as licences
from service.mids import store as mid_store
from service.notices import deferred_store, store
from service.notices import outcome_store as outcomes
from service.notices.delivery_values import Batch
from service.notices.values import Halt, Notice, Status
from service.notices.views import NoticeView
from service.values import Texts


class LostError(Exception):
    """Another sender has taken this notice over: nothing was written."""


async def due(deps: Deps) -> list[Notice]:
    """Notices that want a sender now, urgent ones first: running, due, or to be edited."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        rows = await store.read_due(conn, now)
        found = [await notice_in(conn, row) for row in rows]
    return sorted(found, key=lambda one: not one.content.urgent)


async def notice_in(conn: AsyncConnection, row: Row[Any]) -> Notice:
    """A row of ``notices`` as a value, with its MID."""
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
        notice = await notice_in(conn, row)
        if notice.status in {Status.SCHEDULED, Status.RUNNING}:
            if notice.content.expires_at is not None and notice.content.expires_at <= now:
                values |= {"status": Status.EXPIRED.value, "ended_at": now}
            elif notice.status is Status.SCHEDULED:
                values |= {"status": Status.RUNNING.value, "started_at": now}
        await store.change(conn, notice_id, **values)
        row = await store.read_row(conn, notice_id)
        assert row is not None
        return await notice_in(conn, row)


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
            new = await outcomes.settle(conn, row, batch, now)
            mid = await mid_store.read_mid(conn, row.mid_id)
            assert mid is not None
            found[notice_id] = replace(store.notice_of(row, mid), **new)
    return found


@dataclass(frozen=True, slots=True)
class About:
    """The licences a notice is about: their ids and, one for one, their titles."""

    ids: tuple[str, ...] = ()
    titles: tuple[Texts, ...] = ()


async def about(deps: Deps, notice: Notice) -> About:
    """The licences a notice is about."""
    async with deps.db.read() as conn:
        found = {
            licence.slug: licence
            for licence in await licences.read_licences(conn, [notice.mid.id])
        }
    named = [found[licence] for licence in notice.content.audience.licences if licence in found]
    return About(tuple(one.id for one in named), tuple(one.terms.title for one in named))


def fresh_view(
    notice: Notice, membership_id: str, zone: str, named: About, now: datetime
) -> NoticeView:
    """A notice as it is sent to a person who has not seen it."""
    content = notice.content
    return NoticeView(
        notice_id=notice.id,
        mid=notice.mid,
        content=content,
        rev=notice.rev,
        membership_id=membership_id,
        licence_ids=named.ids,
        licence_titles=named.titles,
        by_ref=bool(content.audience.refs),
        closed=content.closes is not None and now >= content.closes,
        corrected=notice.rev > 1,
        zone=zone,
    )


async def waiting(deps: Deps, notice_id: str) -> datetime | None:
    """When the next of those put off is due; None when nobody is."""
    async with deps.db.read() as conn:
        return await deferred_store.next_held(conn, notice_id)


async def pause(deps: Deps, notice_id: str, epoch: int, halt: Halt, reason: str) -> None:
    """Send no more until a person has looked. ``reason`` is for whoever runs the commands."""
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is not None and row.epoch == epoch and row.status == Status.RUNNING.value:
            values = {"status": Status.PAUSED.value, "halt": halt.value, "reason": reason}
            await store.change(conn, notice_id, **values)


async def expire(deps: Deps, notice_id: str, epoch: int) -> None:
    """Its end has come while it went out: nobody else gets it."""
    now = deps.clock.now()
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is not None and row.epoch == epoch and row.status == Status.RUNNING.value:
            await store.change(conn, notice_id, status=Status.EXPIRED.value, ended_at=now)
