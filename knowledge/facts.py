"""Facts about the member who asks, in sentences made of templates and numbers from the store.

No text is generated and no number is estimated: an amount is a line that a MID reported, or the
sum of such lines.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge.cards.card import own_name
from knowledge.cards.standing import (
    in_quotes,
    position_text,
    quoted_title,
    refusal_phrase,
    standing_sentence,
)
from knowledge.search import mentions
from knowledge.values import Fact, FactKey
from locales.words import Raw, Words
from service.questions.values import AboutMember
from service.standing.values import Pause, Standing
from service.statements.values import LineState, StatementLine

MOST_SENTENCES = 5
"""Sentences of one fact at most."""

FactParts = tuple[Sequence[str], Mapping[str, str], Mapping[str, str]]
"""The lines, values and kinds of a ``Fact``."""
NOTHING: FactParts = ((), {}, {})


@dataclass(frozen=True, slots=True)
class FactContext:
    """What a fact is built from: the member, their question, the words of their language."""

    about: AboutMember
    question: str
    w: Words


def needed_facts(
    declared: Iterable[FactKey], about: AboutMember, question: str, w: Words
) -> tuple[FactKey, ...]:
    """The kinds of fact an answer needs: those its article declares, and those the question names.

    A mention of a licence needs the member's standing in it, a mention of a month with statement
    lines needs these.
    """
    keys = list(declared)
    if mentions.mentioned_licences(question, about.portfolio.standings, w):
        keys.insert(0, FactKey.LICENCES)
    if mentions.mentioned_months(question, {line.period for line in about.lines}, w):
        keys.insert(0, FactKey.EARNINGS)
    return tuple(dict.fromkeys(keys))


def build_facts(
    keys: Iterable[FactKey], about: AboutMember, question: str, w: Words
) -> tuple[Fact, ...]:
    """The facts of these kinds about a member, narrowed to what the question names."""
    facts = []
    context = FactContext(about, question, w)
    for key in dict.fromkeys(keys):
        lines, values, kinds = _BUILDERS[key](context)
        if lines:
            facts.append(Fact(key=key, lines=tuple(lines), values=values, kinds=kinds))
    return tuple(facts)


def sum_by_currency(lines: Iterable[StatementLine]) -> dict[str, Decimal]:
    """The member's net amount of some statement lines, by currency; reversed lines count 0."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.counts:
            totals[line.currency] += line.net
    return dict(totals)


def _licences(context: FactContext) -> FactParts:
    portfolio = context.about.portfolio
    if not portfolio.standings:
        return (context.w.t("You are in no licence."),), {}, {}
    named = mentions.mentioned_licences(context.question, portfolio.standings, context.w)
    count = portfolio.count()
    lines = [
        # NOTE: {title} is a licence in quotation marks, {standing} one or two whole sentences.
        context.w.t(
            "{title}: {standing}",
            title=Raw(quoted_title(standing, context.w)),
            standing=Raw(_standing(standing, context)),
        )
        for standing in (named or portfolio.standings)[:MOST_SENTENCES]
    ]
    if not named:
        lines.insert(0, _count(context))
    values = {"in": context.w.number(count.n), "all": context.w.number(count.m)}
    return lines, values, dict.fromkeys(values, "count")


def _standing(standing: Standing, context: FactContext) -> str:
    return standing_sentence(standing, context.about.portfolio.snapshot, context.w)


def _count(context: FactContext) -> str:
    count = context.about.portfolio.count()
    return context.w.n(
        "You are in {inside} of {n} licence.",
        "You are in {inside} of {n} licences.",
        count.m,
        inside=count.n,
    )


def _price(context: FactContext) -> FactParts:
    snapshot = context.about.portfolio.snapshot
    if not snapshot.memberships:
        return NOTHING
    at = position_text(snapshot.knob.general, context.w)
    lines = [context.w.t("Your price: {step}", step=at)]
    values, kinds = {"step": at}, {"step": "step"}
    for n, membership in enumerate(snapshot.memberships):
        if membership.id not in snapshot.knob.own:
            continue
        own = position_text(snapshot.knob.own[membership.id], context.w)
        name = own_name(membership.mid.name, context.w)
        lines.append(context.w.t("Your price for {mid}: {step}", mid=name, step=own))
        values[f"step.{n}"], kinds[f"step.{n}"] = own, "step"
    return lines, values, kinds


