"""Who is in and why, and what a turn of the knob would change. Pure."""

from service.licences.rules import matching
from service.licences.values import Status
from service.price import formula
from service.price.values import NEVER, Position
from service.standing.values import Change, Count, Holding, Knob, Pause, Picture, Standing, Why


def standing(picture: Picture, holding: Holding, knob: Knob | None = None) -> Standing:
    """Where the member stands in one licence, with their own knob or a supposed one.

    Preview, card, list and price runs all use this one function.
    """
    knob = knob or picture.knob
    licence, tier = holding.licence, holding.membership.tier
    price = licence.terms.price
    position = knob.at(holding.membership.id)
    refused_by = matching(licence.terms, picture.refusals)
    asked = None if price is None or position == NEVER else formula.ask(position, tier, price)
    live = _is_live(picture, holding)
    return Standing(
        holding=holding,
        why=_why(picture, holding, position, refused=bool(refused_by)),
        counts=live and holding.eligible and not refused_by,
        position=position,
        ask=asked,
        best=formula.best_position(tier, price),
        refused_by=refused_by,
        from_=None if live else licence.terms.start,
    )


def _is_live(picture: Picture, holding: Holding) -> bool:
    today = picture.now.date()
    terms = holding.licence.terms
    return holding.licence.status is Status.ACTIVE and terms.start <= today <= terms.end


def _why(picture: Picture, holding: Holding, position: Position, *, refused: bool) -> Why:
    licence, answer = holding.licence, holding.answer
    checks = (
        (licence.status is Status.ENDED or picture.now.date() > licence.terms.end, Why.ENDED),
        (licence.status is Status.SUSPENDED, Why.SUSPENDED),
        (not holding.eligible, Why.NOT_ELIGIBLE),
        (refused, Why.REFUSED),
        (answer is None, Why.NOT_ASKED),
        (answer is not None and answer.value == "no", Why.SAID_NO),
        (answer is not None and answer.value == "later", Why.LATER),
        (answer is not None and answer.version < licence.floor, Why.CHANGED),
        (picture.pause is not Pause.OFF, Why.PAUSED),
        (position == NEVER, Why.NEVER),
        (not _is_live(picture, holding), Why.WAITING),
    )
    return next((why for holds, why in checks if holds), None) or _price(holding, position)


def _price(holding: Holding, position: Position) -> Why:
    price = holding.licence.terms.price
    if price is None or position == NEVER:
        return Why.IN
    if price.rate is None:
        return Why.UNKNOWN
    amount = formula.ask(position, holding.membership.tier, price).amount
    return Why.IN if formula.is_in(amount, price.rate) else Why.PRICE


def standings(picture: Picture, knob: Knob | None = None) -> tuple[Standing, ...]:
    """Every licence of the member, with their own knob or a supposed one."""
    return tuple(standing(picture, holding, knob) for holding in picture.holdings)


def count(found: tuple[Standing, ...]) -> Count:
    """N of M."""
    counted = [one for one in found if one.counts]
    return Count(n=sum(one.is_in for one in counted), m=len(counted))


def change(
    picture: Picture,
    scope: str,
    position: Position,
    before: tuple[Standing, ...] | None = None,
) -> Change:
    """What setting ``scope`` (``all`` or a membership) to ``position`` would do.

    Nothing is assumed about other members: everything else stays as it is. Whoever has the
    standings of the picture already hands them in.
    """
    supposed = picture.knob.turned(scope, position)
    before = standings(picture) if before is None else before
    after = before if supposed == picture.knob else standings(picture, supposed)
    pairs = [
        (old, new)
        for old, new in zip(before, after, strict=True)
        if scope in {"all", new.holding.membership.id}
    ]
    seen = tuple(new for _, new in pairs)
    return Change(
        position=position,
        count=count(seen),
        leaves=tuple(new for old, new in pairs if old.is_in and not new.is_in),
        enters=tuple(new for old, new in pairs if new.is_in and not old.is_in),
        later_in=tuple(new for old, new in pairs if _agreed(new) and not _agreed(old)),
        later_out=tuple(new for old, new in pairs if _agreed(old) and not _agreed(new)),
    )


def _agreed(one: Standing) -> bool:
    """Whether an offer that was agreed to will be in on its first day, at today's numbers."""
    return one.why is Why.WAITING and _price(one.holding, one.position) is Why.IN


def coming_back(picture: Picture, supposed: Picture) -> tuple[Standing, ...]:
    """What is in, now or from its first day, in a supposed picture but not in this one."""
    return tuple(
        new
        for old, new in zip(standings(picture), standings(supposed), strict=True)
        if new.why in {Why.IN, Why.WAITING} and old.why not in {Why.IN, Why.WAITING}
    )
