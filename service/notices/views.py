"""Views of notices for members."""

from dataclasses import dataclass
from datetime import datetime

from service.mids.values import Mid
from service.notices.values import NoticeContent
from service.people.values import Membership
from service.standing.values import MemberSnapshot
from service.values import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice as one member sees it.

    ``licence_titles`` are in the order of ``licence_ids``. ``by_ref``: the MID named this member
    by its own reference. ``sent_at`` is None until the outcome is stored. ``answer`` is the id of
    the answer they chose. ``closed``: answers are not taken any more. ``corrected``: the text was
    changed after it was first sent. ``zone`` is the one they read times in.
    """

    notice_id: str
    mid: Mid
    content: NoticeContent
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
class InboxPage:
    """One page of the notices that a member was sent, newest first.

    ``older`` and ``newer`` are the cursors of the neighbouring pages, ids of notices; empty where
    there is no such page. ``upto`` is how far back the page looked where it ended early.
    """

    notices: tuple[NoticeView, ...]
    older: str = ""
    newer: str = ""
    upto: datetime | None = None
    search: str = ""
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteView:
    """Whether a member has muted a MID. ``stopped``: they get nothing at all except breaches."""

    membership: Membership
    muted: bool
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettingsView:
    """A member's settings of notices; ``muted`` holds ids of memberships."""

    snapshot: MemberSnapshot
    muted: frozenset[str] = frozenset()

    @property
    def weekly(self) -> frozenset[int]:
        """Weekly limits in effect; more than one where the defaults of their MIDs differ."""
        chosen = self.snapshot.member.weekly
        return frozenset(
            max(1, chosen or membership.mid.notices_per_week)
            for membership in self.snapshot.memberships
        )

    @property
    def quiet(self) -> frozenset[str]:
        """Quiet hours in effect; more than one where the defaults of their MIDs differ."""
        chosen = self.snapshot.member.quiet
        return frozenset(
            chosen or membership.mid.quiet_hours for membership in self.snapshot.memberships
        )
