"""The price formula (mission 4b): Decimal, no clock, no store.

    bias = clamp(k * step, bias_low, bias_high)
    ask  = round_q(clamp(base + bias, floor, cap)), half-even

A member is in, as far as the price goes, when the ask is at most the buyer's rate; a tie is in.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import NamedTuple

from service.licences.values import PriceTerms
from service.price.values import HIGHEST, LOWEST, POSITIONS, Ask, Bound


def round_to(value: Decimal, quantum: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """``value`` rounded to a multiple of ``quantum``; exact ties go to the even multiple."""
    return (value / quantum).to_integral_value(rounding) * quantum


class _Block(NamedTuple):
    """A price block known by which object it is: it never changes, and holds a dictionary."""

    price: PriceTerms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Block) and other.price is self.price

    def __hash__(self) -> int:
        return id(self.price)


def ask(position: int, tier: str, price: PriceTerms) -> Ask:
    """What the licence costs for a member of this tier with the knob at ``position``."""
    if position in POSITIONS:
        return _asks(tier, _Block(price))[position - LOWEST]
    return _ask(position, tier, price)


@lru_cache(maxsize=4096)
def _asks(tier: str, block: _Block) -> tuple[Ask, ...]:
    """Everyone of a tier asks the same: once for each position serves them all."""
    return tuple(_ask(k, tier, block.price) for k in POSITIONS)


def _ask(position: int, tier: str, price: PriceTerms) -> Ask:
    wanted = position * price.step
    applied = min(max(wanted, price.bias_low), price.bias_high)
    raw = price.base_for(tier) + applied
    bounded = min(max(raw, price.floor), price.cap)
    if bounded != raw:
        bound = Bound.FLOOR if raw < price.floor else Bound.CAP
    else:
        bound = Bound.NONE if applied == wanted else Bound.BIAS
    return Ask(round_to(bounded, price.quantum), wanted, applied, bound)


def is_in(amount: Decimal, rate: Decimal) -> bool:
    """Whether the price keeps a member in; equal is in."""
    return amount <= rate


def best_position(tier: str, price: PriceTerms | None) -> int | None:
    """The highest position that the price keeps in; None if no position is, or no rate is known.

    An ask never falls as the knob rises, so it is the last position that is still in.
    """
    if price is None:
        return HIGHEST
    if price.rate is None:
        return None
    return _best(tier, _Block(price))


@lru_cache(maxsize=4096)
def _best(tier: str, block: _Block) -> int | None:
    rate = block.price.rate
    assert rate is not None
    asks = zip(POSITIONS, _asks(tier, block), strict=True)
    return max((k for k, one in asks if is_in(one.amount, rate)), default=None)


def has_effect(tier: str, price: PriceTerms) -> bool:
    """Whether turning the knob changes anything here (edge E2)."""
    return ask(POSITIONS[0], tier, price).amount != ask(POSITIONS[-1], tier, price).amount


def gross(price: PriceTerms, amount: Decimal) -> Decimal | None:
    """What one member is paid for before the split: the rate when uniform, else their ask."""
    return amount if price.settlement == "ask" else price.rate


def net(paid: Decimal, share: Decimal, quantum: Decimal) -> Decimal:
    """What reaches the member: their share, rounded down to the quantum."""
    return round_to(paid * share, quantum, ROUND_DOWN)
