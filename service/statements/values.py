"""A line of a statement, as the member it is about may see it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from service.values import Texts


class LineState(StrEnum):
    """How far a payment has come."""

    ACCRUED = "accrued"
    CONFIRMED = "confirmed"
    PAID = "paid"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one licence brought one member in one month. ``period`` is the first day of the month.

    ``title`` is the licence's, None where the licence is not known here any more.
    """

    mid_id: str
    mid_name: Texts
    licence: str
    title: Texts | None
    period: date
    net: Decimal
    gross: Decimal
    currency: str
    state: LineState

    @property
    def counts(self) -> bool:
        """Whether it is the member's; one that was reversed is not."""
        return self.state is not LineState.REVERSED
