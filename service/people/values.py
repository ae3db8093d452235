"""Members, memberships and invites, and the views of them that screens show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.errors import NotFoundError
from service.mids.values import Mid


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person.

    ``locale``, ``zone`` (an IANA name), ``quiet`` (hours such as "21:00-08:00") and ``weekly``
    (notices of one MID in seven days) are None until chosen; ``spoken`` is the language of their
    app.
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
    """A member in one MID.

    ``ref`` is the MID's own reference for the person, ``tier`` their price tier there, and
    ``eligible`` the slugs of the licences that the MID offers them.
    """

    id: str
    mid: Mid
    ref: str
    tier: str
    eligible: frozenset[str]


def require_membership(
    memberships: Iterable[Membership], membership_id: str, member_id: str
) -> Membership:
    """The membership with this id, among those of a member.

    Raises:
        NotFoundError: it is not among them.
    """
    for membership in memberships:
        if membership.id == membership_id:
            return membership
    raise NotFoundError(f"membership {membership_id} is not of {member_id}")


class RosterState(StrEnum):
    """How far a person on a MID's roster has come."""

    JOINED = "joined"
    LEFT = "left"
    INVITED = "invited"
    NOT_INVITED = "not invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """A person as their MID knows them: its reference, their language, how far they have come."""

    ref: str
    language: str
    state: RosterState


class InviteState(StrEnum):
    """What an invite is for the person who opened it."""

    OPEN = "open"
    JOINED = "joined"
    EXPIRED = "expired"
    USED = "used"
    WRONG = "wrong"
    ALREADY_IN = "already_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteView:
    """An invite as one person sees it. ``mid`` is None for an unknown token."""

    state: InviteState
    mid: Mid | None
    expires_at: datetime | None
    invite_id: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvite:
    """A new invite with its token, of which only the hash is stored."""

    mid_id: str
    ref: str
    token: str
    expires_at: datetime
