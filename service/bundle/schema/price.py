"""The blocks of a bundle about money: the numbers of the price formula, and commissions."""

from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, ValidationInfo, field_validator

from service.bundle.schema.checks import FieldRefusedError
from service.bundle.schema.fields import Above, Currency, Money, Percent, Signed, Slug, Spec

Settlement = Literal["uniform", "ask"]
Per = Literal[
    "hour", "day", "week", "month", "quarter", "year", "use", "query", "task", "item", "record",
    "minute", "1000_words",
]  # fmt: skip


class PriceSpec(Spec):
    """The numbers of the price formula, all in `currency`."""

    currency: Currency
    """ISO 4217"""
    per: Per
    """what one payment is for"""
    quantum: Above
    """the smallest step of an amount"""
    base: dict[Slug, Money]
    """the MID's price for each standing; standard is needed"""
    step: Money
    """what one position of the knob adds"""
    bias: list[Signed]
    """the lowest and the highest the knob may add, around 0"""
    limits: list[Money]
    """the lowest and the highest price"""
    rate: Money | None = None
    """what the buyer pays for each member; without it members see "unknown\""""
    settlement: Settlement
    """uniform: everyone gets the rate; ask: everyone gets their ask"""

    @field_validator("base")
    @classmethod
    def _standard_is_there(cls, base: dict[str, Decimal]) -> dict[str, Decimal]:
        if "standard" not in base:
            raise FieldRefusedError("there is no standard base price", 'add standard: "2.00"')
        return base

    @field_validator("bias")
    @classmethod
    def _bias_holds_zero(cls, bias: list[Decimal]) -> list[Decimal]:
        low, high = _pair(bias, '["-1.50", "2.00"]')
        if not low <= 0 <= high:
            raise FieldRefusedError(
                f"the bias from {low} to {high} does not contain 0",
                "start it at 0 or below and end it at 0 or above",
            )
        return bias

    @field_validator("limits")
    @classmethod
    def _limits_in_order(cls, limits: list[Decimal], info: ValidationInfo) -> list[Decimal]:
        low, high = _pair(limits, '["0.50", "6.00"]')
        if low > high:
            raise FieldRefusedError(
                f"the lower limit {low} is above the upper limit {high}", "put the lower one first"
            )
        quantum = info.data.get("quantum")
        for limit in limits:
            if quantum is not None and limit % quantum:
                raise FieldRefusedError(
                    f"{limit} is not a multiple of the quantum {quantum}",
                    f"write {limit - limit % quantum}, or a finer quantum",
                )
        return limits


class CommissionSpec(Spec):
    """What someone in between takes from the buyer's payment."""

    model_config = ConfigDict(title="Commission")

    party: Slug
    """who takes it"""
    percent: Percent
    """its part of what the buyer pays, in percent"""


def _pair(values: list[Decimal], example: str) -> tuple[Decimal, Decimal]:
    """Unpack a list that must hold exactly two numbers."""
    if len(values) != 2:  # noqa: PLR2004 - a pair
        raise FieldRefusedError(
            "this needs two numbers, the lowest and the highest", f"write {example}"
        )
    return values[0], values[1]
