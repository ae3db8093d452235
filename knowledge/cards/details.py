"""The details of each line of a card: its second layer."""

from decimal import Decimal

from knowledge.cards.card import (
    LineKey,
    aim_words,
    how_words,
    item_words,
    own_name,
    own_words,
    party_words,
    withheld,
)
from locales.words import Words
from service.licences.values import Terms


def line_details(key: LineKey, terms: Terms, w: Words) -> tuple[str, ...]:
    """The detailed sentences of one line."""
    return {
        LineKey.WHO: _who,
        LineKey.WHAT: _what,
        LineKey.PURPOSE: _purpose,
        LineKey.HOW: _how,
        LineKey.LENGTH: _length,
        LineKey.MONEY: _money,
        LineKey.UNKNOWN: _unknown,
        LineKey.STOP: _stop,
    }[key](terms, w)


def _who(terms: Terms, w: Words) -> tuple[str, ...]:
    mid = own_name(terms.mid_name, w)
    texts = [w.t("Buyer: {party}.", party=party_words(party, w)) for party in terms.buyers]
    if terms.collector.id != terms.mid_id:
        texts.append(w.t("Records the data: {party}.", party=party_words(terms.collector, w)))
    else:
        texts.append(w.t("Records the data: {party}.", party=mid))
    texts += [w.t("Passes it on: {party}.", party=party_words(party, w)) for party in terms.via]
    texts.append(w.t("Bargains for you: {mid}.", mid=mid))
    linked = [
        w.t("{party} is linked to {mid}.", party=party.name, mid=mid)
        for party in dict.fromkeys((*terms.buyers, terms.collector, *terms.via))
        if party.id in terms.linked
    ]
    texts += linked or [w.t("None of the others is linked to {mid}.", mid=mid)]
    texts.append(w.t("The buyer never learns who you are from us, and cannot write to you."))
    return tuple(texts)


def _what(terms: Terms, w: Words) -> tuple[str, ...]:
    texts = [item_words(item, w) for item in terms.data]
    if terms.sensitive:
        texts.append(w.t("Before a yes to sensitive data there is one question."))
    return tuple(texts)


def _purpose(terms: Terms, w: Words) -> tuple[str, ...]:
    return (
        w.t("Why your data is wanted: {why}", why=own_words(terms.why_wanted, w)),
        *(aim_words(purpose, w) for purpose in terms.purposes),
        w.t("Any other use needs a new version of this licence and a new yes from you."),
    )


def _how(terms: Terms, w: Words) -> tuple[str, ...]:
    places = w.join([w.region(code) for code in terms.storage])
    kept = withheld(terms, w).get("storage") or w.t("Kept in: {places}.", places=places)
    texts = [how_words(terms, w), kept]
    if terms.cannot_be_called_back:
        texts.append(
            w.t(
                "If you stop, nothing new reaches them. What they have learned or copied until "
                "then stays with them."
            )
        )
    else:
        texts.append(w.t("If you stop, they can no longer use your data."))
    return tuple(texts)


def _length(terms: Terms, w: Words) -> tuple[str, ...]:
    return (
        w.t("It runs from {start} to {end}.", start=terms.start, end=terms.end),
        w.t(
            "The buyer must delete what it holds within {days} after the end.",
            days=w.duration_days(terms.delete_within_days),
        ),
        w.t("To go on after that, it needs a new yes from you."),
    )


def _money(terms: Terms, w: Words) -> tuple[str, ...]:
    price = terms.price
    if price is None:
        return (w.t("You are not paid for this."),)
    mid = own_name(terms.mid_name, w)
    cut = sum((commission.percent for commission in terms.commissions), Decimal(0)) / 100
    texts = [w.t("Your share: {share}.", share=w.percent(terms.member_share))]
    texts += [
        w.t(
            "{party}, in between: {share}.",
            party=commission.party.name,
            share=w.percent(commission.percent / 100),
        )
        for commission in terms.commissions
    ]
    texts.append(w.t("{mid}: {share}.", mid=mid, share=w.percent(1 - terms.member_share - cut)))
    if terms.member_share < Decimal("0.70"):
        texts.append(w.t("Less than 70 of every 100 reach the members."))
    if price.rate is None:
        texts.append(w.t("What the buyer pays is not known yet."))
    elif price.settlement == "uniform":
        texts.append(
            w.t("Everyone who is in gets the same: the buyer pays {rate}.",
                rate=w.money(price.rate, price.currency))
        )  # fmt: skip
    else:
        texts.append(
            w.t("The price paid is your own. The buyer pays up to {rate}.",
                rate=w.money(price.rate, price.currency))
        )  # fmt: skip
    texts.append(
        w.t(
            "{mid} set the lowest price at {low} and the highest at {high}.",
            mid=mid,
            low=w.money(price.floor, price.currency),
            high=w.money(price.cap, price.currency),
        )
    )
    if terms.residual_share:
        texts.append(
            w.t(
                "If something made from it earns money later, {share} goes to the members.",
                share=w.percent(terms.residual_share),
            )
        )
    return tuple(texts)


def _unknown(terms: Terms, w: Words) -> tuple[str, ...]:
    texts = [*withheld(terms, w).values(), own_words(terms.unknowns, w)]
    if terms.audit is None:
        texts.append(w.t("Nobody has checked this licence yet."))
    elif "audit" not in terms.withheld:
        texts.append(
            w.t(
                "Checked on {date}: {result}",
                date=terms.audit.on,
                result=own_words(terms.audit.result, w),
            )
        )
    return tuple(texts)


def _stop(terms: Terms, w: Words) -> tuple[str, ...]:
    texts = [
        w.t("Tap No or Stop on the card, at any time. No reason is asked."),
        w.t("It ends at once for anything new."),
        w.t("Nothing else changes: your other licences stay as they are."),
    ]
    if terms.cannot_be_called_back:
        texts.append(w.t("What they learn cannot be called back."))
    return tuple(texts)
