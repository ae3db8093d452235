"""The card of a licence: eight plain lines, always in this order, and warnings above them.

Screens, receipts and answers all take their sentences from here. The details of a line are in
``knowledge.cards.details``; the third layer is the legal text, which is shown unchanged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge.cards.vocabulary import (
    category_label,
    class_label,
    origin_label,
    per_label,
    purpose_label,
    remuneration_label,
)
from locales.words import Words
from service.licences.values import DataItem, Purpose, Terms
from service.mids.values import Mid, Party
from service.price import formula
from service.price.values import Ask
from service.values import Texts


class LineKey(StrEnum):
    """The eight lines, in their order."""

    WHO = "who"
    WHAT = "what"
    PURPOSE = "for"
    HOW = "how"
    LENGTH = "long"
    MONEY = "get"
    UNKNOWN = "not"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a card: its name and its short text."""

    key: LineKey
    name: str
    short: str


def own_words(texts: Texts, w: Words) -> str:
    """A MID's own text, labelled with its language if there is none in the member's."""
    picked = w.pick(texts)
    if not picked.original:
        return picked.text
    # NOTE: {text} is written by the MID in another language, which {language} names.
    return w.t("{text} (in {language})", text=picked.text, language=w.language_name(picked.locale))


def own_name(texts: Texts, w: Words) -> str:
    """A MID's own name or title, for a list, a button or a sentence: never labelled."""
    return w.pick(texts).text


def card_lines(terms: Terms, ask: Ask | None, today: date, w: Words) -> tuple[CardLine, ...]:
    """The eight lines of a licence. ``ask`` is the member's, None when their knob is at never."""
    return (
        # NOTE: The names of a card's eight lines. One or two short words each.
        CardLine(LineKey.WHO, w.t("Who"), _who(terms, w)),
        CardLine(LineKey.WHAT, w.t("What"), _what(terms, w)),
        CardLine(LineKey.PURPOSE, w.t("What for"), _purpose(terms, w)),
        CardLine(LineKey.HOW, w.t("How"), how_words(terms, w)),
        CardLine(LineKey.LENGTH, w.t("How long"), _length(terms, today, w)),
        CardLine(LineKey.MONEY, w.t("Money"), _money(terms, ask, w)),
        CardLine(LineKey.UNKNOWN, w.t("Not known"), _unknown(terms, w)),
        CardLine(LineKey.STOP, w.t("To stop"), _stop(w)),
    )


def card_warnings(terms: Terms, mid: Mid, *, first: bool, w: Words) -> tuple[str, ...]:
    """The warnings that must stand above the eight lines.

    They are: a party linked to the MID, data that cannot be called back, sensitive data, and a MID
    that is paid by volume alone. The last is shown while ``first``: the member has not answered.
    """
    texts = [
        w.t("This buyer is linked to your MID.")
        if terms.buyers == (party,)
        else w.t("{party} is linked to your MID.", party=party.name)
        for party in dict.fromkeys((*terms.buyers, terms.collector, *terms.via))
        if party.id in terms.linked
    ]
    if terms.cannot_be_called_back:
        texts.append(w.t("What they learn cannot be called back."))
    if terms.sensitive:
        texts.append(w.t("It includes sensitive data."))
    if first and mid.earns_by_volume_only:
        texts.append(w.t("Your MID earns only when data flows."))
    return tuple(texts)


def party_words(party: Party, w: Words) -> str:
    """A party's name, kind and country."""
    # NOTE: A name, then what it is, then its country: "Careful Robotics, a company (Germany)".
    return w.t(
        "{name}, {kind} ({country})",
        name=party.name,
        kind=class_label(party.kind, w),
        country=w.region(party.country),
    )


def _who(terms: Terms, w: Words) -> str:
    mid = own_name(terms.mid_name, w)
    # NOTE: "asks" is: would like to use the data. {kind} is "a company", "a bank" ...
    parts = [
        w.t("{name}, {kind}, asks.", name=party.name, kind=class_label(party.kind, w))
        for party in terms.buyers
    ]
    if terms.via:
        names = w.join([party.name for party in terms.via])
        parts.append(w.t("Passed on by {names}.", names=names))
    if terms.collector.id == terms.mid_id:
        parts.append(
            w.n(
                "Recorded and licensed by {mid} for {n} person.",
                "Recorded and licensed by {mid} for {n} people.",
                terms.group_size,
                mid=mid,
            )
        )
    else:
        parts.append(w.t("Recorded by {collector}.", collector=terms.collector.name))
        parts.append(
            w.n(
                "Licensed by {mid} for {n} person.",
                "Licensed by {mid} for {n} people.",
                terms.group_size,
                mid=mid,
            )
        )
    return w.sentences(parts)


