"""Where a member stands, in words: positions, titles, refusals, in or out and why."""

from collections.abc import Callable, Sequence

from knowledge.cards.card import own_name
from knowledge.cards.vocabulary import category_label
from locales.words import Words
from service.licences.values import Refusal, RefusalKind
from service.price.values import HIGHEST, NEVER, Position
from service.standing.values import Pause, Picture, Standing, Why


def position(at: Position, w: Words) -> str:
    """A knob position in words: "+3", "never"."""
    return w.t("never") if at == NEVER else w.signed(at)


def title(standing: Standing, w: Words) -> str:
    """A licence's title."""
    return own_name(standing.holding.licence.terms.title, w)


def quoted(standing: Standing, w: Words) -> str:
    """A licence's title in quotation marks."""
    return in_quotes(title(standing, w), w)


def in_quotes(text: str, w: Words) -> str:
    """A name in quotation marks."""
    # NOTE: Use the quotation marks of your language.
    return w.t("“{title}”", title=text)


def quoted_list(found: Sequence[Standing], most: int, w: Words) -> str:
    """The titles of some licences in quotation marks; past ``most`` only how many more."""
    names = [quoted(one, w) for one in found[:most]]
    if len(found) > most:
        names.append(w.n("{n} more", "{n} more", len(found) - most))
    return w.join(names)


def refusal(one: Refusal, picture: Picture, w: Words) -> str:
    """What a standing refusal is about, as a short phrase."""
    if one.kind is RefusalKind.COMMERCIAL:
        return w.t("Uses for profit")
    if one.kind is RefusalKind.CATEGORY:
        return category_label(one.value, w)
    for holding in picture.holdings:
        terms = holding.licence.terms
        for party in (*terms.buyers, *terms.via):
            if party.id == one.value:
                return party.name
    return one.value


def stands(one: Standing, picture: Picture, w: Words) -> str:
    """Where a member stands in a licence, and why, in one or two sentences."""
    return _STANDS[one.why](one, picture, w)


def _in(one: Standing, _: Picture, w: Words) -> str:
    if one.holding.licence.terms.price is None:
        return w.t("You are in.")
    if one.best == HIGHEST:
        return w.t("You are in, at every step of your price.")
    assert one.best is not None
    return w.t("You are in. You stay in up to {step}.", step=w.signed(one.best))


def _out_by_price(one: Standing, _: Picture, w: Words) -> str:
    if one.best is None:
        return w.t("You are out: at every step your price is above what the buyer pays.")
    return w.t(
        "You are out: your price is above what the buyer pays. "
        "At {step} or below you would be in.",
        step=w.signed(one.best),
    )


def _said_no(one: Standing, _: Picture, w: Words) -> str:
    assert one.holding.answer is not None
    return w.t("You said no on {date}.", date=one.holding.answer.at.date())


def _paused(_: Standing, picture: Picture, w: Words) -> str:
    if picture.pause is Pause.STOPPED:
        return w.t("You are out: you stopped everything.")
    return w.t("You are out: you paused everything.")


def _refused(one: Standing, picture: Picture, w: Words) -> str:
    names = w.join([in_quotes(refusal(rule, picture, w), w) for rule in one.refused_by])
    return w.t("You are out. You refuse everywhere: {names}.", names=names)


def _mid(one: Standing, w: Words) -> str:
    return own_name(one.holding.licence.terms.mid_name, w)


_STANDS: dict[Why, Callable[[Standing, Picture, Words], str]] = {
    Why.IN: _in,
    Why.PRICE: _out_by_price,
    Why.NEVER: lambda _, __, w: w.t("You are out: your price is set to never."),
    Why.NOT_ASKED: lambda _, __, w: w.t("You are not in unless you say yes."),
    Why.SAID_NO: _said_no,
    Why.LATER: lambda _, __, w: w.t("You are out. You have not decided yet."),
    Why.CHANGED: lambda _, __, w: w.t(
        "You are out: the terms changed after your yes. It needs a new yes."
    ),
    Why.PAUSED: _paused,
    Why.REFUSED: _refused,
    Why.NOT_ELIGIBLE: lambda one, _, w: w.t(
        "You are out: {mid} does not offer you this one now.", mid=_mid(one, w)
    ),
    Why.SUSPENDED: lambda one, _, w: w.t(
        "Nobody is in now: {mid} has put it on hold.", mid=_mid(one, w)
    ),
    Why.ENDED: lambda _, __, w: w.t("This one is over."),
    Why.WAITING: lambda one, _, w: w.t(
        "You said yes, from {date}.", date=one.holding.licence.terms.start
    ),
    Why.UNKNOWN: lambda _, __, w: w.t("You said yes. What the buyer pays is not known yet."),
}


def in_brief(one: Standing, picture: Picture, w: Words) -> str:
    """The same in a few words, for a list."""
    says = {
        Why.IN: w.t("in"),
        Why.PRICE: w.t("out, because of your price"),
        Why.NEVER: w.t("out, price is never"),
        Why.NOT_ASKED: w.t("waits for your answer"),
        Why.SAID_NO: w.t("out, you said no"),
        Why.LATER: w.t("not decided"),
        Why.CHANGED: w.t("new terms, needs a new yes"),
        Why.PAUSED: w.t("out, stopped") if picture.pause is Pause.STOPPED else w.t("out, paused"),
        Why.REFUSED: w.t("out, you refuse it everywhere"),
        Why.NOT_ELIGIBLE: w.t("not offered to you now"),
        Why.SUSPENDED: w.t("on hold"),
        Why.ENDED: w.t("over"),
        Why.WAITING: w.t("yes, from {date}", date=one.holding.licence.terms.start),
        Why.UNKNOWN: w.t("yes, price not known yet"),
    }
    return says[one.why]
