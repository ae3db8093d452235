"""A member's choice about the model, its quota, and counts of what was asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_LEVEL = 3
"""As much as a model may ever be told."""


class ModelChoice(StrEnum):
    """What a member said to being answered by a model."""

    NOT_ASKED = "not_asked"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """A member's choice about the model, and the last request that left for it, word for word.

    ``agreed`` is how much they let leave when they said yes, ``most`` how much their MIDs let: the
    strictest of them. Both from 0 (nothing) to 3.
    """

    choice: ModelChoice = ModelChoice.NOT_ASKED
    agreed: int = 0
    most: int = MOST_LEVEL
    request: str | None = None
    requested_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How often members of a MID asked about a topic in a language in a month.

    ``n`` is None where it is smaller than the MID's small group: it is not told.
    """

    month: str
    topic: str
    language: str
    band: str
    n: int | None


class Purse(StrEnum):
    """What the model costs is counted by: each has a limit for a day or a month."""

    MEMBER = "member"
    """Questions of one member, a day."""
    MID = "mid"
    """Tokens of one MID, a month; the questions of people without a MID share one."""
    ALL = "all"
    """Tokens of everybody together, a month."""
    WARNED = "warned"
    """Whether the operator was told that a month's tokens run low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Something taken from a purse: whose it is, and the day or month, such as 2026-11-21.

    Nothing is taken once the count has reached ``most``.
    """

    purse: Purse
    owner: str
    period: str
    n: int
    most: int
