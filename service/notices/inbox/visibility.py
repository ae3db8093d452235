"""Which notices a member may see, because they were sent them, and the views of these."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.journal.values import EventKind
from service.notices import audience_store, deferred_store, outcome_store, rules
from service.notices.audience import read_audience_members
from service.notices.values import Notice, NoticeOutcome, NoticeStatus
from service.notices.views import NoticeView
from service.people.values import Membership
from service.standing.member_state import MemberState
from service.values import Texts

_NOT_SENT = frozenset({NoticeOutcome.LEFT, NoticeOutcome.CHANGED})


async def list_visible(
    conn: AsyncConnection,
    state: MemberState,
    numbers: Mapping[str, tuple[int, datetime]],
    notices: Sequence[Notice],
) -> list[NoticeView]:
    """Build views of those notices of a member's MIDs that this member was sent, in their order.

    ``numbers`` are from ``service.people.audience_store.read_numbers``. The number of queries
    depends on how many MIDs the notices are of, not on how many notices there are.
    """
    sent: dict[str, datetime | None] = {}
    for membership in state.memberships:
        of_mid = [notice for notice in notices if notice.mid.id == membership.mid.id]
        if of_mid:
            number, _ = numbers[membership.id]
            sent |= await _read_sent(conn, state, membership, number, of_mid)
    by_mid = {membership.mid.id: membership for membership in state.memberships}
    return [
        build_view(state, by_mid[notice.mid.id], notice, sent[notice.id])
        for notice in notices
        if notice.id in sent
    ]


async def _read_sent(
    conn: AsyncConnection,
    state: MemberState,
    membership: Membership,
    number: int,
    notices: Sequence[Notice],
) -> dict[str, datetime | None]:
    """Notice id -> when it was sent, for the notices of one MID that a membership was sent.

    None: it may have been sent just now, and the outcome is not stored yet.
    """
    outcomes = await outcome_store.read_outcomes_of_number(
        conn, [notice.id for notice in notices], number
    )
    sent: dict[str, datetime | None] = {
        notice_id: at for notice_id, (outcome, at) in outcomes.items() if outcome not in _NOT_SENT
    }
    in_flight = [
        notice
        for notice in notices
        if notice.id not in outcomes and _may_be_in_flight(notice, number)
    ]
    if not in_flight:
        return sent
    ids = [notice.id for notice in in_flight]
    deferred = await deferred_store.read_deferred_notices(conn, ids, number)
    named = await audience_store.read_notices_with_number(conn, ids, number)
    in_flight = [
        notice
        for notice in in_flight
        if notice.id not in deferred
        # For everyone the stored numbers are the exceptions, else they are the audience.
        and (notice.id in named) is not notice.content.audience.everyone
    ]
    if in_flight:
        licences = {slug for notice in in_flight for slug in notice.content.audience.licences}
        (member,) = await read_audience_members(
            conn, membership.mid, state.now, licences=licences, numbers=[number]
        )
        sent |= {
            notice.id: None
            for notice in in_flight
            if rules.matches(notice.content.audience, member)
        }
    return sent


def _may_be_in_flight(notice: Notice, number: int) -> bool:
    """Whether a notice may be on its way to somebody who has no outcome yet."""
    # Before a notice was finished, everybody without an outcome was looked for.
    started = notice.started_at is not None and notice.status is not NoticeStatus.FINISHED
    return started and number <= min(notice.audience_upto, notice.send_upto)


def build_view(
    state: MemberState, membership: Membership, notice: Notice, sent_at: datetime | None
) -> NoticeView:
    """Build the view of a notice for one member; ``sent_at`` None: not known yet."""
    answer = state.latest_of(EventKind.ANSWER, notice.id)
    content = notice.content
    licences: Mapping[str, tuple[str, Texts]] = {
        licence.slug: (licence.id, licence.terms.title)
        for licence in state.licences
        if licence.mid_id == notice.mid.id
    }
    about = [licences[slug] for slug in content.audience.licences if slug in licences]
    return NoticeView(
        notice_id=notice.id,
        mid=notice.mid,
        content=content,
        rev=notice.rev,
        membership_id=membership.id,
        licence_ids=tuple(licence_id for licence_id, _ in about),
        licence_titles=tuple(title for _, title in about),
        by_ref=membership.ref in content.audience.refs,
        sent_at=sent_at,
        answer=answer.value if answer else None,
        answered_at=answer.at if answer else None,
        muted=state.is_muted(membership.id),
        closed=content.closes is not None and state.now >= content.closes,
        corrected=notice.rev > 1,
        zone=state.snapshot().zone,
    )
