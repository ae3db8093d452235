"""What decides whether a member is in a licence, and the resulting standing."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from service.licences.values import Licence, Refusal
from service.people.values import Member, Membership
from service.price.values import NEVER, Ask, Position


@dataclass(frozen=True, slots=True)
class LicenceAnswer:
    """A member's latest answer to a licence, the version it was given to, and when."""

    value: Literal["yes", "no", "later"]
    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """The general position, and own positions of single memberships.

    A general "never" silences the own positions that were set before it; they return when it
    ends. An own position that is set after it is in effect.
    """

    general: Position = 0
    own: dict[str, Position] = field(default_factory=dict)
    silenced: dict[str, Position] = field(default_factory=dict)

    def at(self, membership_id: str) -> Position:
        """The position in effect for a membership."""
        return self.own.get(membership_id, self.general)

    def turned(self, scope: str, position: Position) -> "Knob":
        """This knob with one scope (``all`` or a membership) set to a position."""
        if scope != "all":
            silenced = {key: value for key, value in self.silenced.items() if key != scope}
            own = {**self.own, scope: position}
            return Knob(general=self.general, own=own, silenced=silenced)
        if position == NEVER:
            return Knob(general=NEVER, silenced={**self.silenced, **self.own})
        return Knob(general=position, own={**self.silenced, **self.own})


class Pause(StrEnum):
    """Whether a member is out of everything. STOPPED also mutes all notices except breaches."""

    OFF = "off"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A licence that is offered to a membership or has been answered, with the latest answer."""

    membership: Membership
    licence: Licence
    answer: LicenceAnswer | None

    @property
    def eligible(self) -> bool:
        """Whether the MID lists this member for the licence."""
        return self.licence.slug in self.membership.eligible


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSnapshot:
    """Everything that decides a member's standings, from one transaction."""

    member: Member
    memberships: tuple[Membership, ...]
    holdings: tuple[Holding, ...]
    refusals: tuple[Refusal, ...]
    pause: Pause
    knob: Knob
    now: datetime

    @property
    def zone(self) -> str:
        """The member's time zone: their own, else their first MID's, else UTC."""
        return self.member.zone or next(
            (membership.mid.zone for membership in self.memberships), "UTC"
        )


class StandingReason(StrEnum):
    """IN, or the first reason for being out, in the order in which the rules check them."""

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
    """Whether a member is in a licence, and why.

    ``counts``: whether the licence is one of the M in "N of M". ``best``: the highest position at
    which the price keeps them in, see ``price.formula.best_position``.
    """

    holding: Holding
    why: StandingReason
    counts: bool
    position: Position
    ask: Ask | None
    best: int | None
    refused_by: tuple[Refusal, ...]

    @property
    def is_in(self) -> bool:
        """Whether the member is in."""
        return self.why is StandingReason.IN


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceCount:
    """N of M: in ``n`` of the ``m`` licences that count."""

    n: int
    m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobChange:
    """What a knob setting would do: the new count, and the licences left and entered by it.

    ``later_in`` and ``later_out`` are offers that were agreed to and have not started, which
    would, or would no longer, be in on their first day.
    """

    position: Position
    count: LicenceCount
    leaves: tuple[Standing, ...]
    enters: tuple[Standing, ...]
    later_in: tuple[Standing, ...]
    later_out: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioView:
    """Every licence of a member with its standing."""

    snapshot: MemberSnapshot
    standings: tuple[Standing, ...]

    def count(self, membership_id: str | None = None) -> LicenceCount:
        """N of M over all memberships, or in one."""
        counted = [
            standing
            for standing in self.standings
            if standing.counts and membership_id in {None, standing.holding.membership.id}
        ]
        return LicenceCount(n=sum(standing.is_in for standing in counted), m=len(counted))
