"""What an answer may say about the member who asks: sentences by template, numbers from the store.

Nothing here is generated and nothing is estimated: a figure is a line that a MID reported, or the
sum of such lines.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge.cards.card import own_name
from knowledge.cards.standing import in_quotes, position, quoted, refusal, stands
from knowledge.search import mentions
from knowledge.values import Fact, FactKey
from locales.words import Raw, Words
from service.questions.values import AboutMember
from service.standing.values import Pause, Standing
from service.statements.values import LineState, StatementLine

MOST = 5
"""Sentences of one fact: a screen is one idea. More is said to be more, and where to see it."""


@dataclass(frozen=True, slots=True)
class Sayer:
    """What the templates work with: the member, the question, the words."""

    me: AboutMember
    asked: str
    w: Words


def wanted(
    declared: Iterable[FactKey], me: AboutMember, asked: str, w: Words
) -> tuple[FactKey, ...]:
    """The kinds of fact an answer needs: those its article declares, and what the question names.

    A licence named by its title or its buyer asks for where the member stands in it, a month for
    which there are lines asks for these.
    """
    found = list(declared)
    if mentions.licences(asked, me.portfolio.standings, w):
        found.insert(0, FactKey.LICENCES)
    if mentions.months(asked, {line.period for line in me.lines}, w):
        found.insert(0, FactKey.EARNINGS)
    return tuple(dict.fromkeys(found))


def facts(keys: Iterable[FactKey], me: AboutMember, asked: str, w: Words) -> tuple[Fact, ...]:
    """The facts of these kinds about a member. ``asked`` narrows them to what it names."""
    found = []
    sayer = Sayer(me, asked, w)
    for key in dict.fromkeys(keys):
        lines, values, kinds = _SAY[key](sayer)
        if lines:
            found.append(Fact(key=key, lines=tuple(lines), values=values, kinds=kinds))
    return tuple(found)


Said = tuple[Sequence[str], Mapping[str, str], Mapping[str, str]]
NOTHING: Said = ((), {}, {})


def _licences(s: Sayer) -> Said:
    found = s.me.portfolio
    if not found.standings:
        return (s.w.t("You are in no licence."),), {}, {}
    named = mentions.licences(s.asked, found.standings, s.w)
    count = found.count()
    lines = [
        # NOTE: {title} is a licence in quotation marks, {standing} one or two whole sentences.
        s.w.t("{title}: {standing}", title=Raw(quoted(one, s.w)), standing=Raw(_standing(one, s)))
        for one in (named or found.standings)[:MOST]
    ]
    if not named:
        lines.insert(0, _count(s))
    values = {"in": s.w.number(count.n), "all": s.w.number(count.m)}
    return lines, values, dict.fromkeys(values, "count")


def _standing(standing: Standing, s: Sayer) -> str:
    return stands(standing, s.me.portfolio.snapshot, s.w)


def _count(s: Sayer) -> str:
    count = s.me.portfolio.count()
    return s.w.n(
        "You are in {inside} of {n} licence.",
        "You are in {inside} of {n} licences.",
        count.m,
        inside=count.n,
    )


def _price(s: Sayer) -> Said:
    snapshot = s.me.portfolio.snapshot
    if not snapshot.memberships:
        return NOTHING
    at = position(snapshot.knob.general, s.w)
    lines = [s.w.t("Your price: {step}", step=at)]
    values, kinds = {"step": at}, {"step": "step"}
    for n, one in enumerate(snapshot.memberships):
        if one.id not in snapshot.knob.own:
            continue
        own = position(snapshot.knob.own[one.id], s.w)
        name = own_name(one.mid.name, s.w)
        lines.append(s.w.t("Your price for {mid}: {step}", mid=name, step=own))
        values[f"step.{n}"], kinds[f"step.{n}"] = own, "step"
    return lines, values, kinds


def _earnings(s: Sayer) -> Said:
    if not s.me.portfolio.snapshot.memberships:
        return NOTHING
    lines = s.me.lines
    if not lines:
        return (s.w.t("No MID has reported a line for you yet."),), {}, {}
    periods = {line.period for line in lines}
    named = mentions.months(s.asked, periods, s.w)
    about = {
        licence.holding.licence.slug
        for licence in mentions.licences(s.asked, s.me.portfolio.standings, s.w)
    }
    chosen = [line for line in lines if not named or line.period in named]
    chosen = [line for line in chosen if line.licence in about] or chosen
    shown = chosen[:MOST]
    said = [_line(line, s) for line in shown]
    values = {f"line.{n}": s.w.money(line.net, line.currency) for n, line in enumerate(shown)}
    for currency, total in sums(shown).items():
        values[f"sum_{currency.lower()}"] = s.w.money(total, currency)
        if sum(line.currency == currency for line in shown) > 1:
            amount = s.w.money(total, currency)
            said.append(s.w.t("These lines together: {amount}", amount=amount))
    return said, values, dict.fromkeys(values, "money")


def sums(lines: Iterable[StatementLine]) -> dict[str, Decimal]:
    """What is the member's in some lines, by currency; a reversed line is not theirs."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.counts:
            found[line.currency] += line.net
    return dict(found)


