"""Views of the knob."""

from dataclasses import dataclass
from datetime import datetime

from service.people.values import Membership
from service.price.values import Position
from service.standing.values import KnobChange, MemberSnapshot, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobView:
    """The knob in one scope, with what one step down and one step up would change.

    ``at_zero`` is set instead at NEVER. ``follows``: whether a membership has no own position.
    ``changed`` and ``undone``: whether the use case changed or undid a setting. ``undo``: the
    event that an undo would take back; None if there is nothing to undo.
    """

    snapshot: MemberSnapshot
    scope: str
    membership: Membership | None
    position: Position
    follows: bool
    current: KnobChange
    down: KnobChange | None
    up: KnobChange | None
    at_zero: KnobChange | None
    standings: tuple[Standing, ...]
    changed: bool = False
    undo: str | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSetting:
    """An earlier setting of the knob. ``position`` is None for following the general one."""

    at: datetime
    position: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobHistoryView:
    """The latest settings of one scope, newest first, and the member's time zone."""

    scope: str
    settings: tuple[PastSetting, ...]
    zone: str
