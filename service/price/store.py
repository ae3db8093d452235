"""Reading the whole picture of a member from one snapshot. This topic has no tables of its own."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFoundError
from service.journal import store as journal
from service.journal.values import ALL, Kind, Latest
from service.licences import store as licences
from service.licences.values import Refusal, Status
from service.people import store as people
from service.price.values import (
    NEVER,
    Answer,
    Holding,
    Knob,
    Past,
    Pause,
    Picture,
    Position,
)


def position_of(value: str) -> Position | None:
    """A stored knob value as a position; None for ``follow``, the absence of an own setting.

    Raises:
        NotFoundError: it is none, as a forged button may carry.
    """
    if value in {"follow", NEVER}:
        return None if value == "follow" else NEVER
    try:
        return int(value)
    except ValueError:
        raise NotFoundError(f"{value!r} is no position of the knob") from None


async def read_picture(conn: AsyncConnection, member_id: str, now: datetime) -> Picture:
    """Everything that decides who is in, for one member.

    Raises:
        NotFoundError: there is no such person.
    """
    member = await people.read_member(conn, member_id)
    if member is None:
        raise NotFoundError(f"no member {member_id}")
    memberships = await people.read_memberships(conn, member_id)
    state = {(one.kind, one.scope): one for one in await journal.read_latest(conn, member_id)}
    found = await licences.read_licences(conn, {one.mid.id for one in memberships})
    holdings = []
    for membership in memberships:
        for licence in found:
            if licence.mid_id != membership.mid.id or licence.status is Status.DRAFT:
                continue
            answer = _answer(state.get((Kind.CONSENT, f"{membership.id}/{licence.id}")))
            holding = Holding(membership=membership, licence=licence, answer=answer)
            if holding.eligible or answer is not None:
                holdings.append(holding)
    return Picture(
        member=member,
        memberships=tuple(memberships),
        holdings=tuple(holdings),
        refusals=tuple(
            sorted(
                Refusal.from_scope(scope)
                for (kind, scope), one in state.items()
                if kind is Kind.REFUSAL and one.value == "on"
            )
        ),
        pause=Pause(pause.value) if (pause := state.get((Kind.PAUSE, ALL))) else Pause.OFF,
        knob=_knob(state),
        now=now,
    )


def _answer(found: Latest | None) -> Answer | None:
    if found is None or found.version is None:
        return None
    assert found.value in {"yes", "no", "later"}
    return Answer(value=found.value, version=found.version, at=found.at)  # type: ignore[arg-type]


def _knob(state: dict[tuple[Kind, str], Latest]) -> Knob:
    """Replay the settings in force in the order in which they were made."""
    knob = Knob()
    settings = [one for (kind, _), one in state.items() if kind is Kind.KNOB]
    for one in sorted(settings, key=lambda one: one.seq):
        position = position_of(one.value)
        if position is not None:
            knob = knob.turned(one.scope, position)
    return knob


async def read_past(conn: AsyncConnection, member_id: str, scope: str, limit: int) -> list[Past]:
    """The last settings of the knob in one scope, newest first."""
    events = journal.events
    rows = await conn.execute(
        select(events.c.at, events.c.value)
        .where(
            events.c.member_id == member_id,
            events.c.kind == Kind.KNOB.value,
            events.c.scope == scope,
        )
        .order_by(events.c.seq.desc())
        .limit(limit)
    )
    return [Past(at=row.at, position=position_of(row.value)) for row in rows]
