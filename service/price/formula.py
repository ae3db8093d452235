"""The price formula. Pure Decimal arithmetic; ``k`` is the position of the knob.

    bias = clamp(k * step, bias_low, bias_high)
    ask  = round_q(clamp(base + bias, floor, cap)), half-even

The price keeps a member in while their ask is at most the buyer's rate; equal is in.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import NamedTuple

from service.licences.values import PriceTerms
from service.price.values import HIGHEST, LOWEST, POSITIONS, Ask, Bound


def round_to(value: Decimal, quantum: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """``value`` rounded to a multiple of ``quantum``; exact ties go to the even multiple."""
    return (value / quantum).to_integral_value(rounding) * quantum


class _PriceKey(NamedTuple):
    """A cache key of price terms: by identity, because they hold a dictionary and never change."""

    price: PriceTerms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _PriceKey) and other.price is self.price

    def __hash__(self) -> int:
        return id(self.price)


def ask(position: int, tier: str, price: PriceTerms) -> Ask:
    """What a member of this tier asks for with the knob at ``position``."""
    if position in POSITIONS:
        return _asks(tier, _PriceKey(price))[position - LOWEST]
    return _compute_ask(position, tier, price)


@lru_cache(maxsize=4096)
def _asks(tier: str, key: _PriceKey) -> tuple[Ask, ...]:
    """The asks of all positions, cached because all members of a tier ask the same."""
    return tuple(_compute_ask(k, tier, key.price) for k in POSITIONS)


def _compute_ask(position: int, tier: str, price: PriceTerms) -> Ask:
    bias = position * price.step
    applied = min(max(bias, price.bias_low), price.bias_high)
    raw = price.base_for(tier) + applied
    bounded = min(max(raw, price.floor), price.cap)
    if bounded != raw:
        bound = Bound.FLOOR if raw < price.floor else Bound.CAP
    else:
        bound = Bound.NONE if applied == bias else Bound.BIAS
    return Ask(round_to(bounded, price.quantum), bias, applied, bound)


def is_in(amount: Decimal, rate: Decimal) -> bool:
    """Whether an ask is at most the buyer's rate."""
    return amount <= rate


def best_position(tier: str, price: PriceTerms | None) -> int | None:
    """The highest position at which the price keeps a member in.

    None if there is none or the rate is unknown; the top position for an unpaid licence. An ask
    never falls as the knob rises, so every lower position is in too.
    """
    if price is None:
        return HIGHEST
    if price.rate is None:
        return None
    return _best_position(tier, _PriceKey(price))


@lru_cache(maxsize=4096)
def _best_position(tier: str, key: _PriceKey) -> int | None:
    rate = key.price.rate
    assert rate is not None
    asks = zip(POSITIONS, _asks(tier, key), strict=True)
    return max((k for k, item in asks if is_in(item.amount, rate)), default=None)


def has_effect(tier: str, price: PriceTerms) -> bool:
    """Whether the knob changes the ask at all; the bounds of the terms may leave no room."""
    return ask(POSITIONS[0], tier, price).amount != ask(POSITIONS[-1], tier, price).amount


def gross(price: PriceTerms, amount: Decimal) -> Decimal | None:
    """What the buyer pays for one member: the rate when settlement is uniform, else their ask."""
    return amount if price.settlement == "ask" else price.rate


def net(paid: Decimal, share: Decimal, quantum: Decimal) -> Decimal:
    """The member's share of a payment, rounded down to the quantum."""
    return round_to(paid * share, quantum, ROUND_DOWN)
