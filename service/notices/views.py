"""Views of notices for those who are sent them."""

from dataclasses import dataclass
from datetime import datetime

from service.mids.values import Mid
from service.notices.values import Content
from service.people.values import Membership
from service.standing.values import MemberSnapshot
from service.values import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice as one member sees it. ``answer`` is what they chose and when.

    ``licence_titles`` go with ``licence_ids``, one for one. ``by_ref`` says that the MID chose
    this member by its own reference.
    """

    notice_id: str
    mid: Mid
    content: Content
    rev: int
    membership_id: str
    licence_ids: tuple[str, ...] = ()
    licence_titles: tuple[Texts, ...] = ()
    by_ref: bool = False
    sent_at: datetime | None = None
    answer: str | None = None
    answered_at: datetime | None = None
    muted: bool = False
    closed: bool = False
    corrected: bool = False
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesView:
    """What a member was ever sent, newest first: one page of it.

    ``older`` and ``newer`` are ids of notices: from there the next page goes on, and the one
    before; empty where there is none. ``upto`` is the moment up to which this looked where it
    ended before the page was full.
    """

    notices: tuple[NoticeView, ...]
    older: str = ""
    newer: str = ""
    upto: datetime | None = None
    search: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingView:
    """Whether a member hears a MID. ``stopped``: they stopped everything, so only of breaches."""

    membership: Membership
    muted: bool
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionView:
    """How much of a member's attention notices may take; ``muted`` holds memberships' ids."""

    snapshot: MemberSnapshot
    muted: frozenset[str] = frozenset()

    @property
    def weekly(self) -> frozenset[int]:
        """How many notices in seven days may come from one MID, over all MIDs."""
        chosen = self.snapshot.member.weekly
        return frozenset(
            max(1, chosen or membership.mid.notices_per_week)
            for membership in self.snapshot.memberships
        )

    @property
    def quiet(self) -> frozenset[str]:
        """The hours in which only urgent ones come, over all MIDs."""
        chosen = self.snapshot.member.quiet
        return frozenset(
            chosen or membership.mid.quiet_hours for membership in self.snapshot.memberships
        )
