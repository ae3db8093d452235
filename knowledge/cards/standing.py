"""Texts about a member's standing: knob positions, titles, refusals, in or out and why."""

from collections.abc import Callable, Sequence

from knowledge.cards.card import own_name
from knowledge.cards.vocabulary import category_label
from locales.words import Words
from service.licences.values import Refusal, RefusalKind
from service.price.values import HIGHEST, NEVER, Position
from service.standing.values import MemberSnapshot, Pause, Standing, StandingReason


def position_text(at: Position, w: Words) -> str:
    """A knob position as text: "+3", "never"."""
    return w.t("never") if at == NEVER else w.signed(at)


def licence_title(standing: Standing, w: Words) -> str:
    """The title of a standing's licence."""
    return own_name(standing.holding.licence.terms.title, w)


def quoted_title(standing: Standing, w: Words) -> str:
    """The title of a standing's licence in quotation marks."""
    return in_quotes(licence_title(standing, w), w)


def in_quotes(text: str, w: Words) -> str:
    """A name in quotation marks."""
    # NOTE: Use the quotation marks of your language.
    return w.t("“{title}”", title=text)


def quoted_titles(standings: Sequence[Standing], most: int, w: Words) -> str:
    """The titles of licences in quotation marks; beyond ``most`` only how many more."""
    names = [quoted_title(standing, w) for standing in standings[:most]]
    if len(standings) > most:
        names.append(w.n("{n} more", "{n} more", len(standings) - most))
    return w.join(names)


def refusal_phrase(refusal: Refusal, snapshot: MemberSnapshot, w: Words) -> str:
    """What a standing refusal is about: uses for profit, a kind of data, or a buyer's name."""
    if refusal.kind is RefusalKind.COMMERCIAL:
        return w.t("Uses for profit")
    if refusal.kind is RefusalKind.CATEGORY:
        return category_label(refusal.value, w)
    for holding in snapshot.holdings:
        terms = holding.licence.terms
        for party in (*terms.buyers, *terms.via):
            if party.id == refusal.value:
                return party.name
    return refusal.value


def standing_sentence(standing: Standing, snapshot: MemberSnapshot, w: Words) -> str:
    """Whether a member is in a licence, and why, in one or two sentences."""
    return _SENTENCES[standing.why](standing, snapshot, w)


def standing_phrase(standing: Standing, snapshot: MemberSnapshot, w: Words) -> str:
    """Whether a member is in a licence, and why, in a few words for a list."""
    phrases = {
        StandingReason.IN: w.t("in"),
        StandingReason.PRICE: w.t("out, because of your price"),
        StandingReason.NEVER: w.t("out, price is never"),
        StandingReason.NOT_ASKED: w.t("waits for your answer"),
        StandingReason.SAID_NO: w.t("out, you said no"),
        StandingReason.LATER: w.t("not decided"),
        StandingReason.CHANGED: w.t("new terms, needs a new yes"),
        StandingReason.PAUSED: w.t("out, stopped")
        if snapshot.pause is Pause.STOPPED
        else w.t("out, paused"),
        StandingReason.REFUSED: w.t("out, you refuse it everywhere"),
        StandingReason.NOT_ELIGIBLE: w.t("not offered to you now"),
        StandingReason.SUSPENDED: w.t("on hold"),
        StandingReason.ENDED: w.t("over"),
        StandingReason.WAITING: w.t("yes, from {date}", date=standing.holding.licence.terms.start),
        StandingReason.UNKNOWN: w.t("yes, price not known yet"),
    }
    return phrases[standing.why]


def _in(standing: Standing, _: MemberSnapshot, w: Words) -> str:
    if standing.holding.licence.terms.price is None:
        return w.t("You are in.")
    if standing.best == HIGHEST:
        return w.t("You are in, at every step of your price.")
    assert standing.best is not None
    return w.t("You are in. You stay in up to {step}.", step=w.signed(standing.best))


def _out_by_price(standing: Standing, _: MemberSnapshot, w: Words) -> str:
    if standing.best is None:
        return w.t("You are out: at every step your price is above what the buyer pays.")
    return w.t(
        "You are out: your price is above what the buyer pays. "
        "At {step} or below you would be in.",
        step=w.signed(standing.best),
    )


def _said_no(standing: Standing, _: MemberSnapshot, w: Words) -> str:
    assert standing.holding.answer is not None
    return w.t("You said no on {date}.", date=standing.holding.answer.at.date())


def _paused(_: Standing, snapshot: MemberSnapshot, w: Words) -> str:
    if snapshot.pause is Pause.STOPPED:
        return w.t("You are out: you stopped everything.")
    return w.t("You are out: you paused everything.")


def _refused(standing: Standing, snapshot: MemberSnapshot, w: Words) -> str:
    names = w.join(
        [in_quotes(refusal_phrase(rule, snapshot, w), w) for rule in standing.refused_by]
    )
    return w.t("You are out. You refuse everywhere: {names}.", names=names)


def _mid(standing: Standing, w: Words) -> str:
    return own_name(standing.holding.licence.terms.mid_name, w)


_SENTENCES: dict[StandingReason, Callable[[Standing, MemberSnapshot, Words], str]] = {
    StandingReason.IN: _in,
    StandingReason.PRICE: _out_by_price,
    StandingReason.NEVER: lambda _, __, w: w.t("You are out: your price is set to never."),
    StandingReason.NOT_ASKED: lambda _, __, w: w.t("You are not in unless you say yes."),
    StandingReason.SAID_NO: _said_no,
    StandingReason.LATER: lambda _, __, w: w.t("You are out. You have not decided yet."),
    StandingReason.CHANGED: lambda _, __, w: w.t(
        "You are out: the terms changed after your yes. It needs a new yes."
    ),
    StandingReason.PAUSED: _paused,
    StandingReason.REFUSED: _refused,
    StandingReason.NOT_ELIGIBLE: lambda standing, _, w: w.t(
        "You are out: {mid} does not offer you this one now.", mid=_mid(standing, w)
    ),
    StandingReason.SUSPENDED: lambda standing, _, w: w.t(
        "Nobody is in now: {mid} has put it on hold.", mid=_mid(standing, w)
    ),
    StandingReason.ENDED: lambda _, __, w: w.t("This one is over."),
    StandingReason.WAITING: lambda standing, _, w: w.t(
        "You said yes, from {date}.", date=standing.holding.licence.terms.start
    ),
    StandingReason.UNKNOWN: lambda _, __, w: w.t(
        "You said yes. What the buyer pays is not known yet."
    ),
}