def _line(line: StatementLine, s: Sayer) -> str:
    title = own_name(line.title, s.w) if line.title else line.licence
    return s.w.t(
        "{month}, {title}: {amount} for you, {state}.",
        month=s.w.month(line.period),
        title=Raw(in_quotes(title, s.w)),
        amount=s.w.money(line.net, line.currency),
        state=_state(line.state, s.w),
    )


def _state(state: LineState, w: Words) -> str:
    says = {
        # NOTE: How far a payment has come: the end of "September 2026, “title”: 2 € for you, ..."
        LineState.ACCRUED: w.t("counted, not paid yet"),
        LineState.CONFIRMED: w.t("confirmed, not paid yet"),
        LineState.PAID: w.t("paid"),
        LineState.REVERSED: w.t("taken back"),
    }
    return says[state]


def _choices(s: Sayer) -> Said:
    snapshot = s.me.portfolio.snapshot
    if not snapshot.memberships:
        return NOTHING
    pauses = {
        Pause.OFF: s.w.t("Nothing is paused."),
        Pause.PAUSED: s.w.t("You paused everything."),
        Pause.STOPPED: s.w.t("You stopped everything."),
    }
    lines = [pauses[snapshot.pause]]
    if snapshot.refusals:
        names = s.w.join([refusal(one, snapshot, s.w) for one in snapshot.refusals[:MOST]])
        lines.append(s.w.t("You refuse everywhere: {names}.", names=names))
    else:
        lines.append(s.w.t("You refuse nothing everywhere."))
    values = {"refusals": s.w.number(len(snapshot.refusals))}
    return lines, values, {"refusals": "count"}


def _mid(s: Sayer) -> Said:
    memberships = s.me.portfolio.snapshot.memberships
    lines = [
        s.w.t(
            "{mid}: {contact}. They answer within {hours}.",
            mid=own_name(membership.mid.name, s.w),
            contact=membership.mid.contact.email,
            hours=s.w.duration(membership.mid.contact.reply_within_hours, "hour"),
        )
        for membership in memberships[:MOST]
    ]
    return lines, {}, {}


def _notices(s: Sayer) -> Said:
    view = s.me.attention
    if not view.snapshot.memberships:
        return NOTHING
    most = max(view.weekly)
    lines = [s.w.n("At most {n} a week from each MID.", "At most {n} a week from each MID.", most)]
    muted = [membership for membership in view.snapshot.memberships if membership.id in view.muted]
    if muted:
        names = s.w.join([own_name(one.mid.name, s.w) for one in muted])
        lines.append(s.w.t("Muted: {names}.", names=names))
    return lines, {"weekly": s.w.number(most)}, {"weekly": "count"}


def _questions(s: Sayer) -> Said:
    asked = s.me.questions
    if not asked:
        return (s.w.t("You have sent no question to a person."),), {}, {}
    lines = [
        s.w.t(
            "{date}, to {mid}: {state}",
            date=one.asked_at.date(),
            mid=own_name(one.mid.name, s.w),
            state=s.w.t("answered") if one.answered_at else s.w.t("waits for a reply"),
        )
        for one in asked[:MOST]
    ]
    return lines, {}, {}


_SAY: dict[FactKey, Callable[[Sayer], Said]] = {
    FactKey.LICENCES: _licences,
    FactKey.PRICE: _price,
    FactKey.EARNINGS: _earnings,
    FactKey.CHOICES: _choices,
    FactKey.MID: _mid,
    FactKey.NOTICES: _notices,
    FactKey.QUESTIONS: _questions,
}
