"""Values of notices: what one says and to whom, its status, its outcomes, its report."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Literal

from service.mids.values import Mid
from service.values import Value


class NoticeKind(StrEnum):
    """What a notice is about."""

    LICENCE_OFFER = "licence_offer"
    MATERIAL_CHANGE = "material_change"
    AUDIT = "audit"
    BREACH = "breach"
    VOTE = "vote"
    STRIKE_CALL = "strike_call"
    TASK = "task"
    STATEMENT = "statement"
    COACHING = "coaching"
    GENERAL = "general"


MAY_BE_URGENT = frozenset({NoticeKind.BREACH, NoticeKind.MATERIAL_CHANGE})
ABOUT_LICENCES = frozenset({NoticeKind.LICENCE_OFFER, NoticeKind.MATERIAL_CHANGE})
DIGEST_LENGTH = 8


class Audience(Value):
    """Whom a notice is for: everyone, members by standing in licences, or members by reference.

    ``licences`` are slugs; ``refs`` are the MID's own references of members.
    """

    everyone: bool = False
    licences: tuple[str, ...] = ()
    standing: Literal["in", "out", "any"] = "any"
    refs: tuple[str, ...] = ()


class NoticeText(Value):
    """The text of a notice in one language. Plain text, no markup."""

    title: str
    body: str


class AnswerOption(Value):
    """One answer that a notice offers; ``label`` by language."""

    id: str
    label: dict[str, str]


class NoticeContent(Value):
    """A notice as the MID wrote it. The first language of ``text`` is the original."""

    kind: NoticeKind
    urgent: bool = False
    audience: Audience
    text: dict[str, NoticeText]
    answers: tuple[AnswerOption, ...] = ()
    closes: datetime | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    on_doubt: Literal["resend", "skip"] = "resend"

    @property
    def bypasses_limits(self) -> bool:
        """Whether it ignores mute, quiet hours and the weekly limit.

        An urgent notice does, and a data breach always: members must hear of it without delay.
        """
        return self.urgent or self.kind is NoticeKind.BREACH

    @property
    def language(self) -> str:
        """The original language; "en" for a draft without text."""
        return next(iter(self.text), "en")

    def language_for(self, locale: str) -> str:
        """The language that a reader of ``locale`` gets: their own, else the original."""
        return locale if locale in self.text else self.language


class NoticeStatus(StrEnum):
    """The state of a notice, from draft to its end."""

    DRAFT = "draft"
    SECOND = "second"  # approved by one person, waits for a second
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    EXPIRED = "expired"


ENDED = frozenset({NoticeStatus.STOPPED, NoticeStatus.FINISHED, NoticeStatus.EXPIRED})


class NoticeOutcome(IntEnum):
    """What became of a notice for one person. Stored: a number never changes its meaning."""

    # The names are part of reports and exports as well.

    SENT = 1
    IN_DIGEST = 2
    BLOCKED = 3
    UNREACHABLE = 4
    MUTED = 5
    LEFT = 6
    CHANGED = 7
    UNCERTAIN = 8
    FAILED = 9

    @property
    def delivered(self) -> bool:
        """Whether Telegram accepted the message."""
        return self in {NoticeOutcome.SENT, NoticeOutcome.IN_DIGEST}


class HaltReason(StrEnum):
    """Why a notice was paused automatically; it stays paused until a person resumes it."""

    CANARY = "wave"  # too many of the first recipients failed
    REFUSED = "refused"  # Telegram rejected the text
    MISSED = "missed"  # at its end, members of its audience had no outcome


class DeferReason(StrEnum):
    """Why sending to a person is put off."""

    NIGHT = "night"
    DIGEST = "digest"
    RETRY = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as it is stored.

    ``counted`` is its audience by the language each person gets, ``foreign`` those of them for
    whom that is not their own. ``outcomes`` counts outcomes by language and ``NoticeOutcome``.
    ``halt`` says why it is paused, ``reason`` the same in English for operators.

    A membership has a number within its MID, and numbers rise as members join. The notice may be
    for those up to ``audience_upto``. Everybody up to ``settled_upto`` has an outcome or is
    deferred. Sending may have begun for those up to ``send_upto``: written before a message goes
    out, so that after a crash only those between the two are in doubt. ``epoch`` rises with each
    sender that takes the notice over; writes of an older one are refused. ``rev`` is the revision
    of the text, ``edited_rev`` the oldest one that sent messages may still show.
    ``canary_waived``: a person resumed it after its canary had failed.
    """

    id: str
    mid: Mid
    content: NoticeContent
    status: NoticeStatus
    rev: int
    edited_rev: int
    created_by: str
    approved_by: str | None
    counted: Mapping[str, int]
    foreign: Mapping[str, int]
    audience_upto: int
    settled_upto: int
    send_upto: int
    epoch: int
    outcomes: Mapping[str, Mapping[str, int]]
    halt: HaltReason | None
    reason: str | None
    canary_waived: bool
    created_at: datetime
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def total(self) -> int:
        """How many people it was counted for; once approved, this number."""
        return sum(self.counted.values())

    @property
    def settled(self) -> int:
        """How many of them have an outcome."""
        return sum(n for counts in self.outcomes.values() for n in counts.values())

    def count_of(self, outcome: NoticeOutcome) -> int:
        """How many people have this outcome."""
        key = str(outcome.value)
        return sum(counts.get(key, 0) for counts in self.outcomes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceCount:
    """How many people a notice would reach, by the language each of them gets.

    ``foreign`` are those of them for whom that is not their own. ``numbers`` are the memberships'
    numbers that have to be stored, in rising order: whom it is for, or, where it is for everyone
    up to ``audience_upto``, whom of those it is not for.
    """

    by_language: Mapping[str, int]
    foreign: Mapping[str, int]
    audience_upto: int
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many people, in all languages."""
        return sum(self.by_language.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReport:
    """What became of a notice so far.

    ``waiting`` counts who is deferred, by ``DeferReason``; ``answers`` counts answers by their id.
    ``morning`` is when the MID's quiet hours end, where the notice has to wait for that.
    """

    notice: Notice
    waiting: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)
    morning: datetime | None = None

    @property
    def pending(self) -> int:
        """How many have no outcome and are not deferred."""
        pending = self.notice.total - self.notice.settled - sum(self.waiting.values())
        return max(0, pending)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDelivery:
    """What became of a notice for one person, under their pseudonym.

    ``outcome`` is the lower-case name of a ``NoticeOutcome`` or the value of a ``DeferReason``.
    """

    pseudonym: str
    outcome: str
    at: datetime | None = None
    answer: str | None = None


def has_audience(audience: Audience) -> bool:
    """Whether an audience names anybody. That of a new draft does not."""
    return audience.everyone or bool(audience.licences or audience.refs)


def is_complete(content: NoticeContent) -> bool:
    """Whether a notice has a text and an audience. Only then can it be approved."""
    return bool(content.text) and has_audience(content.audience)


def content_digest(content: NoticeContent) -> str:
    """A short hash of everything that a notice says, small enough for a button."""
    return hashlib.sha256(content.model_dump_json().encode()).hexdigest()[:DIGEST_LENGTH]
