"""Staff of a MID, and the link that makes a person staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.mids.values import Mid

LINK_VALID_FOR = timedelta(days=7)
LINK_PREFIX = "staff_"
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A staff role in a MID. ``member_id`` is None until the link has been opened."""

    id: str
    mid: Mid
    name: str
    member_id: str | None
    added_at: datetime

    @property
    def expires_at(self) -> datetime:
        """When the link stops working."""
        return self.added_at + LINK_VALID_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """New staff with the link's token, of which only the hash is stored."""

    staff: Staff
    token: str


class LinkState(StrEnum):
    """What a staff link is for the person who opened it."""

    WELCOME = "welcome"
    ALREADY = "already"
    USED = "used"
    EXPIRED = "expired"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """The result of opening a staff link. ``mid`` is None for an unknown token."""

    state: LinkState
    mid: Mid | None = None
    name: str = ""
