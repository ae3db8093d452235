"""What decides who is in, and what follows from it for each licence."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from service.licences.values import Licence, Refusal
from service.people.values import Member, Membership
from service.price.values import NEVER, Ask, Position


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
