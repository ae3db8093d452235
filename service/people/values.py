"""Who there is: MIDs, members, memberships, invites. Views handed to screens are these values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

Texts = Mapping[str, str]
"""A MID's own text, by language."""


class Value(BaseModel):
    """A frozen value that is also stored as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(Value):
    """An organisation as a licence names it. ``kind`` is its class: company, insurer, mid, ..."""

    id: str
    name: str
    kind: str
    country: str


class Contact(Value):
    """How a person at the MID is reached, and how soon they answer."""

    email: str
    reply_within_hours: int
    staff_hours: str


class Complaint(Value):
    """Someone to complain to: an auditor, an authority."""

    role: str
    name: str
    contact: str


class Funding(Value):
    """One source of a MID's money; ``percent`` of 100."""

    kind: str
    percent: Decimal
    volume_proportional: bool


class Standards(Value):
    """The rules a MID sets itself, with version and date."""

    version: str
    on: date
    text: dict[str, str] = {}
    url: str | None = None


class Mid(Value):
    """A mediator of individual data, as it describes itself.

    ``model_level`` is the most that may leave for a model about its members, 0 (nothing) to 3.
    """

    id: str
    name: dict[str, str]
    about: dict[str, str]
    legal_form: str
    jurisdiction: str
    languages: tuple[str, ...]
    contact: Contact
    complaints: tuple[Complaint, ...]
    zone: str
    privacy_policy: str
    funding: tuple[Funding, ...]
    affiliates: tuple[Party, ...]
    member_share: Decimal
    quiet_hours: str
    notices_per_week: int
    small_group: int
    invite_days: int
    second_person_above: int | None = None
    hold_minutes: int = 0
    model_level: int | None = None
    standards: Standards | None = None
    labels: dict[str, dict[str, str]] = {}

    @property
    def earns_by_volume_only(self) -> bool:
        """Whether all its money grows with the amount of data that flows (blueprint, P1b)."""
        return all(source.volume_proportional for source in self.funding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person.

    ``locale``, ``zone``, ``quiet`` (hours such as "21:00-08:00") and ``weekly`` (notices of one
    MID in seven days) are None until chosen; ``spoken`` is the language of their app.
    """

    id: str
    locale: str | None
    zone: str | None
    created_at: datetime
    spoken: str | None = None
    quiet: str | None = None
    weekly: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A member in one MID, under the MID's own reference."""

    id: str
    mid: Mid
    ref: str
    tier: str
    eligible: frozenset[str]


class InviteState(StrEnum):
    """What an invite is, for the person looking at it."""

    OPEN = "open"
    JOINED = "joined"
    EXPIRED = "expired"
    USED = "used"
    WRONG = "wrong"
    ALREADY_IN = "already_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteView:
    """An invite as one person sees it. ``mid`` is None when the token leads nowhere."""

    state: InviteState
    mid: Mid | None
    expires_at: datetime | None
    invite_id: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvite:
    """A fresh invite. The token is told once and only its hash is kept."""

    mid_id: str
    ref: str
    token: str
    expires_at: datetime