def item_words(item: DataItem, w: Words) -> str:
    """A kind of data, where it comes from, and whether it is sensitive."""
    label, origin = category_label(item.category, w), origin_label(item.origin, w)
    if item.sensitive:
        # NOTE: {data} is a kind of data, {origin} says where it comes from ("recorded").
        return w.t("{data} ({origin}, sensitive)", data=label, origin=origin)
    return w.t("{data} ({origin})", data=label, origin=origin)


def _sentences(phrases: Iterable[str], w: Words) -> str:
    """Each phrase as a sentence, joined to one text."""
    # NOTE: Put the full stop of your language behind the phrase.
    return w.sentences([w.t("{phrase}.", phrase=phrase) for phrase in phrases])


def _what(terms: Terms, w: Words) -> str:
    return _sentences((item_words(item, w) for item in terms.data), w)


def aim_words(purpose: Purpose, w: Words) -> str:
    """A purpose, and whether it is for profit."""
    label = purpose_label(purpose.purpose, w)
    if purpose.commercial:
        return w.t("{purpose} (for profit)", purpose=label)
    return w.t("{purpose} (not for profit)", purpose=label)


def _purpose(terms: Terms, w: Words) -> str:
    labels = [purpose_label(purpose.purpose, w) for purpose in terms.purposes]
    if all(purpose.commercial for purpose in terms.purposes):
        return w.sentences([_sentences(labels, w), w.t("For profit.")])
    if terms.commercial:
        return _sentences((aim_words(purpose, w) for purpose in terms.purposes), w)
    return w.sentences([_sentences(labels, w), w.t("Not for profit.")])


def how_words(terms: Terms, w: Words) -> str:
    """How the buyer accesses the data."""
    texts = {
        "query": w.t("They ask questions. They see answers, not the data."),
        "dp_query": w.t("They only get blurred totals. No answer points to you."),
        "compute_to_data": w.t("Their questions travel to the data. The data stays."),
        "copy": w.t("They get a copy."),
    }
    return texts[terms.access_mode]


def _length(terms: Terms, today: date, w: Words) -> str:
    if terms.start > today:
        span = w.t("From {start} to {end}.", start=terms.start, end=terms.end)
    else:
        span = w.t("Until {end}.", end=terms.end)
    deadline = w.duration_days(terms.delete_within_days)
    return w.sentences([span, w.t("Then deleted within {days}.", days=deadline)])


def _money(terms: Terms, ask: Ask | None, w: Words) -> str:
    price = terms.price
    if price is None:
        return w.t("You are not paid for this.")
    share = w.percent(terms.member_share)
    paid = price.rate if price.settlement == "uniform" else (ask.amount if ask else None)
    if paid is None and price.settlement == "ask":
        return w.t("{share} of your price.", share=share)
    if paid is None:
        return w.t("{share} of what the buyer pays.", share=share)
    net = formula.net(paid, terms.member_share, price.quantum)
    # NOTE: {kind} is "pay for use", "pay for work" ...; {per} is "a month", "for 1,000 words" ...
    return w.t(
        "{amount} {per} ({kind}): {share} of {paid}.",
        kind=remuneration_label(terms.remuneration, w),
        amount=w.money(net, price.currency),
        per=per_label(price.per, w),
        share=share,
        paid=w.money(paid, price.currency),
    )


def _unknown(terms: Terms, w: Words) -> str:
    return w.sentences([*withheld(terms, w).values(), own_words(terms.unknowns, w)])


def withheld(terms: Terms, w: Words) -> dict[str, str]:
    """By field, a sentence for what the MID agreed not to show: the card must name each gap."""
    texts = {
        "audit": w.t("Your MID has agreed not to show what the last check found."),
        "storage": w.t("Your MID has agreed not to show where it is kept."),
    }
    return {name: texts[name] for name in terms.withheld}


def _stop(w: Words) -> str:
    return w.t("One tap.")
