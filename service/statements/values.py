"""A line of a statement, as its member sees it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from service.values import Texts


class LineState(StrEnum):
    """The state of a payment."""

    ACCRUED = "accrued"
    CONFIRMED = "confirmed"
    PAID = "paid"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """The payment of one licence to one member for one month.

    ``period`` is the first day of the month. ``title`` is the licence's; None if the licence is no
    longer stored.
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
        """Whether it counts towards totals; a reversed payment does not."""
        return self.state is not LineState.REVERSED
