"""Use cases of the knob."""

from service.deps import Deps
from service.errors import NotFoundError
from service.journal.values import ALL, Cause, EventKind, NewEvent
from service.knob import store as knob_store
from service.knob.values import KnobHistoryView, KnobView
from service.people.values import Membership, require_membership
from service.price.values import HIGHEST, LOWEST, NEVER, POSITIONS, Position
from service.standing import rules
from service.standing import store as standing_store
from service.standing.member_transaction import member_transaction
from service.standing.values import KnobChange, MemberSnapshot

HISTORY_SHOWN = 10


async def look_at_knob(deps: Deps, member_id: str, scope: str = ALL) -> KnobView:
    """The knob in one scope (``all`` or a membership id).

    Raises:
        NotFoundError: the scope is a membership that is not this person's.
    """
    async with deps.db.read() as conn:
        return _view(await standing_store.read_snapshot(conn, member_id, deps.clock.now()), scope)


async def set_knob(
    deps: Deps, member_id: str, scope: str, position: Position | None, cause: Cause
) -> KnobView:
    """Set the knob in one scope; None lets a membership follow the general position again.

    It takes effect at once, from any button however old. Setting the present value writes nothing.

    Raises:
        NotFoundError: the scope is a membership that is not this person's, or there is no such
            position.
    """
    if (position is None and scope == ALL) or position not in {None, NEVER, *POSITIONS}:
        raise NotFoundError(f"the knob has no position {position} in {scope}")
    value = "follow" if position is None else str(position)
    undo = None
    async with member_transaction(deps, member_id, cause) as transaction:
        knob, membership = transaction.snapshot.knob, _membership(transaction.snapshot, scope)
        latest = transaction.state.latest_of(EventKind.KNOB, scope)
        stored = latest.value if latest else "0" if scope == ALL else "follow"
        # A membership whose own position is silenced follows "never", and an undo restores that.
        before = "follow" if scope in knob.silenced else stored
        changes = value != stored or (
            position is not None and knob.turned(scope, position) != knob
        )
        event = None
        if changes:
            event = await transaction.record(_event(membership, scope, value, before))
        if event is None and latest and latest.value == value and await transaction.is_repeat():
            event, before = latest, latest.before or before
        if event is not None and value != before:
            undo = event.event_id
    return _view(transaction.snapshot, scope, changed=event is not None, undo=undo)


async def undo_knob(deps: Deps, member_id: str, event_id: str, cause: Cause) -> KnobView:
    """Restore the setting before one event, while that event is still the latest of its scope.

    An undo cannot be undone. Nor does an undo of a membership's own position end a general
    "never" that was set after it.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        settings = [event for event in transaction.state.latest if event.kind is EventKind.KNOB]
        last = next((event for event in settings if event.event_id == event_id), None)
        undoing = next((event for event in settings if event.undoes == event_id), None)
        if undoing is not None and await transaction.is_repeat():
            return _view(transaction.snapshot, undoing.scope, undone=True)
        if last is None or last.before is None or last.undoes is not None:
            return _view(transaction.snapshot, ALL)
        if last.scope in transaction.snapshot.knob.silenced:
            return _view(transaction.snapshot, last.scope)
        membership = _membership(transaction.snapshot, last.scope)
        await transaction.record(_event(membership, last.scope, last.before, last.value, event_id))
    return _view(transaction.snapshot, last.scope, undone=True)


async def look_at_history(deps: Deps, member_id: str, scope: str = ALL) -> KnobHistoryView:
    """The latest settings of the knob in one scope, newest first."""
    async with deps.db.read() as conn:
        snapshot = await standing_store.read_snapshot(conn, member_id, deps.clock.now())
        settings = await knob_store.read_history(conn, member_id, scope, HISTORY_SHOWN)
    return KnobHistoryView(scope=scope, settings=tuple(settings), zone=snapshot.zone)


def _event(
    membership: Membership | None, scope: str, value: str, before: str, undoes: str | None = None
) -> NewEvent:
    return NewEvent(
        kind=EventKind.KNOB,
        scope=scope,
        value=value,
        before=before,
        membership_id=membership.id if membership else None,
        mid_id=membership.mid.id if membership else None,
        undoes=undoes,
    )


def _membership(snapshot: MemberSnapshot, scope: str) -> Membership | None:
    """The membership that a scope names; None for ``all``.

    Raises:
        NotFoundError: the membership is not this person's.
    """
    if scope == ALL:
        return None
    return require_membership(snapshot.memberships, scope, snapshot.member.id)


def _view(
    snapshot: MemberSnapshot,
    scope: str,
    *,
    changed: bool = False,
    undo: str | None = None,
    undone: bool = False,
) -> KnobView:
    membership = _membership(snapshot, scope)
    position = snapshot.knob.general if membership is None else snapshot.knob.at(scope)
    at = 0 if position == NEVER else position
    is_never = position == NEVER
    standings = rules.standings(snapshot)

    def preview(to: Position) -> KnobChange:
        return rules.preview_change(snapshot, scope, to, standings)

    return KnobView(
        snapshot=snapshot,
        scope=scope,
        membership=membership,
        position=position,
        follows=scope != ALL and scope not in snapshot.knob.own,
        current=preview(position),
        down=None if is_never or at <= LOWEST else preview(at - 1),
        up=None if is_never or at >= HIGHEST else preview(at + 1),
        at_zero=preview(0) if is_never else None,
        standings=standings,
        changed=changed,
        undo=undo,
        undone=undone,
    )
