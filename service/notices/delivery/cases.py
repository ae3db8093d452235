"""Use cases of the sender: list due notices, take one over, write outcomes, pause, expire."""

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
from service.notices.delivery_values import OutcomeBatch
from service.notices.values import HaltReason, Notice, NoticeStatus
from service.notices.views import NoticeView
from service.values import Texts


class SupersededError(Exception):
    """Another sender has taken a notice over. Nothing was written."""


async def list_due(deps: Deps) -> list[Notice]:
    """List notices that need a sender now, urgent ones first: running, due, or to be corrected."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        rows = await store.read_due(conn, now)
        notices = [await build_notice_with_mid(conn, row) for row in rows]
    return sorted(notices, key=lambda notice: not notice.content.urgent)


async def build_notice_with_mid(conn: AsyncConnection, row: Row[Any]) -> Notice:
    """Build a notice from its row, reading its MID."""
    mid = await mid_store.read_mid(conn, row.mid_id)
    assert mid is not None
    return store.build_notice(row, mid)


async def take_over(deps: Deps, notice_id: str) -> Notice | None:
    """Become the sender of a notice by raising its epoch: earlier senders can write no more.

    A notice that is due starts running; one past its ``expires_at`` expires. None: there is no
    such notice.
    """
    now = deps.clock.now()
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is None:
            return None
        values: dict[str, object] = {"epoch": row.epoch + 1}
        notice = await build_notice_with_mid(conn, row)
        if notice.status in {NoticeStatus.SCHEDULED, NoticeStatus.RUNNING}:
            if notice.content.expires_at is not None and notice.content.expires_at <= now:
                values |= {"status": NoticeStatus.EXPIRED.value, "ended_at": now}
            elif notice.status is NoticeStatus.SCHEDULED:
                values |= {"status": NoticeStatus.RUNNING.value, "started_at": now}
        await store.update_notice(conn, notice_id, **values)
        row = await store.read_row(conn, notice_id)
        assert row is not None
        return await build_notice_with_mid(conn, row)


async def write_outcomes(
    deps: Deps, batches: Mapping[str, OutcomeBatch], epochs: Mapping[str, int]
) -> dict[str, Notice]:
    """Write outcomes of several notices in one transaction; returns the notices as stored then.

    ``epochs`` are those of this sender, by notice id. Outcomes count even when a notice was
    stopped meanwhile.

    Raises:
        SupersededError: another sender has one of the notices; nothing was written.
    """
    now = deps.clock.now()
    notices = {}
    async with deps.db.write() as conn:
        for notice_id, batch in sorted(batches.items()):
            row = await store.read_row(conn, notice_id, lock=True)
            if row is None or row.epoch != epochs[notice_id]:
                raise SupersededError(notice_id)
            changed = await outcomes.write_batch(conn, row, batch, now)
            mid = await mid_store.read_mid(conn, row.mid_id)
            assert mid is not None
            notices[notice_id] = replace(store.build_notice(row, mid), **changed)
    return notices


@dataclass(frozen=True, slots=True)
class NoticeLicences:
    """The licences that a notice is about: their ids, and their titles in the same order."""

    ids: tuple[str, ...] = ()
    titles: tuple[Texts, ...] = ()


async def read_notice_licences(deps: Deps, notice: Notice) -> NoticeLicences:
    """Read the licences that a notice is about."""
    async with deps.db.read() as conn:
        by_slug = {
            licence.slug: licence
            for licence in await licences.read_licences(conn, [notice.mid.id])
        }
    named = [by_slug[slug] for slug in notice.content.audience.licences if slug in by_slug]
    return NoticeLicences(
        tuple(licence.id for licence in named), tuple(licence.terms.title for licence in named)
    )


def build_first_view(
    notice: Notice, membership_id: str, zone: str, about: NoticeLicences, now: datetime
) -> NoticeView:
    """Build the view of a notice for a member who is sent it for the first time."""
    content = notice.content
    return NoticeView(
        notice_id=notice.id,
        mid=notice.mid,
        content=content,
        rev=notice.rev,
        membership_id=membership_id,
        licence_ids=about.ids,
        licence_titles=about.titles,
        by_ref=bool(content.audience.refs),
        closed=content.closes is not None and now >= content.closes,
        corrected=notice.rev > 1,
        zone=zone,
    )


async def read_next_due(deps: Deps, notice_id: str) -> datetime | None:
    """Read when the next deferred person of a notice is due; None: nobody is deferred."""
    async with deps.db.read() as conn:
        return await deferred_store.read_next_due(conn, notice_id)


async def pause(deps: Deps, notice_id: str, epoch: int, halt: HaltReason, reason: str) -> None:
    """Pause a running notice until a person resumes it. ``reason`` is English, for operators.

    Nothing happens when it does not run any more, or another sender has it.
    """
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is not None and row.epoch == epoch and row.status == NoticeStatus.RUNNING.value:
            values = {"status": NoticeStatus.PAUSED.value, "halt": halt.value, "reason": reason}
            await store.update_notice(conn, notice_id, **values)


async def expire(deps: Deps, notice_id: str, epoch: int) -> None:
    """End a running notice whose ``expires_at`` has passed: nobody else gets it.

    Nothing happens when it does not run any more, or another sender has it.
    """
    now = deps.clock.now()
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice_id, lock=True)
        if row is not None and row.epoch == epoch and row.status == NoticeStatus.RUNNING.value:
            await store.update_notice(
                conn, notice_id, status=NoticeStatus.EXPIRED.value, ended_at=now
            )
