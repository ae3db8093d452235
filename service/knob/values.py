"""Views of the knob."""

from dataclasses import dataclass
from datetime import datetime

from service.people.values import Membership
from service.price.values import Position
from service.standing.values import Change, Picture, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobView:
    """The knob with one step down and one step up, in one scope; at NEVER with the way back to 0.

    ``undo`` is the event that an undo would take back; None when there is nothing to undo.
    """

    picture: Picture
    scope: str
    membership: Membership | None
    position: Position
    follows: bool
    now: Change
    down: Change | None
    up: Change | None
    again: Change | None
    standings: tuple[Standing, ...]
    changed: bool = False
    undo: str | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One earlier setting of the knob."""

    at: datetime
    position: Position | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastView:
    """The last settings of one scope, newest first, and the zone to tell their times in."""

    scope: str
    settings: tuple[Past, ...]
    zone: str
