"""Events, the latest of each kind and scope, and the proof that a text was shown."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

ALL = "all"
"""The scope of what holds for all of a member's memberships."""


class EventKind(StrEnum):
    """What an event is about. Within a kind and a scope, the latest event is the state."""

    MEMBERSHIP = "membership"  # scope: membership; value joined | left
    CONSENT = "consent"  # scope: membership/licence; value yes | no | later
    REFUSAL = "refusal"  # scope: a rule such as buyer/acme; value on | off
    PAUSE = "pause"  # scope: all; value paused | stopped | off
    KNOB = "knob"  # scope: all or membership; value -5..5 | never | follow
    MUTE = "mute"  # scope: membership; value on | off
    ANSWER = "answer"  # scope: notice; value the answer's id; version: the text it was given to


@dataclass(frozen=True, slots=True)
class Cause:
    """The update or command that made a use case run.

    ``key`` is an idempotency key: it is the same when the update is delivered again, and a repeat
    writes nothing. ``source`` names the screen or command, for the member's own history.
    """

    key: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event to append. ``before`` is the value that an undo restores."""

    kind: EventKind
    scope: str
    value: str
    before: str | None = None
    membership_id: str | None = None
    mid_id: str | None = None
    licence_id: str | None = None
    version: int | None = None
    nonce: str | None = None
    undoes: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestEvent:
    """The latest event of one kind and scope of a member."""

    seq: int
    kind: EventKind
    scope: str
    value: str
    before: str | None
    version: int | None
    event_id: str
    at: datetime
    undoes: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Identifies the text that a screen shows, so that a later yes can be tied to it.

    ``about`` is the sort of text (card, invite, lift, resume), ``subject`` the id of what it is
    about. ``version`` and ``digest`` pin the terms: the digest is compared with the current one
    when the yes arrives. ``led_by`` is the notice from which the screen was opened.
    """

    nonce: str
    about: str
    subject: str
    digest: str
    version: int | None = None
    membership_id: str | None = None
    led_by: str | None = None


class TeachBack(StrEnum):
    """Progress of the teach-back question that a card with a warning asks before a yes."""

    NOT_ASKED = "not_asked"
    ONCE_WRONG = "once_wrong"
    TWICE_WRONG = "twice_wrong"
    PASSED = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """A proof as it was recorded. ``confirmed`` says whether the text was delivered."""

    proof: Proof
    member_id: str
    locale: str
    text_hash: str
    taught: TeachBack
    taught_by: str | None
    confirmed: bool
