"""Who may announce for a MID, and what the link that makes one staff led to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.mids.values import Mid

LINK_GOOD_FOR = timedelta(days=7)
LINK_PREFIX = "staff_"
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One of a MID's staff. ``member_id`` is None until the link was opened."""

    id: str
    mid: Mid
    name: str
    member_id: str | None
    added_at: datetime

    @property
    def expires_at(self) -> datetime:
        """Until when the link can be opened."""
        return self.added_at + LINK_GOOD_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """Fresh staff. The token is told once and only its hash is kept."""

    staff: Staff
    token: str


class LinkState(StrEnum):
    """What a staff link is, for the person who opened it."""

    WELCOME = "welcome"
    ALREADY = "already"
    USED = "used"
    EXPIRED = "expired"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """What opening a staff link did. ``mid`` is None when it leads nowhere."""

    state: LinkState
    mid: Mid | None = None
    name: str = ""
