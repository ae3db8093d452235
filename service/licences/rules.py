"""Pure rules about term sheets: which changes are material, which refusals match."""

from collections.abc import Iterable

from service.licences.dpv import ancestors
from service.licences.values import Purpose, Refusal, RefusalKind, Terms
from service.mids.values import Party


def material_changes(old: Terms, new: Terms) -> tuple[str, ...]:
    """The changed fields that need a new yes from each member; empty if none.

    A change is material when it concerns who gets which data, for what, for how long, how it is
    protected, or the member's share. Base, step and rate are left out, because the knob answers
    them, and so are wording, audits and group size.
    """
    changed = [
        name
        for name, differs in (
            ("purposes", _purposes(old) != _purposes(new)),
            ("buyers", _recipients(old) != _recipients(new)),
            ("collector", _identity(old.collector) != _identity(new.collector)),
            ("data", set(old.data) != set(new.data)),
            ("access_mode", old.access_mode != new.access_mode),
            ("dp_epsilon", old.dp_epsilon != new.dp_epsilon),
            ("containment", old.containment != new.containment),
            ("start", new.start < old.start),
            ("end", new.end > old.end),
            ("delete_within_days", new.delete_within_days != old.delete_within_days),
            ("storage", not set(new.storage) <= set(old.storage)),
            ("remuneration", old.remuneration != new.remuneration),
            ("member_share", new.member_share < old.member_share),
            ("residual_share", (new.residual_share or 0) < (old.residual_share or 0)),
            ("linked", not set(new.linked) <= set(old.linked)),
        )
        if differs
    ]
    return (*changed, *_material_price_changes(old, new))


def _material_price_changes(old: Terms, new: Terms) -> tuple[str, ...]:
    if old.price is None or new.price is None:
        # Becoming paid or unpaid is a change of remuneration, which is listed already.
        return ()
    fields = (
        "currency",
        "per",
        "settlement",
        "bias_low",
        "bias_high",
        "floor",
        "cap",
        "quantum",
    )
    return tuple(
        f"price.{name}" for name in fields if getattr(old.price, name) != getattr(new.price, name)
    )


def changed_fields(old: Terms, new: Terms) -> tuple[str, ...]:
    """Every field that differs, material or not."""
    return tuple(name for name in Terms.model_fields if getattr(old, name) != getattr(new, name))


def _identity(party: Party) -> tuple[str, str, str]:
    return party.id, party.kind, party.country


def _recipients(terms: Terms) -> set[tuple[str, tuple[str, str, str]]]:
    return {
        *(("buyer", _identity(party)) for party in terms.buyers),
        *(("via", _identity(party)) for party in terms.via),
    }


def _purposes(terms: Terms) -> set[Purpose]:
    return set(terms.purposes)


def possible_refusals(terms: Terms) -> tuple[Refusal, ...]:
    """The standing refusals that the card of this term sheet offers."""
    return (
        *(Refusal(RefusalKind.BUYER, party.id) for party in terms.buyers),
        *((Refusal(RefusalKind.COMMERCIAL, "any"),) if terms.commercial else ()),
        *(Refusal(RefusalKind.CATEGORY, _without_prefix(item.category)) for item in terms.data),
    )


def matching_refusals(terms: Terms, refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """The refusals that match this term sheet. A refusal overrides every yes.

    A refused buyer matches as a buyer and as an intermediary; a refused data category also
    matches every narrower category.
    """
    refusals = tuple(refusals)
    if not refusals:
        return ()
    recipients = {party.id for party in (*terms.buyers, *terms.via)}
    categories = {
        _without_prefix(term)
        for item in terms.data
        for term in (item.category, *ancestors(item.category))
    }
    values = {
        RefusalKind.BUYER: recipients,
        RefusalKind.COMMERCIAL: {"any"} if terms.commercial else set(),
        RefusalKind.CATEGORY: categories,
    }
    return tuple(sorted(refusal for refusal in refusals if refusal.value in values[refusal.kind]))


def _without_prefix(term: str) -> str:
    return term.partition(":")[2] or term
