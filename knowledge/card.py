"""The card: a licence as eight plain lines, always in this order, and what to be warned of.

Screens, receipts and answers all take their words from here. Layer 1 is ``short``, layer 2 is
``detail``; layer 3 is the legal text, which is shown as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from knowledge.vocabulary import (
    category_label,
    class_label,
    origin_label,
    per_label,
    purpose_label,
    remuneration_label,
)
from locales.words import Words
from service.licences.values import DataItem, Purpose, Terms
from service.people.values import Mid, Party, Texts
from service.price import formula
from service.price.values import Ask


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
class Line:
    """One line: its name, its short form, and the sentences behind it."""

    key: LineKey
    name: str
    short: str
    detail: tuple[str, ...]


def own_words(texts: Texts, w: Words) -> str:
    """A MID's own text; labelled with its language when it is not there in this one."""
    picked = w.pick(texts)
    if not picked.original:
        return picked.text
    # NOTE: {text} is written by the MID in another language, which {language} names.
    return w.t("{text} (in {language})", text=picked.text, language=w.language_name(picked.locale))


def own_name(texts: Texts, w: Words) -> str:
    """A MID's own name or title, to stand in a list, a button or a sentence: never labelled."""
    return w.pick(texts).text


def lines(terms: Terms, ask: Ask | None, today: date, w: Words) -> tuple[Line, ...]:
    """The eight lines of a licence. ``ask`` is the member's, None when their knob is at never."""
    return (
        # NOTE: The names of a card's eight lines. One or two short words each.
        Line(LineKey.WHO, w.t("Who"), _who(terms, w), _who_detail(terms, w)),
        Line(LineKey.WHAT, w.t("What"), _what(terms, w), _what_detail(terms, w)),
        Line(LineKey.PURPOSE, w.t("What for"), _purpose(terms, w), _purpose_detail(terms, w)),
        Line(LineKey.HOW, w.t("How"), _how(terms, w), _how_detail(terms, w)),
        Line(LineKey.LENGTH, w.t("How long"), _length(terms, today, w), _length_detail(terms, w)),
        Line(LineKey.MONEY, w.t("Money"), _money(terms, ask, w), _money_detail(terms, w)),
        Line(LineKey.UNKNOWN, w.t("Not known"), own_words(terms.unknowns, w), _audit(terms, w)),
        Line(LineKey.STOP, w.t("To stop"), _stop(w), _stop_detail(terms, w)),
    )


def warnings(terms: Terms, mid: Mid, *, first: bool, w: Words) -> tuple[str, ...]:
    """What must be said before the eight lines (mission P1b, P1c, P3f, R14).

    ``first`` is true while the member has not yet answered this licence.
    """
    found = [
        w.t("This buyer is linked to your MID.")
        if party in terms.buyers
        else w.t("{party} is linked to your MID.", party=party.name)
        for party in dict.fromkeys((*terms.buyers, terms.collector, *terms.via))
        if party.id in terms.linked
    ]
    if terms.cannot_be_called_back:
        found.append(w.t("What they learn cannot be called back."))
    if terms.sensitive:
        found.append(w.t("It includes sensitive data."))
    if first and mid.earns_by_volume_only:
        found.append(w.t("Your MID earns only when data flows."))
    return tuple(found)


def _party(party: Party, w: Words) -> str:
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


def _who_detail(terms: Terms, w: Words) -> tuple[str, ...]:
    mid = own_name(terms.mid_name, w)
    found = [w.t("Buyer: {party}.", party=_party(party, w)) for party in terms.buyers]
    if terms.collector.id != terms.mid_id:
        found.append(w.t("Records the data: {party}.", party=_party(terms.collector, w)))
    else:
        found.append(w.t("Records the data: {party}.", party=mid))
    found += [w.t("Passes it on: {party}.", party=_party(party, w)) for party in terms.via]
    found.append(w.t("Bargains for you: {mid}.", mid=mid))
    if not terms.linked:
        found.append(w.t("None of the others is linked to {mid}.", mid=mid))
    found.append(w.t("The buyer never learns who you are from us, and cannot write to you."))
    return tuple(found)


def _item(item: DataItem, w: Words) -> str:
    label, origin = category_label(item.category, w), origin_label(item.origin, w)
    if item.sensitive:
        # NOTE: {data} is a kind of data, {origin} says where it comes from ("recorded").
        return w.t("{data} ({origin}, sensitive)", data=label, origin=origin)
    return w.t("{data} ({origin})", data=label, origin=origin)


def _sentences(phrases: Iterable[str], w: Words) -> str:
    """Phrases as sentences of their own, one after the other."""
    # NOTE: Put the full stop of your language behind the phrase.
    return w.sentences([w.t("{phrase}.", phrase=phrase) for phrase in phrases])


def _what(terms: Terms, w: Words) -> str:
    return _sentences((_item(item, w) for item in terms.data), w)


def _what_detail(terms: Terms, w: Words) -> tuple[str, ...]:
    found = [_item(item, w) for item in terms.data]
    if terms.sensitive:
        found.append(w.t("Before a yes to sensitive data there is one question."))
    return tuple(found)


def _aim(purpose: Purpose, w: Words) -> str:
    label = purpose_label(purpose.purpose, w)
    if purpose.commercial:
        return w.t("{purpose} (for profit)", purpose=label)
    return w.t("{purpose} (not for profit)", purpose=label)


