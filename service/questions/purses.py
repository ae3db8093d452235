"""What a model's cost is counted by. Pure: of the store, what asks a model sees this alone."""

from dataclasses import dataclass
from enum import StrEnum


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
