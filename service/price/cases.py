"""Use cases of the knob and of looking at where one stands."""

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.errors import NotFoundError
from service.journal import store as journal
from service.journal.values import ALL, Cause, Kind, Latest, NewEvent
from service.people import store as people
from service.price import rules, store
from service.price.values import (
    HIGHEST,
    LOWEST,
    NEVER,
    POSITIONS,
    KnobView,
    PastView,
    Picture,
    PortfolioView,
    Position,
)

PAST_SHOWN = 10


async def portfolio(deps: Deps, member_id: str) -> PortfolioView:
    """Every licence of a member with its standing, across all their MIDs."""
    async with deps.db.read() as conn:
        picture = await store.read_picture(conn, member_id, deps.clock.now())
    return PortfolioView(picture=picture, standings=rules.standings(picture))


async def look_at_knob(deps: Deps, member_id: str, scope: str = ALL) -> KnobView:
    """The knob in one scope, with what one step either way would change.

    Raises:
        NotFoundError: the scope is a membership that is not this person's.
    """
    async with deps.db.read() as conn:
        return _view(await store.read_picture(conn, member_id, deps.clock.now()), scope)


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
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        now = deps.clock.now()
        latest = await _latest(conn, member_id, scope)
        picture = await store.read_picture(conn, member_id, now)
        view = _view(picture, scope)
        stored = latest.value if latest else "0" if scope == ALL else "follow"
        # Where never silences an own position, the membership follows never: undo goes back there.
        before = "follow" if scope in picture.knob.silenced else stored
        changed = value != stored or (
            position is not None and picture.knob.turned(scope, position) != picture.knob
        )
        changed = changed and not await journal.caused_already(conn, cause)
        if changed:
            event = _event(view, scope, value, before)
            (event_id,) = await journal.append(conn, member_id, [event], cause, now)
            undo = event_id if value != before else None
            picture = await store.read_picture(conn, member_id, now)
    return _view(picture, scope, changed=changed, undo=undo)


async def undo_knob(deps: Deps, member_id: str, event_id: str, cause: Cause) -> KnobView:
    """Go back to what the knob was before one event, while that event is still the latest.

    An undo is not undone: that would only go round in circles. And it does not bring a membership
    out of a never that was said after its own position.
    """
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        now = deps.clock.now()
        events = await journal.read_latest(conn, member_id)
        last = next((e for e in events if e.kind is Kind.KNOB and e.event_id == event_id), None)
        picture = await store.read_picture(conn, member_id, now)
        if last is None or last.before is None or last.undoes is not None:
            return _view(picture, ALL)
        if last.scope in picture.knob.silenced:
            return _view(picture, last.scope)
        event = _event(_view(picture, last.scope), last.scope, last.before, last.value, event_id)
        await journal.append(conn, member_id, [event], cause, now)
        picture = await store.read_picture(conn, member_id, now)
    return _view(picture, last.scope, undone=True)


async def look_back(deps: Deps, member_id: str, scope: str = ALL) -> PastView:
    """The last settings of the knob in one scope, newest first."""
    async with deps.db.read() as conn:
        picture = await store.read_picture(conn, member_id, deps.clock.now())
        past = await store.read_past(conn, member_id, scope, PAST_SHOWN)
    return PastView(scope=scope, settings=tuple(past), zone=picture.zone)


async def _latest(conn: AsyncConnection, member_id: str, scope: str) -> Latest | None:
    events = await journal.read_latest(conn, member_id)
    return next((e for e in events if e.kind is Kind.KNOB and e.scope == scope), None)


def _event(
    view: KnobView, scope: str, value: str, before: str, undoes: str | None = None
) -> NewEvent:
    membership = view.membership
    return NewEvent(
        kind=Kind.KNOB,
        scope=scope,
        value=value,
        before=before,
        membership_id=membership.id if membership else None,
        mid_id=membership.mid.id if membership else None,
        undoes=undoes,
    )


def _view(
    picture: Picture,
    scope: str,
    *,
    changed: bool = False,
    undo: str | None = None,
    undone: bool = False,
) -> KnobView:
    membership = None
    if scope != ALL:
        membership = next((one for one in picture.memberships if one.id == scope), None)
        if membership is None:
            raise NotFoundError(f"membership {scope} is not of {picture.member.id}")
    position = picture.knob.general if membership is None else picture.knob.at(scope)
    at = 0 if position == NEVER else position
    stands = position != NEVER
    return KnobView(
        picture=picture,
        scope=scope,
        membership=membership,
        position=position,
        follows=scope != ALL and scope not in picture.knob.own,
        now=rules.change(picture, scope, position),
        down=rules.change(picture, scope, at - 1) if stands and at > LOWEST else None,
        up=rules.change(picture, scope, at + 1) if stands and at < HIGHEST else None,
        again=None if stands else rules.change(picture, scope, 0),
        standings=rules.standings(picture),
        changed=changed,
        undo=undo,
        undone=undone,
    )
