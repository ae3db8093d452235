"""A member's choice about the language model, quotas of it, and counts of topics."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_LEVEL = 3
"""The highest disclosure level: how much may be sent to a model, from 0 (nothing)."""


class ModelChoice(StrEnum):
    """A member's answer to being answered by a model."""

    NOT_ASKED = "not_asked"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """A member's choice about the model, and the last request that was sent, word for word.

    ``agreed_level`` is the disclosure level that they agreed to, ``max_level`` the highest that
    all of their MIDs allow.
    """

    choice: ModelChoice = ModelChoice.NOT_ASKED
    agreed_level: int = 0
    max_level: int = MAX_LEVEL
    request: str | None = None
    requested_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCount:
    """How often members of a MID asked about a topic in a language in a month.

    ``n`` is None where it is smaller than the MID's small group, to protect the members in it.
    """

    month: str
    topic: str
    language: str
    band: str
    n: int | None


class QuotaKind(StrEnum):
    """A kind of quota of the model, with a limit for a day or a month."""

    MEMBER = "member"
    """Questions of one member, a day."""
    MID = "mid"
    """Tokens of one MID, a month; the questions of people without a MID share one."""
    ALL = "all"
    """Tokens of all members together, a month."""
    WARNED = "warned"
    """Whether the operator was told that a month's tokens run low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaDraw:
    """An amount ``n`` to take from the quota of an owner in a period.

    ``period`` is a day or a month, such as 2026-11-21. Nothing can be taken once the count has
    reached ``limit``; the last draw may exceed it.
    """

    kind: QuotaKind
    owner: str
    period: str
    n: int
    limit: int
