"""Positions of the knob, and what the formula makes of them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from service.errors import NotFoundError

LOWEST: Final = -5
HIGHEST: Final = 5
NEVER: Final = "never"
POSITIONS: Final = range(LOWEST, HIGHEST + 1)

Position = int | Literal["never"]
"""A position of the knob: -5 to 5, or never."""


def position_of(value: str) -> Position | None:
    """The position that a stored value names; None for ``follow``, which means no own setting.

    Raises:
        NotFoundError: it is not a position, for instance from a forged button.
    """
    if value in {"follow", NEVER}:
        return None if value == "follow" else NEVER
    try:
        return int(value)
    except ValueError:
        raise NotFoundError(f"{value!r} is no position of the knob") from None


class Bound(StrEnum):
    """Which limit of the price terms determined an ask."""

    NONE = "none"
    BIAS = "bias"
    FLOOR = "floor"
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class Ask:
    """The price that the formula gives a member.

    ``bias`` is what the knob asks for on top of the base, ``applied`` what is left of it within
    the limits, and ``bound`` the limit that determined the amount.
    """

    amount: Decimal
    bias: Decimal
    applied: Decimal
    bound: Bound
