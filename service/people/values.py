"""Who there is: MIDs, members, memberships, invites. Views handed to screens are these values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.mids.values import Mid


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
