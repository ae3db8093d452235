"""The price knob: its position, what it means, and what one step either way would change."""

from collections.abc import Sequence

from dialogs import parts
from dialogs.callbacks import Go, Place, SetKnob, ShowKnob, ShowKnobHistory, UndoKnob
from dialogs.screen import Button, Row, Screen, bold, lines, paragraphs, rows, shorten
from knowledge.cards.card import own_name
from knowledge.cards.standing import position_text, quoted_title, quoted_titles
from locales.words import Raw, Words, mark
from service.journal.values import ALL
from service.knob.values import KnobHistoryView, KnobView
from service.price import formula
from service.price.values import HIGHEST, LOWEST, NEVER, Bound, Position
from service.standing.values import KnobChange, Standing, StandingReason

TITLES_SHOWN = 3


def screen(view: KnobView, w: Words) -> Screen:
    """The general knob, or that of one MID."""
    return Screen(
        w.locale,
        text=paragraphs(
            _saved_note(view, w),
            lines([bold(_heading(view, w)), _bar(view.position, w), _meaning(view, w)]),
            lines([_count(view.current, w), *_steps(view, w)]),
            _notes(view, w),
            w.t("This is not an amount. Your MIDs add it to their own sums, within their limits.")
            if view.membership is None
            else w.t("This is not an amount. The MID adds it to its own sum, within its limits."),
        ),
        rows=rows(
            tuple(
                Button(position_text(change.position, w), _target(view, change.position))
                for change in (view.down, view.up)
                if change
            ),
            _never_button(view, w),
            Button(w.p("button", "Undo"), UndoKnob(event=view.undo)) if view.undo else None,
            _scope_buttons(view, w),
            (
                Button(w.p("button", "Earlier settings"), ShowKnobHistory(scope=view.scope)),
                parts.human(w),
            ),
            parts.home(w),
        ),
    )


def _target(view: KnobView, to: Position) -> SetKnob:
    return SetKnob(scope=view.scope, to=str(to))


def _saved_note(view: KnobView, w: Words) -> str | None:
    if view.undone:
        return w.t("Taken back. Your price is {step} again.", step=position_text(view.position, w))
    if view.changed:
        return w.t("Saved. Your price is {step} now.", step=position_text(view.position, w))
    return None


def _heading(view: KnobView, w: Words) -> str:
    at = position_text(view.position, w)
    if view.membership is None:
        return w.t("Your price: {step}", step=at)
    return w.t("Your price for {mid}: {step}", mid=own_name(view.membership.mid.name, w), step=at)


def _bar(at: Position, w: Words) -> str:
    """The scale from lowest to highest with a dot at the position, in a left-to-right isolate."""
    marks = [
        "●" if k == at else (w.signed(0) if k == 0 else "·") for k in range(LOWEST, HIGHEST + 1)
    ]
    bar = f"{w.signed(LOWEST)} {' '.join(marks)} {w.signed(HIGHEST)}"
    return Raw(f"\u2066{bar}\u2069")


def _meaning(view: KnobView, w: Words) -> str:
    at = view.position
    if at == NEVER:
        return w.t("Never: no price lets your data into a licence.")
    if view.membership is not None:
        return _meaning_at_mid(at, w)
    if at == 0:
        return w.t("What your MIDs work out, no more and no less.")
    if at > 0:
        return w.n(
            "{n} step above what your MIDs work out.",
            "{n} steps above what your MIDs work out.",
            at,
        )
    return w.n(
        "{n} step below what your MIDs work out.", "{n} steps below what your MIDs work out.", -at
    )


def _meaning_at_mid(at: int, w: Words) -> str:
    if at == 0:
        return w.t("What this MID works out, no more and no less.")
    if at > 0:
        return w.n(
            "{n} step above what this MID works out.",
            "{n} steps above what this MID works out.",
            at,
        )
    return w.n(
        "{n} step below what this MID works out.", "{n} steps below what this MID works out.", -at
    )


def _count(change: KnobChange, w: Words) -> str:
    return w.n(
        "You are in {inside} of {n} licence.",
        "You are in {inside} of {n} licences.",
        change.count.m,
        inside=change.count.n,
    )


def _steps(view: KnobView, w: Words) -> list[str]:
    """What one step down and one step up would change, in mirrored words; after never, step 0."""
    patterns = (
        (view.down, mark("One step down, at {step}: {inside} of {all}. {what}")),
        (view.up, mark("One step up, at {step}: {inside} of {all}. {what}")),
        (view.at_zero, mark("At {step}: {inside} of {all}. {what}")),
    )
    return [
        w.t(
            pattern,
            step=position_text(change.position, w),
            inside=change.count.n,
            all=change.count.m,
            what=_effects(change, w),
        )
        for change, pattern in patterns
        if change
    ]


def _effects(change: KnobChange, w: Words) -> str:
    effects = []
    if change.enters:
        effects.append(w.t("Would come in: {names}.", names=_names(change.enters, w)))
    if change.leaves:
        effects.append(w.t("Would go out: {names}.", names=_names(change.leaves, w)))
    if change.later_in:
        names = _names(change.later_in, w)
        effects.append(w.t("Would come in on their first day: {names}.", names=names))
    if change.later_out:
        names = _names(change.later_out, w)
        effects.append(w.t("Would stay out on their first day: {names}.", names=names))
    return w.sentences(effects) or w.t("Nothing would change.")


