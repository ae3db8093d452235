"""Use cases of the knob and of looking at where one stands."""

from service.deps import Deps
from service.errors import NotFoundError
from service.journal.values import ALL, Cause, Kind, NewEvent
from service.knob import store as knob_store
from service.knob.values import KnobView, PastView
from service.people.values import Membership
from service.price.values import HIGHEST, LOWEST, NEVER, POSITIONS, Position
from service.standing import rules
from service.standing import store as standing_store
from service.standing.member_transaction import turn
from service.standing.values import Picture

PAST_SHOWN = 10


async def look_at_knob(deps: Deps, member_id: str, scope: str = ALL) -> KnobView:
    """The knob in one scope, with what one step either way would change.

    Raises:
        NotFoundError: the scope is a membership that is not this person's.
    """
    async with deps.db.read() as conn:
        return _view(await standing_store.read_picture(conn, member_id, deps.clock.now()), scope)


async def set_knob(
    deps: Deps, member_id: str, scope: str, position: Position | None, cause: Cause
) -> KnobView:
    """Set the knob in one scope; None lets a membership follow the general one again.

    Always applies. Setting what is set already writes nothing.

    Raises:
        NotFoundError: the scope is a membership that is not this person's, or there is no such
            position.
    """
    if (position is None and scope == ALL) or position not in {None, NEVER, *POSITIONS}:
        raise NotFoundError(f"the knob has no position {position} in {scope}")
    value = "follow" if position is None else str(position)
    undo = None
    async with turn(deps, member_id, cause) as now:
        knob, membership = now.picture.knob, _membership(now.picture, scope)
        latest = now.sources.setting(Kind.KNOB, scope)
        stored = latest.value if latest else "0" if scope == ALL else "follow"
        # Where never silences an own position, the membership follows never: undo goes back there.
        before = "follow" if scope in knob.silenced else stored
        changed = value != stored or (
            position is not None and knob.turned(scope, position) != knob
        )
        done = await now.record(_event(membership, scope, value, before)) if changed else None
        if done is None and latest and latest.value == value and await now.again():
            done, before = latest, latest.before or before
        if done is not None and value != before:
            undo = done.event_id
    return _view(now.picture, scope, changed=done is not None, undo=undo)


async def undo_knob(deps: Deps, member_id: str, event_id: str, cause: Cause) -> KnobView:
    """Go back to what the knob was before one event, while that event is still the latest.

    An undo is not undone: that would only go round in circles. And it does not bring a membership
    out of a never that was said after its own position.
    """
    async with turn(deps, member_id, cause) as now:
        found = (e for e in now.sources.latest if e.kind is Kind.KNOB and e.event_id == event_id)
        last = next(found, None)
        knobs = (e for e in now.sources.latest if e.kind is Kind.KNOB)
        back = next((e for e in knobs if e.undoes == event_id), None)
        if back is not None and await now.again():
            return _view(now.picture, back.scope, undone=True)
        if last is None or last.before is None or last.undoes is not None:
            return _view(now.picture, ALL)
        if last.scope in now.picture.knob.silenced:
            return _view(now.picture, last.scope)
        membership = _membership(now.picture, last.scope)
        await now.record(_event(membership, last.scope, last.before, last.value, event_id))
    return _view(now.picture, last.scope, undone=True)


async def look_back(deps: Deps, member_id: str, scope: str = ALL) -> PastView:
    """The last settings of the knob in one scope, newest first."""
    async with deps.db.read() as conn:
        picture = await standing_store.read_picture(conn, member_id, deps.clock.now())
        past = await knob_store.read_past(conn, member_id, scope, PAST_SHOWN)
    return PastView(scope=scope, settings=tuple(past), zone=picture.zone)


def _event(
    membership: Membership | None, scope: str, value: str, before: str, undoes: str | None = None
) -> NewEvent:
    return NewEvent(
        kind=Kind.KNOB,
        scope=scope,
        value=value,
        before=before,
        membership_id=membership.id if membership else None,
        mid_id=membership.mid.id if membership else None,
        undoes=undoes,
    )


def _membership(picture: Picture, scope: str) -> Membership | None:
    """What the scope names; None for everything.

    Raises:
        NotFoundError: it names a membership that is not this person's.
    """
    if scope == ALL:
        return None
    found = next((one for one in picture.memberships if one.id == scope), None)
    if found is None:
        raise NotFoundError(f"membership {scope} is not of {picture.member.id}")
    return found


def _view(
    picture: Picture,
    scope: str,
    *,
    changed: bool = False,
    undo: str | None = None,
    undone: bool = False,
) -> KnobView:
    membership = _membership(picture, scope)
    position = picture.knob.general if membership is None else picture.knob.at(scope)
    at = 0 if position == NEVER else position
    stands = position != NEVER
    present = rules.standings(picture)
    return KnobView(
        picture=picture,
        scope=scope,
        membership=membership,
        position=position,
        follows=scope != ALL and scope not in picture.knob.own,
        now=rules.change(picture, scope, position, present),
        down=rules.change(picture, scope, at - 1, present) if stands and at > LOWEST else None,
        up=rules.change(picture, scope, at + 1, present) if stands and at < HIGHEST else None,
        again=None if stands else rules.change(picture, scope, 0, present),
        standings=present,
        changed=changed,
        undo=undo,
        undone=undone,
    )
