"""Going through the people of a notice: finding whose turn comes next."""

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
from service.notices.delivery_values import Held, Recipient, Settled, Turn
from service.notices.rules import Person
from service.notices.values import Hold, Notice, Outcome
from service.standing import store as standing_store
from service.standing.member_state import MemberState
from service.standing.rules import standing
from service.standing.values import Pause

SOURCE = "en"


async def read_people(
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
) -> list[Person]:
    """The next people of a MID by their numbers, or those with ``numbers``: who left too.

    ``licences`` are the slugs of those that it matters to be in; ``week`` asks what was delivered
    in the last one.
    """
    kinds = None if licences else (EventKind.PAUSE, EventKind.MUTE)
    group = await standing_store.read_group_states(
        conn, mid, now, after=after, upto=upto, limit=limit, numbers=numbers, kinds=kinds
    )
    if not group:
        return []
    delivered: Mapping[int, Mapping[int, datetime]] = {}
    if week:
        delivered = await _delivered(conn, mid, now, group[0][0].seq, group[-1][0].seq)
    found = []
    for row, state in group:
        found.append(
            Person(
                number=row.seq,
                member_id=row.id,
                membership=state.memberships[0],
                left_at=row.left_at,
                locale=row.locale or row.spoken or SOURCE,
                zone=row.zone or mid.zone,
                quiet=row.quiet,
                weekly=row.weekly,
                muted=state.is_muted(row.membership_id),
                stopped=state.pause is Pause.STOPPED,
                standings=_standings(state, licences) if licences else {},
                delivered=tuple(delivered.get(row.seq, {}).values()),
            )
        )
    return found


def _standings(state: MemberState, licences: Collection[str]) -> dict[str, bool]:
    snapshot = state.snapshot()
    return {
        holding.licence.slug: standing(snapshot, holding).is_in
        for holding in snapshot.holdings
        if holding.licence.slug in licences
    }


async def _delivered(
    conn: AsyncConnection, mid: Mid, now: datetime, lo: int, hi: int
) -> dict[int, dict[int, datetime]]:
    """Number -> message id -> when, of what counts for the week. A digest is one message."""
    found: dict[int, dict[int, datetime]] = defaultdict(dict)
    for notice_id in await store.recent(conn, mid.id, now - rules.WEEK):
        settled = await outcomes.read_settled(conn, notice_id, lo, hi)
        for number, (outcome, message_id, at) in settled.items():
            if Outcome(outcome).delivered and at > now - rules.WEEK:
                found[number][message_id] = at
    return found


async def next_people(deps: Deps, notice: Notice, after: int, limit: int) -> Turn:
    """What the next people of a notice get, looked at now. ``upto`` None: nobody is left."""
    now = deps.clock.now()
    whom = notice.content.audience
    week = not notice.content.passes
    async with deps.db.read() as conn:
        if whom.everyone:
            found = await read_people(
                conn,
                notice.mid,
                now,
                licences=(),
                after=after,
                upto=notice.upper,
                limit=limit,
                week=week,
            )
            last, gone = _last_number(notice, found, after, limit), set[int]()
            # Who had left before it was approved was never in it.
            outside = await audience_store.read_remembered(conn, notice.id, after, last or after)
            found = [one for one in found if one.number not in outside]
        else:
            numbers = await audience_store.read_audience(conn, notice.id, after, limit)
            found = await read_people(
                conn, notice.mid, now, licences=whom.licences, numbers=numbers, week=week
            )
            last = numbers[-1] if numbers else None
            gone = set(numbers) - {person.number for person in found}
        return await _turn(conn, notice, found, now, last, after=after, gone=gone)


def _last_number(notice: Notice, found: Sequence[Person], after: int, limit: int) -> int | None:
    """How far a read went: to its last person, or, when it was not full, to the very end."""
    if found:
        return found[-1].number if len(found) == limit else notice.upper
    return notice.upper if after < notice.upper else None


async def _turn(
    conn: AsyncConnection,
    notice: Notice,
    found: Sequence[Person],
    now: datetime,
    last: int | None,
    *,
    after: int,
    gone: set[int],
) -> Turn:
    if last is None:
        return Turn()
    done = await _done(conn, notice, after, last)
    placed = [
        (person, rules.place(notice.content, person, now))
        for person in found
        if person.number not in done
    ]
    send = tuple(
        replace(one, in_doubt=one.number <= notice.intent)
        for _, one in placed
        if isinstance(one, Recipient)
    )
    return Turn(
        send=send,
        settled=(
            *(one for _, one in placed if isinstance(one, Settled)),
            *left(notice, gone - done),
        ),
        held=tuple(
            replace(one, in_doubt=one.number <= notice.intent)
            for _, one in placed
            if isinstance(one, Held)
        ),
        upto=last,
    )


async def _done(conn: AsyncConnection, notice: Notice, lo: int, hi: int) -> set[int]:
    """Whose turn was over before a process died."""
    settled = await outcomes.read_settled(conn, notice.id, lo + 1, hi)
    return {*settled, *await deferred_store.reasons_between(conn, notice.id, lo + 1, hi)}


async def due_again(deps: Deps, notice: Notice, limit: int) -> Turn:
    """What those get who were put off and whose moment has come, but for digests."""
    now = deps.clock.now()
    async with deps.db.read() as conn:
        rows = await deferred_store.read_held(conn, notice.id, now, limit, but=Hold.DIGEST)
        if not rows:
            return Turn()
        by_number = {row.number: row for row in rows}
        found = await read_people(
            conn,
            notice.mid,
            now,
            licences=notice.content.audience.licences,
            numbers=sorted(by_number),
            week=not notice.content.passes,
        )
        gone = by_number.keys() - {person.number for person in found}
    send, settled, held = [], [], []
    for person in found:
        row, one = by_number[person.number], rules.place(notice.content, person, now)
        if isinstance(one, Recipient):
            send.append(replace(one, in_doubt=row.trying, tries=row.tries, held=True))
        elif isinstance(one, Settled):
            settled.append(one)
        else:
            held.append(replace(one, in_doubt=row.trying, tries=row.tries))
    settled += left(notice, gone)
    return Turn(tuple(send), tuple(settled), tuple(held), upto=notice.floor)


def left(notice: Notice, numbers: set[int]) -> list[Settled]:
    """Who is not here any more at all."""
    language = notice.content.language
    return [
        Settled(number=number, outcome=Outcome.LEFT, language=language)
        for number in sorted(numbers)
    ]
