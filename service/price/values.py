"""The knob, what it makes of each licence, and the views built from that."""

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
"""Where the knob stands: -5..5, or never."""


def position_of(value: str) -> Position | None:
    """A stored knob value as a position; None for ``follow``, the absence of an own setting.

    Raises:
        NotFoundError: it is none, as a forged button may carry.
    """
    if value in {"follow", NEVER}:
        return None if value == "follow" else NEVER
    try:
        return int(value)
    except ValueError:
        raise NotFoundError(f"{value!r} is no position of the knob") from None


class Bound(StrEnum):
    """Which of the MID's limits made an ask what it is."""

    NONE = "none"
    BIAS = "bias"
    FLOOR = "floor"
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class Ask:
    """What the formula gives for one member: an amount, the bias asked and applied, the limit."""

    amount: Decimal
    wanted: Decimal
    applied: Decimal
    bound: Bound
