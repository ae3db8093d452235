"""Digests: notices beyond the weekly limit that a member gets together in one message."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.deps import Deps
from service.mids.values import Mid
from service.notices import deferred_store, rules, store
from service.notices.audience import read_audience_members, settle_as_left
from service.notices.delivery_values import Deferred, Recipient, Settled
from service.notices.rules import AudienceMember
from service.notices.values import DeferReason, Notice, NoticeOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Notices of a MID that one person gets as one message.

    ``to`` is None when the person was erased; it is in doubt when a process died while sending to
    them. ``other`` holds, by notice id, what became of notices that they do not get now.
    """

    to: Recipient | None
    notices: tuple[Notice, ...]
    other: Mapping[str, Settled | Deferred]


async def list_due_digests(deps: Deps, mid: Mid, limit: int) -> list[Digest]:
    """List the digests of a MID that are due, at most ``limit``."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        waiting = await deferred_store.read_due_digests(conn, mid.id, now, limit)
        if not waiting:
            return []
        rows = await store.read_notices(
            conn, {notice_id for of_person in waiting.values() for notice_id in of_person}
        )
        notices = {row.id: store.build_notice(row, mid) for row in rows}
        licences = {
            slug for notice in notices.values() for slug in notice.content.audience.licences
        }
        members = await read_audience_members(
            conn, mid, now, licences=licences, numbers=sorted(waiting)
        )
    erased = waiting.keys() - {member.number for member in members}
    return [
        *(_build_digest(member, notices, waiting[member.number], now) for member in members),
        *(_settle_erased(number, notices, waiting[number]) for number in sorted(erased)),
    ]


def _settle_erased(
    number: int, notices: Mapping[str, Notice], waiting: Mapping[str, bool]
) -> Digest:
    other = {notice_id: settle_as_left(notices[notice_id], {number})[0] for notice_id in waiting}
    return Digest(to=None, notices=(), other=other)


def _build_digest(
    member: AudienceMember,
    notices: Mapping[str, Notice],
    waiting: Mapping[str, bool],
    now: datetime,
) -> Digest:
    # The digest itself fits the weekly limit: it is due once there is room for one message.
    unlimited = replace(member, delivered=())
    listed: list[Notice] = []
    other: dict[str, Settled | Deferred] = {}
    for notice_id, in_doubt in waiting.items():
        notice = notices[notice_id]
        decision = rules.decide_delivery(notice.content, unlimited, now)
        if in_doubt and notice.content.on_doubt == "skip":
            language = notice.content.language_for(member.locale)
            decision = Settled(
                number=member.number, outcome=NoticeOutcome.UNCERTAIN, language=language
            )
        if isinstance(decision, Recipient):
            listed.append(notice)
        elif isinstance(decision, Deferred):
            other[notice_id] = replace(decision, why=DeferReason.DIGEST, in_doubt=in_doubt)
        else:
            other[notice_id] = decision
    in_doubt = any(waiting[notice.id] for notice in listed)
    to = replace(rules.as_recipient(member), in_doubt=in_doubt)
    return Digest(to=to, notices=tuple(listed), other=other)
