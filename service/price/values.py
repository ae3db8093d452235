"""The knob, what it makes of each licence, and the views built from that."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from service.errors import NotFoundError
from service.licences.values import Licence, Refusal
from service.people.values import Member, Membership

LOWEST: Final = -5
HIGHEST: Final = 5
NEVER: Final = "never"
POSITIONS: Final = range(LOWEST, HIGHEST + 1)

Position = int | Literal["never"]
"""Where the knob stands: -5..5, or never."""


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


class Bound(StrEnum):
    """Which of the MID's limits made an ask what it is."""

    NONE = "none"
    BIAS = "bias"
    FLOOR = "floor"
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class Ask:
    """What the formula gives for one member: an amount, the bias asked and applied, the limit."""

    amount: Decimal
    wanted: Decimal
    applied: Decimal
    bound: Bound


@dataclass(frozen=True, slots=True)
class Answer:
    """What a member last said to a licence, to which version, and when."""

    value: Literal["yes", "no", "later"]
    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One position for everything, and own positions of single memberships.

    A general never silences the own positions that were set before it; they come back when it
    ends. An own position that is set afterwards acts.
    """

    general: Position = 0
    own: dict[str, Position] = field(default_factory=dict)
    silenced: dict[str, Position] = field(default_factory=dict)

    def at(self, membership_id: str) -> Position:
        """The position that acts for a membership."""
        return self.own.get(membership_id, self.general)

    def turned(self, scope: str, position: Position) -> "Knob":
        """This knob with one scope (``all`` or a membership) set to a position."""
        if scope != "all":
            rest = {key: at for key, at in self.silenced.items() if key != scope}
            return Knob(general=self.general, own={**self.own, scope: position}, silenced=rest)
        if position == NEVER:
            return Knob(general=NEVER, silenced={**self.silenced, **self.own})
        return Knob(general=position, own={**self.silenced, **self.own})


class Pause(StrEnum):
    """Whether a member has stepped out of everything. STOPPED also silences all but breaches."""

    OFF = "off"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One licence as it concerns one membership."""

    membership: Membership
    licence: Licence
    answer: Answer | None

    @property
    def eligible(self) -> bool:
        """Whether the MID lists this member for the licence."""
        return self.licence.slug in self.membership.eligible


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything that decides who is in, for one member, from one snapshot of the store."""

    member: Member
    memberships: tuple[Membership, ...]
    holdings: tuple[Holding, ...]
    refusals: tuple[Refusal, ...]
    pause: Pause
    knob: Knob
    now: datetime

    @property
    def zone(self) -> str:
        """The zone the member lives in: their own, else their first MID's, else UTC."""
        return self.member.zone or next((one.mid.zone for one in self.memberships), "UTC")


class Why(StrEnum):
    """In, or the first reason for being out, in the order in which they are looked at."""

    IN = "in"
    ENDED = "ended"
    SUSPENDED = "suspended"
    NOT_ELIGIBLE = "not_eligible"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    SAID_NO = "said_no"
    LATER = "later"
    CHANGED = "changed"
    PAUSED = "paused"
    NEVER = "never"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a member stands in one licence and why.

    ``counts`` says whether it is one of the M of "N of M". ``best`` is the highest position at
    which the price alone would keep them in, None if there is none; for an unpaid licence it is
    the top. ``from_`` is the day an offer begins.
    """

    holding: Holding
    why: Why
    counts: bool
    position: Position
    ask: Ask | None
    best: int | None
    refused_by: tuple[Refusal, ...]
    from_: date | None

    @property
    def is_in(self) -> bool:
        """Whether the member is in."""
        return self.why is Why.IN


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """N of M."""

    n: int
    m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a setting would do: the count, and who would leave and enter compared with today.

    ``later_in`` and ``later_out`` are offers already agreed to that would, or would no longer, be
    in on their first day.
    """

    position: Position
    count: Count
    leaves: tuple[Standing, ...]
    enters: tuple[Standing, ...]
    later_in: tuple[Standing, ...]
    later_out: tuple[Standing, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioView:
    """Every licence of a member with its standing."""

    picture: Picture
    standings: tuple[Standing, ...]

    def count(self, membership_id: str | None = None) -> Count:
        """N of M over everything, or in one membership."""
        chosen = [
            one
            for one in self.standings
            if one.counts and membership_id in {None, one.holding.membership.id}
        ]
        return Count(n=sum(one.is_in for one in chosen), m=len(chosen))
