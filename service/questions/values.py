"""Questions of members, as members, MID staff and the sender of replies see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.mids.values import Mid
from service.notices.views import NoticeSettingsView
from service.standing.values import PortfolioView, Standing
from service.statements.values import StatementLine
from service.values import Texts

MAX_LENGTH = 500
"""Characters of a question that are kept; the rest is cut, and the member is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberQuestion:
    """A question to a MID, as the member who asked sees it.

    ``title`` is the title of the licence it is about, if the member chose one.
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
    """A question that a member may send: to which of their MIDs, about which licence.

    ``at_limit``: ids of the MIDs with as many open questions of this member as are allowed.
    """

    text: str
    standings: tuple[Standing, ...]
    portfolio: PortfolioView
    at_limit: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentView:
    """The result of sending a question. ``question`` is None if too many are open at the MID."""

    mid: Mid
    question: MemberQuestion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberQuestionsView:
    """A member's questions, newest first, and their time zone."""

    questions: tuple[MemberQuestion, ...]
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutMember:
    """All facts about a member that an answer to them may state, from one transaction."""

    portfolio: PortfolioView
    lines: tuple[StatementLine, ...]
    questions: tuple[MemberQuestion, ...]
    attention: NoticeSettingsView


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffQuestion:
    """A question as the MID's staff see it: the member appears only under a pseudonym."""

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
class DueReply:
    """A reply to send. ``in_doubt``: a process died while sending it, so it may have arrived."""

    member_id: str
    question: MemberQuestion
    tries: int
    in_doubt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An article that staff suggested, from a reply or their own, before or after approval."""

    id: str
    mid_id: str
    question: Mapping[str, str]
    answer: Mapping[str, str]
    made_by: str
    approved_by: str | None = None
