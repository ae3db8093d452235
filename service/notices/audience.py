"""Reading the audience of a notice: the next people to send to, with what decides about each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.journal.values import EventKind
from service.mids.values import Mid
from service.notices import audience_store, deferred_store, rules, store
from service.notices import outcome_store as outcomes
from service.notices.delivery_values import Deferred, Recipient, RecipientBatch, Settled
from service.notices.rules import AudienceMember
from service.notices.values import DeferReason, Notice, NoticeOutcome
from service.standing import store as standing_store
from service.standing.member_state import MemberState
from service.standing.rules import standing
from service.standing.values import Pause

DEFAULT_LOCALE = "en"


async def read_audience_members(
    conn: AsyncConnection,
    mid: Mid,
    now: datetime,
    *,
    licences: Collection[str],
    after: int = 0,
    upto: int = 0,
    limit: int = 0,
    numbers: Sequence[int] | None = None,
    week: bool = False,
) -> list[AudienceMember]:
    """Read the next members of a MID by number, or those with ``numbers``, also who has left.

    ``licences`` are the slugs of the licences in which their standing matters. With ``week``,
    ``AudienceMember.delivered`` is filled from the outcomes of the last seven days.
    """
    kinds = None if licences else (EventKind.PAUSE, EventKind.MUTE)
    group = await standing_store.read_group_states(
        conn, mid, now, after=after, upto=upto, limit=limit, numbers=numbers, kinds=kinds
    )
    if not group:
        return []
    delivered: Mapping[int, Mapping[int, datetime]] = {}
    if week:
        delivered = await _read_delivered(conn, mid, now, group[0][0].seq, group[-1][0].seq)
    return [
        AudienceMember(
            number=row.seq,
            member_id=row.id,
            membership=state.memberships[0],
            left_at=row.left_at,
            locale=row.locale or row.spoken or DEFAULT_LOCALE,
            zone=row.zone or mid.zone,
            quiet=row.quiet,
            weekly=row.weekly,
            muted=state.is_muted(row.membership_id),
            stopped=state.pause is Pause.STOPPED,
            standings=_standings(state, licences) if licences else {},
            delivered=tuple(delivered.get(row.seq, {}).values()),
        )
        for row, state in group
    ]


def _standings(state: MemberState, licences: Collection[str]) -> dict[str, bool]:
    snapshot = state.snapshot()
    return {
        holding.licence.slug: standing(snapshot, holding).is_in
        for holding in snapshot.holdings
        if holding.licence.slug in licences
    }


async def _read_delivered(
    conn: AsyncConnection, mid: Mid, now: datetime, lo: int, hi: int
) -> dict[int, dict[int, datetime]]:
    """Number -> message id -> when, of what counts towards the weekly limit.

    A digest holds several notices in one message, and so counts once.
    """
    delivered: dict[int, dict[int, datetime]] = defaultdict(dict)
    for notice_id in await store.read_ids_counting_for_week(conn, mid.id, now - rules.WEEK):
        settled = await outcomes.read_outcomes(conn, notice_id, lo, hi)
        for number, (outcome, message_id, at) in settled.items():
            if NoticeOutcome(outcome).delivered and at > now - rules.WEEK:
                delivered[number][message_id] = at
    return delivered


async def read_next_batch(deps: Deps, notice: Notice, after: int, limit: int) -> RecipientBatch:
    """Read the next people of a notice after a number, and decide now what each of them gets."""
    now = deps.clock.now()
    audience = notice.content.audience
    week = not notice.content.bypasses_limits
    async with deps.db.read() as conn:
        if audience.everyone:
            members = await read_audience_members(
                conn,
                notice.mid,
                now,
                licences=(),
                after=after,
                upto=notice.audience_upto,
                limit=limit,
                week=week,
            )
            last, missing = _last_number(notice, members, after, limit), set[int]()
            # Who had left before the approval was never in the audience.
            outside = await audience_store.read_numbers_between(
                conn, notice.id, after, last or after
            )
            members = [member for member in members if member.number not in outside]
        else:
            numbers = await audience_store.read_next_numbers(conn, notice.id, after, limit)
            members = await read_audience_members(
                conn, notice.mid, now, licences=audience.licences, numbers=numbers, week=week
            )
            last = numbers[-1] if numbers else None
            missing = set(numbers) - {member.number for member in members}
        if last is None:
            return RecipientBatch()
        done = await _read_done(conn, notice, after, last)
    return _build_batch(
        notice,
        [member for member in members if member.number not in done],
        now,
        last,
        missing=missing - done,
    )


def _last_number(
    notice: Notice, members: Sequence[AudienceMember], after: int, limit: int
) -> int | None:
    """How far a read went: to its last member, or to the end where it was not full."""
    if members:
        return members[-1].number if len(members) == limit else notice.audience_upto
    return notice.audience_upto if after < notice.audience_upto else None


def _build_batch(
    notice: Notice,
    members: Sequence[AudienceMember],
    now: datetime,
    upto: int,
    *,
    missing: set[int],
) -> RecipientBatch:
    decisions = [rules.decide_delivery(notice.content, member, now) for member in members]
    return RecipientBatch(
        send=tuple(
            replace(decision, in_doubt=decision.number <= notice.send_upto)
            for decision in decisions
            if isinstance(decision, Recipient)
        ),
        settled=(
            *(decision for decision in decisions if isinstance(decision, Settled)),
            *settle_as_left(notice, missing),
        ),
        deferred=tuple(
            replace(decision, in_doubt=decision.number <= notice.send_upto)
            for decision in decisions
            if isinstance(decision, Deferred)
        ),
        upto=upto,
    )


async def _read_done(conn: AsyncConnection, notice: Notice, after: int, upto: int) -> set[int]:
    """Numbers that a sender that died has settled or deferred already."""
    settled = await outcomes.read_outcomes(conn, notice.id, after + 1, upto)
    return {*settled, *await deferred_store.read_reasons(conn, notice.id, after + 1, upto)}


async def read_due_deferred(deps: Deps, notice: Notice, limit: int) -> RecipientBatch:
    """Read the deferred people of a notice who are due, except those who wait for a digest."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        rows = await deferred_store.read_due(conn, notice.id, now, limit, but=DeferReason.DIGEST)
        if not rows:
            return RecipientBatch()
        by_number = {row.number: row for row in rows}
        members = await read_audience_members(
            conn,
            notice.mid,
            now,
            licences=notice.content.audience.licences,
            numbers=sorted(by_number),
            week=not notice.content.bypasses_limits,
        )
    missing = by_number.keys() - {member.number for member in members}
    send, settled, deferred = [], [], []
    for member in members:
        row = by_number[member.number]
        decision = rules.decide_delivery(notice.content, member, now)
        if isinstance(decision, Recipient):
            send.append(replace(decision, in_doubt=row.trying, tries=row.tries, deferred=True))
        elif isinstance(decision, Settled):
            settled.append(decision)
        else:
            deferred.append(replace(decision, in_doubt=row.trying, tries=row.tries))
    settled += settle_as_left(notice, missing)
    return RecipientBatch(tuple(send), tuple(settled), tuple(deferred), upto=notice.settled_upto)


def settle_as_left(notice: Notice, numbers: set[int]) -> list[Settled]:
    """The outcome of people whose membership was erased meanwhile."""
    language = notice.content.language
    return [
        Settled(number=number, outcome=NoticeOutcome.LEFT, language=language)
        for number in sorted(numbers)
    ]
