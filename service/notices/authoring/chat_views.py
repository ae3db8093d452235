"""Views of notices for staff in the chat, and the limits of what they can write there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.licences.values import Licence
from service.notices.values import AudienceCount, Notice, NoticeKind, NoticeReport
from service.staff.values import Staff

CHAT_KINDS = (
    NoticeKind.GENERAL,
    NoticeKind.AUDIT,
    NoticeKind.COACHING,
    NoticeKind.VOTE,
    NoticeKind.BREACH,
)
MAX_TITLE = 80
MAX_BODY = 2000
MORNING, EVENING = time(9), time(20)
FURTHEST = timedelta(days=40)
"""Further ahead than any time that is offered; a later one is refused."""


class DraftEvent(StrEnum):
    """What the last action did to a notice, or why it did nothing."""

    NOTHING = "nothing"
    SAVED = "saved"
    NO_BODY = "no_body"
    TOO_LONG = "too_long"
    STRANGE = "strange"
    COUNT_CHANGED = "count_changed"
    TEXT_CHANGED = "text_changed"
    SAME_PERSON = "same_person"
    NOBODY = "nobody"
    NOT_A_DRAFT = "not_a_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOverview:
    """A person's roles as staff, empty if they are none, and the newest notices of these MIDs."""

    roles: tuple[Staff, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNoticeView:
    """A notice as a person of staff sees it: a draft, or one that was approved.

    ``licences`` are those of the MID that it may be about. ``seen`` is the digest of its content,
    ``complete`` whether it can be approved, ``counted`` its audience if that was just counted.
    """

    staff: Staff
    report: NoticeReport
    now: datetime
    licences: tuple[Licence, ...]
    seen: str
    complete: bool
    counted: AudienceCount | None = None
    event: DraftEvent = DraftEvent.NOTHING

    @property
    def mornings(self) -> tuple[datetime, ...]:
        """Times offered for sending: some of the next mornings, in the MID's zone."""
        return _times(MORNING, self.now, (1, 2, 3, 7), self.notice.mid.zone)

    @property
    def evenings(self) -> tuple[datetime, ...]:
        """Times offered for closing the answers: evenings after sending, in the MID's zone."""
        start = max(self.now, self.notice.content.send_at or self.now)
        return _times(EVENING, start, (3, 7, 14, 28), self.notice.mid.zone)

    @property
    def notice(self) -> Notice:
        """The notice, as in its report."""
        return self.report.notice

    @property
    def may_approve_second(self) -> bool:
        """Whether this person may be the second approver: another one approved it first."""
        return self.notice.approved_by not in {None, self.staff.name}


def _times(hour: time, start: datetime, days: Iterable[int], zone: str) -> tuple[datetime, ...]:
    tzinfo = ZoneInfo(zone)
    today = start.astimezone(tzinfo).date()
    return tuple(
        datetime.combine(today + timedelta(days=n), hour, tzinfo=tzinfo).astimezone(UTC)
        for n in days
    )