def _purpose(terms: Terms, w: Words) -> str:
    labels = [purpose_label(purpose.purpose, w) for purpose in terms.purposes]
    if all(purpose.commercial for purpose in terms.purposes):
        return w.sentences([_sentences(labels, w), w.t("For profit.")])
    if terms.commercial:
        return _sentences((_aim(purpose, w) for purpose in terms.purposes), w)
    return w.sentences([_sentences(labels, w), w.t("Not for profit.")])


def _purpose_detail(terms: Terms, w: Words) -> tuple[str, ...]:
    return (
        w.t("Why your data is wanted: {why}", why=own_words(terms.why_wanted, w)),
        *(_aim(purpose, w) for purpose in terms.purposes),
        w.t("Any other use needs a new version of this licence and a new yes from you."),
    )


def _how(terms: Terms, w: Words) -> str:
    says = {
        "query": w.t("They ask questions. They see answers, not the data."),
        "dp_query": w.t("They only get blurred totals. No answer points to you."),
        "compute_to_data": w.t("Their questions travel to the data. The data stays."),
        "copy": w.t("They get a copy."),
    }
    return says[terms.access_mode]


def _how_detail(terms: Terms, w: Words) -> tuple[str, ...]:
    places = w.join([w.region(code) for code in terms.storage])
    found = [_how(terms, w), w.t("Kept in: {places}.", places=places)]
    if terms.cannot_be_called_back:
        found.append(
            w.t(
                "If you stop, nothing new reaches them. What they have learned or copied until "
                "then stays with them."
            )
        )
    else:
        found.append(w.t("If you stop, they can no longer use your data."))
    return tuple(found)


def _length(terms: Terms, today: date, w: Words) -> str:
    if terms.start > today:
        span = w.t("From {start} to {end}.", start=terms.start, end=terms.end)
    else:
        span = w.t("Until {end}.", end=terms.end)
    deadline = w.duration_days(terms.delete_within_days)
    return w.sentences([span, w.t("Then deleted within {days}.", days=deadline)])


def _length_detail(terms: Terms, w: Words) -> tuple[str, ...]:
    return (
        w.t("It runs from {start} to {end}.", start=terms.start, end=terms.end),
        w.t(
            "The buyer must delete what it holds within {days} after the end.",
            days=w.duration_days(terms.delete_within_days),
        ),
        w.t("To go on after that, it needs a new yes from you."),
    )


def _money(terms: Terms, ask: Ask | None, w: Words) -> str:
    price = terms.price
    if price is None:
        return w.t("You are not paid for this.")
    share = w.percent(terms.member_share)
    paid = price.rate if price.settlement == "uniform" else (ask.amount if ask else None)
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


def _money_detail(terms: Terms, w: Words) -> tuple[str, ...]:
    price = terms.price
    if price is None:
        return (w.t("You are not paid for this."),)
    mid = own_name(terms.mid_name, w)
    cut = sum((one.percent for one in terms.commissions), Decimal(0)) / 100
    found = [w.t("Your share: {share}.", share=w.percent(terms.member_share))]
    found += [
        w.t(
            "{party}, in between: {share}.",
            party=one.party.name,
            share=w.percent(one.percent / 100),
        )
        for one in terms.commissions
    ]
    found.append(w.t("{mid}: {share}.", mid=mid, share=w.percent(1 - terms.member_share - cut)))
    if terms.member_share < Decimal("0.70"):
        found.append(w.t("Less than 70 of every 100 reach the members."))
    if price.rate is None:
        found.append(w.t("What the buyer pays is not known yet."))
    elif price.settlement == "uniform":
        found.append(
            w.t("Everyone who is in gets the same: the buyer pays {rate}.",
                rate=w.money(price.rate, price.currency))
        )  # fmt: skip
    else:
        found.append(
            w.t("The price paid is your own. The buyer pays up to {rate}.",
                rate=w.money(price.rate, price.currency))
        )  # fmt: skip
    found.append(
        w.t(
            "{mid} set the lowest price at {low} and the highest at {high}.",
            mid=mid,
            low=w.money(price.floor, price.currency),
            high=w.money(price.cap, price.currency),
        )
    )
    if terms.residual_share:
        found.append(
            w.t(
                "If something made from it earns money later, {share} goes to the members.",
                share=w.percent(terms.residual_share),
            )
        )
    return tuple(found)


def _audit(terms: Terms, w: Words) -> tuple[str, ...]:
    found = [own_words(terms.unknowns, w)]
    if terms.audit is None:
        found.append(w.t("Nobody has checked this licence yet."))
    else:
        found.append(
            w.t(
                "Checked on {date}: {result}",
                date=terms.audit.on,
                result=own_words(terms.audit.result, w),
            )
        )
    return tuple(found)


def _stop(w: Words) -> str:
    return w.t("One tap.")


def _stop_detail(terms: Terms, w: Words) -> tuple[str, ...]:
    found = [
        w.t("Tap No or Stop on the card, at any time. No reason is asked."),
        w.t("It ends at once for anything new."),
        w.t("Nothing else changes: your other licences stay as they are."),
    ]
    if terms.cannot_be_called_back:
        found.append(w.t("What they learn cannot be called back."))
    return tuple(found)