def _earnings(context: FactContext) -> FactParts:
    if not context.about.portfolio.snapshot.memberships:
        return NOTHING
    lines = context.about.lines
    if not lines:
        return (context.w.t("No MID has reported a line for you yet."),), {}, {}
    periods = {line.period for line in lines}
    named = mentions.mentioned_months(context.question, periods, context.w)
    slugs = {
        standing.holding.licence.slug
        for standing in mentions.mentioned_licences(
            context.question, context.about.portfolio.standings, context.w
        )
    }
    matching = [line for line in lines if not named or line.period in named]
    matching = [line for line in matching if line.licence in slugs] or matching
    shown = matching[:MOST_SENTENCES]
    sentences = [_line(line, context) for line in shown]
    values = {
        f"line.{n}": context.w.money(line.net, line.currency) for n, line in enumerate(shown)
    }
    for currency, total in sum_by_currency(shown).items():
        values[f"sum_{currency.lower()}"] = context.w.money(total, currency)
        if sum(line.currency == currency for line in shown) > 1:
            amount = context.w.money(total, currency)
            sentences.append(context.w.t("These lines together: {amount}", amount=amount))
    return sentences, values, dict.fromkeys(values, "money")


def _line(line: StatementLine, context: FactContext) -> str:
    title = own_name(line.title, context.w) if line.title else line.licence
    return context.w.t(
        "{month}, {title}: {amount} for you, {state}.",
        month=context.w.month(line.period),
        title=Raw(in_quotes(title, context.w)),
        amount=context.w.money(line.net, line.currency),
        state=_state(line.state, context.w),
    )


def _state(state: LineState, w: Words) -> str:
    texts = {
        # NOTE: How far a payment has come: the end of "September 2026, “title”: 2 € for you, ..."
        LineState.ACCRUED: w.t("counted, not paid yet"),
        LineState.CONFIRMED: w.t("confirmed, not paid yet"),
        LineState.PAID: w.t("paid"),
        LineState.REVERSED: w.t("taken back"),
    }
    return texts[state]


def _choices(context: FactContext) -> FactParts:
    snapshot = context.about.portfolio.snapshot
    if not snapshot.memberships:
        return NOTHING
    pauses = {
        Pause.OFF: context.w.t("Nothing is paused."),
        Pause.PAUSED: context.w.t("You paused everything."),
        Pause.STOPPED: context.w.t("You stopped everything."),
    }
    lines = [pauses[snapshot.pause]]
    if snapshot.refusals:
        names = context.w.join(
            [
                refusal_phrase(rule, snapshot, context.w)
                for rule in snapshot.refusals[:MOST_SENTENCES]
            ]
        )
        lines.append(context.w.t("You refuse everywhere: {names}.", names=names))
    else:
        lines.append(context.w.t("You refuse nothing everywhere."))
    values = {"refusals": context.w.number(len(snapshot.refusals))}
    return lines, values, {"refusals": "count"}


def _mid(context: FactContext) -> FactParts:
    memberships = context.about.portfolio.snapshot.memberships
    lines = [
        context.w.t(
            "{mid}: {contact}. They answer within {hours}.",
            mid=own_name(membership.mid.name, context.w),
            contact=membership.mid.contact.email,
            hours=context.w.duration(membership.mid.contact.reply_within_hours, "hour"),
        )
        for membership in memberships[:MOST_SENTENCES]
    ]
    return lines, {}, {}


def _notices(context: FactContext) -> FactParts:
    view = context.about.attention
    if not view.snapshot.memberships:
        return NOTHING
    most = max(view.weekly)
    lines = [
        context.w.n("At most {n} a week from each MID.", "At most {n} a week from each MID.", most)
    ]
    muted = [membership for membership in view.snapshot.memberships if membership.id in view.muted]
    if muted:
        names = context.w.join([own_name(membership.mid.name, context.w) for membership in muted])
        lines.append(context.w.t("Muted: {names}.", names=names))
    return lines, {"weekly": context.w.number(most)}, {"weekly": "count"}


def _questions(context: FactContext) -> FactParts:
    questions = context.about.questions
    if not questions:
        return (context.w.t("You have sent no question to a person."),), {}, {}
    lines = [
        context.w.t(
            "{date}, to {mid}: {state}",
            date=question.asked_at.date(),
            mid=own_name(question.mid.name, context.w),
            state=context.w.t("answered")
            if question.answered_at
            else context.w.t("waits for a reply"),
        )
        for question in questions[:MOST_SENTENCES]
    ]
    return lines, {}, {}


_BUILDERS: dict[FactKey, Callable[[FactContext], FactParts]] = {
    FactKey.LICENCES: _licences,
    FactKey.PRICE: _price,
    FactKey.EARNINGS: _earnings,
    FactKey.CHOICES: _choices,
    FactKey.MID: _mid,
    FactKey.NOTICES: _notices,
    FactKey.QUESTIONS: _questions,
}
