"""What a notice is, how far it has come, and the views of it."""

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


class Audience(Value):
    """Who a notice is for: by licence and standing, by the MID's own references, or everyone."""

    everyone: bool = False
    licences: tuple[str, ...] = ()
    standing: Literal["in", "out", "any"] = "any"
    refs: tuple[str, ...] = ()


class NoticeText(Value):
    """A notice's words in one language. Plain text."""

    title: str
    body: str


class Choice(Value):
    """One answer that a notice offers."""

    id: str
    label: dict[str, str]


class Content(Value):
    """A notice as the MID wrote it. ``language`` is the one it was written in first."""

    kind: NoticeKind
    urgent: bool = False
    audience: Audience
    text: dict[str, NoticeText]
    answers: tuple[Choice, ...] = ()
    closes: datetime | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    on_doubt: Literal["resend", "skip"] = "resend"

    @property
    def passes(self) -> bool:
        """Whether it passes mute, night and the weekly number: a breach always does (K6)."""
        return self.urgent or self.kind is NoticeKind.BREACH

    @property
    def language(self) -> str:
        """The language it was written in first. A draft may have no text yet."""
        return next(iter(self.text), "en")

    def language_for(self, locale: str) -> str:
        """The language a reader of ``locale`` gets: theirs, else the original."""
        return locale if locale in self.text else self.language


class Status(StrEnum):
    """How far a notice has come."""

    DRAFT = "draft"
    SECOND = "second"  # approved by one person, waits for another
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    EXPIRED = "expired"


OVER = frozenset({Status.STOPPED, Status.FINISHED, Status.EXPIRED})


class Outcome(IntEnum):
    """What became of a notice for one person. Stored: a number never changes its meaning."""

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
        """Whether Telegram took it."""
        return self in {Outcome.SENT, Outcome.IN_DIGEST}


class Halt(StrEnum):
    """Why a notice was put on hold by itself, until a person has looked."""

    WAVE = "wave"  # too many of the first who got it failed
    REFUSED = "refused"  # Telegram does not take its words
    MISSED = "missed"  # it came to its end, and there were members of whom nothing is known


class Hold(StrEnum):
    """Why a person cannot be settled now."""

    NIGHT = "night"
    DIGEST = "digest"
    RETRY = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as it is stored.

    ``counted`` is the number of people per language they read, ``foreign`` those of them who will
    read it in another. ``outcomes`` is what was settled, by outcome. ``halt`` says why it is on
    hold, ``reason`` the same in English for whoever runs the commands. ``wave_passed``: a person
    let the rest follow a first wave that went wrong.
    """

    id: str
    mid: Mid
    content: Content
    status: Status
    rev: int
    edited_rev: int
    created_by: str
    approved_by: str | None
    counted: Mapping[str, int]
    foreign: Mapping[str, int]
    upper: int
    floor: int
    intent: int
    epoch: int
    outcomes: Mapping[str, Mapping[str, int]]
    halt: Halt | None
    reason: str | None
    wave_passed: bool
    created_at: datetime
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def total(self) -> int:
        """How many people it was approved for."""
        return sum(self.counted.values())

    @property
    def settled(self) -> int:
        """How many of them have an outcome."""
        return sum(n for by in self.outcomes.values() for n in by.values())

    def of(self, outcome: Outcome) -> int:
        """How many ended so."""
        return sum(by.get(str(outcome.value), 0) for by in self.outcomes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many people a notice would reach, by the language they read.

    ``foreign`` are those who would read it in a language that is not theirs. ``numbers`` are the
    memberships' numbers, in rising order, that have to be remembered: whom it is for, or, where it
    is for everyone up to ``upper``, whom of those it is not for.
    """

    by_language: Mapping[str, int]
    foreign: Mapping[str, int]
    upper: int
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many people."""
        return sum(self.by_language.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a notice so far. ``waiting`` counts who is put off, by why.

    ``morning`` is when the night of the MID ends, where a notice has to wait for that.
    """

    notice: Notice
    waiting: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)
    morning: datetime | None = None

    @property
    def pending(self) -> int:
        """How many have neither an outcome nor are put off."""
        left = self.notice.total - self.notice.settled - sum(self.waiting.values())
        return max(0, left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of a notice for one person, under their pseudonym."""

    pseudonym: str
    outcome: str
    at: datetime | None = None
    answer: str | None = None


DIGEST_LENGTH = 8


def chosen(audience: Audience) -> bool:
    """Whether it was said who a notice is for."""
    return audience.everyone or bool(audience.licences or audience.refs)


def complete(content: Content) -> bool:
    """Whether a notice says something to somebody. Only then can it be approved."""
    return bool(content.text) and chosen(content.audience)


def digest(content: Content) -> str:
    """What stands for everything a notice says, in a button."""
    return hashlib.sha256(content.model_dump_json().encode()).hexdigest()[:DIGEST_LENGTH]
