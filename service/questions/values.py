"""What members send to a person, what comes back, and what they let a model do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.mids.values import Mid
from service.notices.views import AttentionView
from service.standing.values import PortfolioView, Standing
from service.statements.values import Line
from service.values import Texts

LONGEST = 500
"""Characters of a question that are read; the rest is cut, and the member is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that was sent to a MID, as the member who asked sees it.

    ``title`` is that of the licence it is about, if the member named one.
    """

    id: str
    mid: Mid
    text: str
    language: str
    title: Texts | None
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingView:
    """What a member may send: to which of their MIDs, about which licence.

    ``waiting`` holds the ids of MIDs that already have as many open questions of this member as
    they may.
    """

    text: str
    standings: tuple[Standing, ...]
    portfolio: PortfolioView
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentView:
    """A question that is on a MID's list now. ``asked`` is None when too many wait there."""

    mid: Mid
    asked: Asked | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """What a member has asked, newest first, and the zone to tell times in."""

    asked: tuple[Asked, ...]
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutMe:
    """Everything an answer may say about the member who asks, from one snapshot."""

    portfolio: PortfolioView
    lines: tuple[Line, ...]
    asked: tuple[Asked, ...]
    attention: AttentionView


@dataclass(frozen=True, slots=True, kw_only=True)
class ForStaff:
    """A question as the MID sees it: no name, no Telegram number, only the pseudonym there."""

    id: str
    mid_id: str
    pseudonym: str
    text: str
    language: str
    licence: str | None
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None
    delivered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A reply that waits to be sent. ``in_doubt``: a process ended while it was being sent."""

    member_id: str
    asked: Asked
    tries: int
    in_doubt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An article that staff made of a reply and that a person has yet to approve."""

    id: str
    mid_id: str
    question: Mapping[str, str]
    answer: Mapping[str, str]
    made_by: str
    approved_by: str | None = None
