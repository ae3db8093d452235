"""What staff see of notices in the chat, and what they can change there."""

from dataclasses import dataclass
from enum import StrEnum

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


class Field(StrEnum):
    """What can be changed of a draft with a button."""

    KIND = "k"  # value: a kind
    EVERYONE = "e"  # value: all
    IN = "i"  # value: the id of a licence whose members who are in are meant
    ANY = "y"  # value: the id of a licence whose members are meant, in or not
    ANSWERS = "a"  # value: on, or anything else for none


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
    licences: tuple[Licence, ...]
    seen: str
    complete: bool
    counted: Counted | None = None
    said: Said = Said.NOTHING

    @property
    def notice(self) -> Notice:
        """The notice itself."""
        return self.report.notice

    @property
    def second(self) -> bool:
        """Whether this person can be the second one to approve it."""
        return self.notice.approved_by not in {None, self.staff.name}
