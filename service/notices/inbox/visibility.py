"""Which notices were for a member, and how this member sees them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.journal.values import EventKind
from service.notices import audience_store, deferred_store, rules
from service.notices import outcome_store as outcomes
from service.notices.audience import read_people
from service.notices.values import Notice, Outcome, Status
from service.notices.views import NoticeView
from service.people.values import Membership
from service.standing.member_state import MemberState
from service.values import Texts

_NEVER_THEIRS = frozenset({Outcome.LEFT, Outcome.CHANGED})


async def theirs(
    conn: AsyncConnection,
    state: MemberState,
    numbers: Mapping[str, tuple[int, datetime]],
    found: Sequence[Notice],
) -> list[NoticeView]:
    """Those of some notices of a member's MIDs that were for this member, in the order given.

    ``numbers`` is what ``number_store.read_numbers`` says of them. However many notices there
    are, each MID among them is asked about a few times and not more.
    """
    sent: dict[str, datetime | None] = {}
    for membership in state.memberships:
        of_mid = [one for one in found if one.mid.id == membership.mid.id]
        if of_mid:
            number, _ = numbers[membership.id]
            sent |= await _sent(conn, state, membership, number, of_mid)
    mine = {membership.mid.id: membership for membership in state.memberships}
    return [
        view_for(state, mine[one.mid.id], one, sent[one.id]) for one in found if one.id in sent
    ]


async def _sent(
    conn: AsyncConnection,
    state: MemberState,
    membership: Membership,
    number: int,
    found: Sequence[Notice],
) -> dict[str, datetime | None]:
    """When this membership was sent those of one MID's notices that were for it.

    None where one was sent a moment ago and that is not yet written down.
    """
    ends = await outcomes.read_ends(conn, [one.id for one in found], number)
    sent: dict[str, datetime | None] = {
        one: at for one, (outcome, at) in ends.items() if outcome not in _NEVER_THEIRS
    }
    perhaps = [one for one in found if one.id not in ends and _perhaps(one, number)]
    if not perhaps:
        return sent
    ids = [perhap.id for perhap in perhaps]
    waiting = await deferred_store.read_waiting(conn, ids, number)
    named = await audience_store.read_remembering(conn, ids, number)
    perhaps = [
        perhap
        for perhap in perhaps
        if perhap.id not in waiting
        and (perhap.id in named) is not perhap.content.audience.everyone
    ]
    if perhaps:
        asked = {slug for perhap in perhaps for slug in perhap.content.audience.licences}
        (person,) = await read_people(
            conn, membership.mid, state.now, licences=asked, numbers=[number]
        )
        sent |= {
            perhap.id: None for perhap in perhaps if rules.matches(perhap.content.audience, person)
        }
    return sent


def _perhaps(notice: Notice, number: int) -> bool:
    """Whether somebody of whom nothing is written may be under way."""
    # A notice that has ended was looked through for whoever had no outcome.
    started = notice.started_at is not None and notice.status is not Status.FINISHED
    return started and number <= min(notice.upper, notice.intent)


def view_for(
    state: MemberState, membership: Membership, notice: Notice, sent_at: datetime | None
) -> NoticeView:
    """A notice as one member sees it."""
    chosen = state.latest_of(EventKind.ANSWER, notice.id)
    content = notice.content
    slugs: Mapping[str, tuple[str, Texts]] = {
        licence.slug: (licence.id, licence.terms.title)
        for licence in state.licences
        if licence.mid_id == notice.mid.id
    }
    about = [slugs[licence] for licence in content.audience.licences if licence in slugs]
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
        answer=chosen.value if chosen else None,
        answered_at=chosen.at if chosen else None,
        muted=state.is_muted(membership.id),
        closed=content.closes is not None and state.now >= content.closes,
        corrected=notice.rev > 1,
        zone=state.snapshot().zone,
    )