def _names(standings: Sequence[Standing], w: Words) -> str:
    return quoted_titles(standings, TITLES_SHOWN, w)


def _notes(view: KnobView, w: Words) -> list[str]:
    """What the knob does not do: MIDs' limits on it, and licences it does not move the member in.

    No step keeps the member out of a licence whose price lets them in at the highest position.
    """
    in_scope = [
        standing
        for standing in view.standings
        if view.scope in {ALL, standing.holding.membership.id} and standing.counts
    ]
    limited = [
        standing for standing in in_scope if standing.ask and standing.ask.bound is not Bound.NONE
    ]
    notes = [_limit_note(standing, w) for standing in limited[:TITLES_SHOWN]]
    unaffected = [
        standing
        for standing in in_scope
        if (price := standing.holding.licence.terms.price)
        and not formula.has_effect(standing.holding.membership.tier, price)
    ]
    if unaffected:
        notes.append(w.t("Your price has no effect on: {names}.", names=_names(unaffected, w)))
    always_in = [
        standing
        for standing in view.standings
        if view.scope in {ALL, standing.holding.membership.id}
        and standing.best == HIGHEST
        and standing.holding.licence.terms.price
        and view.position != NEVER
        and standing.why in {StandingReason.IN, StandingReason.WAITING}
    ]
    if always_in:
        notes.append(
            w.t(
                "No step keeps you out of: {names}. A no does, or never.",
                names=_names(always_in, w),
            )
        )
    return notes


def _limit_note(standing: Standing, w: Words) -> str:
    price = standing.holding.licence.terms.price
    assert standing.ask is not None
    assert price is not None
    mid = own_name(standing.holding.membership.mid.name, w)
    if standing.ask.bound is Bound.BIAS:
        return w.t(
            "{title}: your step asks for {wanted}, {mid} allows {applied}.",
            title=quoted_title(standing, w),
            wanted=w.money(standing.ask.bias, price.currency),
            mid=mid,
            applied=w.money(standing.ask.applied, price.currency),
        )
    return w.t(
        "{title}: a limit of {mid} sets the price, {amount}.",
        title=quoted_title(standing, w),
        mid=mid,
        amount=w.money(standing.ask.amount, price.currency),
    )


def _never_button(view: KnobView, w: Words) -> Button:
    if view.position == NEVER:
        return Button(
            w.p("button", "License my data again, at {step}", step=w.signed(0)), _target(view, 0)
        )
    return Button(w.p("button", "Never license my data"), _target(view, NEVER))


def _scope_buttons(view: KnobView, w: Words) -> Row | None:
    to_all = Go(place=Place.KNOB_SCOPES)
    if view.membership is not None:
        follow = SetKnob(scope=view.scope, to="follow")
        own = Button(w.p("button", "Use one price for all"), follow)
        return (
            (Button(w.p("button", "Back"), to_all),)
            if view.follows
            else (own, Button(w.p("button", "Back"), to_all))
        )
    if len(view.snapshot.memberships) > 1:
        return (Button(w.p("button", "Only for one MID"), to_all),)
    return None


def scopes(view: KnobView, w: Words) -> Screen:
    """Which MID to set a price of its own for."""
    items = []
    for membership in view.snapshot.memberships:
        at = position_text(view.snapshot.knob.at(membership.id), w)
        name = own_name(membership.mid.name, w)
        if membership.id in view.snapshot.knob.own:
            items.append(w.t("{mid}: {step}, its own", mid=name, step=at))
        else:
            items.append(w.t("{mid}: {step}, as for all", mid=name, step=at))
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Your price for one MID")),
            items,
            _overlap_note(view, w),
            w.t("A price of its own holds for that MID alone. The others keep the general one."),
        ),
        rows=rows(
            *[
                Button(shorten(own_name(membership.mid.name, w)), ShowKnob(scope=membership.id))
                for membership in view.snapshot.memberships
            ],
            (parts.human(w), parts.back(w, Place.KNOB)),
        ),
    )


def _overlap_note(view: KnobView, w: Words) -> str | None:
    """A warning when two of the member's MIDs license the same kind of data."""
    membership_by_category: dict[str, str] = {}
    for standing in view.standings:
        for item in standing.holding.licence.terms.data:
            first = membership_by_category.setdefault(
                item.category, standing.holding.membership.id
            )
            if standing.counts and first != standing.holding.membership.id:
                return w.t(
                    "Two of your MIDs license the same kind of data. There, the lower price wins."
                )
    return None


def history(view: KnobHistoryView, w: Words) -> Screen:
    """The earlier settings, in the order of the view: newest first."""
    items = [
        w.t(
            "{moment}: {step}",
            moment=w.moment(setting.at, view.zone),
            step=w.t("as for all")
            if setting.position is None
            else position_text(setting.position, w),
        )
        for setting in view.settings
    ]
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Earlier settings")), items or w.t("You have not changed your price yet.")
        ),
        rows=rows((parts.human(w), Button(w.p("button", "My price"), ShowKnob(scope=view.scope)))),
    )
