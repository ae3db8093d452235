"""What staff see of notices in the chat, and what they can change there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.licences.values import Licence
from service.notices.values import Counted, Notice, NoticeKind, Report
from service.staff.values import Staff

CHAT_KINDS = (
    NoticeKind.GENERAL,
    NoticeKind.AUDIT,
    NoticeKind.COACHING,
    NoticeKind.VOTE,
    NoticeKind.BREACH,
)
LONGEST_TITLE = 80
LONGEST_BODY = 2000
EVERYONE = "all"
ANSWERS_ON = "on"


MORNING, EVENING = time(9), time(20)
NO_MOMENT = "0"
FURTHEST = timedelta(days=40)
"""A moment further away than any that is offered is not taken."""


class Field(StrEnum):
    """What can be changed of a draft with a button."""

    KIND = "k"  # value: a kind
    EVERYONE = "e"  # value: all
    IN = "i"  # value: the id of a licence whose members who are in are meant
    ANY = "y"  # value: the id of a licence whose members are meant, in or not
    ANSWERS = "a"  # value: on, or anything else for none
    SEND_AT = "s"  # value: a moment in seconds, or 0 for at once
    CLOSES = "u"  # value: a moment in seconds, or 0 for no end


class Said(StrEnum):
    """What has just happened to a notice."""

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
class Desk:
    """Where a person is staff, and the newest notices there. No posts: they are no staff."""

    posts: tuple[Staff, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One notice on the desk. ``counted`` when it was counted just now, by ``language`` looked at.

    ``seen`` is the digest of what it says.
    """

    staff: Staff
    report: Report
    now: datetime
    licences: tuple[Licence, ...]
    seen: str
    complete: bool
    counted: Counted | None = None
    said: Said = Said.NOTHING

    @property
    def mornings(self) -> tuple[datetime, ...]:
        """When it can be sent: on some of the next mornings, where the MID is."""
        return _at(MORNING, self.now, (1, 2, 3, 7), self.notice.mid.zone)

    @property
    def evenings(self) -> tuple[datetime, ...]:
        """When its answers can close: on evenings after it is sent, where the MID is."""
        start = max(self.now, self.notice.content.send_at or self.now)
        return _at(EVENING, start, (3, 7, 14, 28), self.notice.mid.zone)

    @property
    def notice(self) -> Notice:
        """The notice itself."""
        return self.report.notice

    @property
    def second(self) -> bool:
        """Whether this person can be the second one to approve it."""
        return self.notice.approved_by not in {None, self.staff.name}


def _at(hour: time, start: datetime, days: Iterable[int], zone: str) -> tuple[datetime, ...]:
    where = ZoneInfo(zone)
    day = start.astimezone(where).date()
    return tuple(
        datetime.combine(day + timedelta(days=one), hour, tzinfo=where).astimezone(UTC)
        for one in days
    )
