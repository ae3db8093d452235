"""Whether a member is in a licence and why, and what a knob setting would change. Pure."""

from service.licences.rules import matching_refusals
from service.licences.values import LicenceStatus
from service.price import formula
from service.price.values import NEVER, Position
from service.standing.values import (
    Holding,
    Knob,
    KnobChange,
    LicenceCount,
    MemberSnapshot,
    Pause,
    Standing,
    StandingReason,
)


def standing(snapshot: MemberSnapshot, holding: Holding, knob: Knob | None = None) -> Standing:
    """A member's standing in one licence, with their own knob or a hypothetical one.

    Preview, card, list and price runs all use this function, so that they cannot differ.
    """
    knob = knob or snapshot.knob
    licence, tier = holding.licence, holding.membership.tier
    price = licence.terms.price
    position = knob.at(holding.membership.id)
    refused_by = matching_refusals(licence.terms, snapshot.refusals)
    ask = None if price is None or position == NEVER else formula.ask(position, tier, price)
    live = _is_live(snapshot, holding)
    return Standing(
        holding=holding,
        why=_why(snapshot, holding, position, refused=bool(refused_by)),
        counts=live and holding.eligible and not refused_by,
        position=position,
        ask=ask,
        best=formula.best_position(tier, price),
        refused_by=refused_by,
    )


def _is_live(snapshot: MemberSnapshot, holding: Holding) -> bool:
    today = snapshot.now.date()
    terms = holding.licence.terms
    return holding.licence.status is LicenceStatus.ACTIVE and terms.start <= today <= terms.end


def _why(
    snapshot: MemberSnapshot, holding: Holding, position: Position, *, refused: bool
) -> StandingReason:
    licence, answer = holding.licence, holding.answer
    checks = (
        (
            licence.status is LicenceStatus.ENDED or snapshot.now.date() > licence.terms.end,
            StandingReason.ENDED,
        ),
        (licence.status is LicenceStatus.SUSPENDED, StandingReason.SUSPENDED),
        (not holding.eligible, StandingReason.NOT_ELIGIBLE),
        (refused, StandingReason.REFUSED),
        (answer is None, StandingReason.NOT_ASKED),
        (answer is not None and answer.value == "no", StandingReason.SAID_NO),
        (answer is not None and answer.value == "later", StandingReason.LATER),
        (answer is not None and answer.version < licence.floor, StandingReason.CHANGED),
        (snapshot.pause is not Pause.OFF, StandingReason.PAUSED),
        (position == NEVER, StandingReason.NEVER),
        (not _is_live(snapshot, holding), StandingReason.WAITING),
    )
    return next((why for holds, why in checks if holds), None) or _price_reason(holding, position)


def _price_reason(holding: Holding, position: Position) -> StandingReason:
    price = holding.licence.terms.price
    if price is None or position == NEVER:
        return StandingReason.IN
    if price.rate is None:
        return StandingReason.UNKNOWN
    amount = formula.ask(position, holding.membership.tier, price).amount
    return StandingReason.IN if formula.is_in(amount, price.rate) else StandingReason.PRICE


def standings(snapshot: MemberSnapshot, knob: Knob | None = None) -> tuple[Standing, ...]:
    """All standings of a member, with their own knob or a hypothetical one."""
    return tuple(standing(snapshot, holding, knob) for holding in snapshot.holdings)


def count_in(standings: tuple[Standing, ...]) -> LicenceCount:
    """N of M among these standings."""
    counted = [standing for standing in standings if standing.counts]
    return LicenceCount(n=sum(standing.is_in for standing in counted), m=len(counted))


def preview_change(
    snapshot: MemberSnapshot,
    scope: str,
    position: Position,
    before: tuple[Standing, ...] | None = None,
) -> KnobChange:
    """What setting ``scope`` (``all`` or a membership id) to ``position`` would do.

    Everything else, other members included, is assumed to stay as it is. ``before`` are the
    standings of the snapshot, if the caller has them already.
    """
    knob = snapshot.knob.turned(scope, position)
    before = standings(snapshot) if before is None else before
    after = before if knob == snapshot.knob else standings(snapshot, knob)
    pairs = [
        (old, new)
        for old, new in zip(before, after, strict=True)
        if scope in {"all", new.holding.membership.id}
    ]
    in_scope = tuple(new for _, new in pairs)
    return KnobChange(
        position=position,
        count=count_in(in_scope),
        leaves=tuple(new for old, new in pairs if old.is_in and not new.is_in),
        enters=tuple(new for old, new in pairs if new.is_in and not old.is_in),
        later_in=tuple(new for old, new in pairs if _will_be_in(new) and not _will_be_in(old)),
        later_out=tuple(new for old, new in pairs if _will_be_in(old) and not _will_be_in(new)),
    )


def _will_be_in(standing: Standing) -> bool:
    """Whether an offer that was agreed to will be in on its first day, at today's prices."""
    return (
        standing.why is StandingReason.WAITING
        and _price_reason(standing.holding, standing.position) is StandingReason.IN
    )


def restored_standings(before: MemberSnapshot, after: MemberSnapshot) -> tuple[Standing, ...]:
    """The standings that are in, now or from their first day, after a change but not before."""
    return tuple(
        new
        for old, new in zip(standings(before), standings(after), strict=True)
        if new.why in {StandingReason.IN, StandingReason.WAITING}
        and old.why not in {StandingReason.IN, StandingReason.WAITING}
    )
