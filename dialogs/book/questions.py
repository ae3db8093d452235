"""Samples of the screens that answer, that ask a person, and that are about the model."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from dialogs import answer, asking, model
from dialogs.book import samples as s
from dialogs.screen import Screen
from knowledge import facts
from knowledge.replies import ModelHere, Reply, Way
from knowledge.search.articles import parse
from knowledge.values import Answer, Article, Claim, FactKey, Reason
from locales.words import Words
from service.assistant.values import ModelChoice, ModelView
from service.mids.values import Mid
from service.notices.views import AttentionView
from service.questions.values import (
    AboutMember,
    AskingView,
    MemberQuestion,
    MemberQuestionsView,
    SentView,
)
from service.statements.values import LineState, StatementLine

Sample = Callable[[Words], Screen]
MODEL = ModelHere(name="open-model-8b", place="models.example", level=1)
QUESTION = "Am I in the insurer's one?"


@cache
def article(topic: str, locale: str) -> Article:
    """One of the assistant's own articles, as it is shipped."""
    path = files("knowledge.search") / "articles" / topic / f"{locale}.md"
    return parse(path.name, topic, locale, path.read_text(encoding="utf-8"))


def member_question(mid: Mid = s.NURSES, reply: str | None = None) -> MemberQuestion:
    """A question that was sent to a person."""
    return MemberQuestion(
        id=f"que_{mid.id}"[:20],
        mid=mid,
        text="Why was I not paid in September?",
        language="en",
        title=s.TERMS[0].title,
        asked_at=s.NOW - timedelta(days=2),
        answer=reply,
        answered_at=s.NOW if reply else None,
    )


def statement_lines() -> tuple[StatementLine, ...]:
    """What a MID reported in two months."""
    one = StatementLine(
        mid_id="nurses",
        mid_name=s.NURSES.name,
        licence="lifting-robot",
        title=s.TERMS[0].title,
        period=date(2026, 9, 1),
        net=Decimal("1.92"),
        gross=Decimal("2.40"),
        currency="EUR",
        state=LineState.PAID,
    )
    other = replace(one, period=date(2026, 10, 1), state=LineState.ACCRUED)
    return (other, one, replace(one, state=LineState.REVERSED, title=None))


def about_member() -> AboutMember:
    """All that may be said about the sample member."""
    return AboutMember(
        portfolio=s.portfolio(),
        lines=statement_lines(),
        questions=(member_question(), member_question(s.TRANSLATORS, "Soon.")),
        attention=AttentionView(snapshot=s.snapshot(), muted=frozenset({"mbr_translators"})),
    )


def _reply(way: Way, w: Words, *, topic: str = "in-or-out-why", typed: str = "why") -> Reply:
    found = article(topic, w.locale)
    keys = facts.wanted(found.facts, about_member(), typed, w)
    return Reply(
        way=way, locale=w.locale, article=found, facts=facts.facts(keys, about_member(), typed, w)
    )


def _topics(w: Words) -> tuple[Article, ...]:
    return tuple(article(one, w.locale) for one in ("my-licences", "who-sees-my-data", "taxes"))


def _unsure(w: Words, typed: str = "hm") -> Reply:
    keys = facts.wanted((), about_member(), typed, w)
    found = facts.facts(keys, about_member(), typed, w)
    return Reply(way=Way.UNSURE, locale=w.locale, topics=_topics(w), facts=found)


def _all_facts(w: Words) -> Screen:
    found = facts.facts(FactKey, about_member(), "", w)
    reply = _reply(Way.CHOSEN, w, topic="when-paid")
    return answer.screen(replace(reply, facts=found, typed=False), w)


def _by_model(w: Words) -> Screen:
    source = article("taxes", w.locale)
    first = source.text.replace("\n", " ").split(". ")[0]
    given = Answer(
        claims=(Claim(text=first, cites=("s1",)),), sources=(source,), actions=source.actions
    )
    return answer.screen(Reply(way=Way.MODEL, locale=w.locale, answer=given), w)


def _plain(way: Way, w: Words) -> Screen:
    return answer.screen(Reply(way=way, locale=w.locale), w)


def _asking(waiting: frozenset[str] = frozenset()) -> AskingView:
    found = s.portfolio()
    return AskingView(text=QUESTION, standings=found.standings, portfolio=found, at_limit=waiting)


def question_samples() -> dict[str, Sample]:
    """By name."""
    nurses = "mbr_nurses"
    full = frozenset({"nurses"})
    yes = ModelView(choice=ModelChoice.YES, agreed_level=3, request='{"model": "open-model-8b"}')
    mine = MemberQuestionsView(
        questions=(member_question(), member_question(s.TRANSLATORS, "Soon.")),
        zone="Europe/Madrid",
    )
    return {
        "answer": lambda w: answer.screen(_reply(Way.LIKELY, w), w),
        "answer, chosen": lambda w: answer.screen(_reply(Way.CHOSEN, w), w),
        "answer, cut, foreign": lambda w: answer.screen(
            replace(_reply(Way.LIKELY, w, topic="copies"), cut=True, language="de"), w
        ),
        "answer, the model's day is used up": lambda w: answer.screen(
            replace(_reply(Way.LIKELY, w), used_up=Reason.MEMBER_LIMIT), w
        ),
        "answer, the model's month is used up": lambda w: answer.screen(
            replace(_reply(Way.LIKELY, w), used_up=Reason.MID_LIMIT), w
        ),
        "answer, all facts": _all_facts,
        "answer, by a model": _by_model,
        "answer, of a MID": lambda w: answer.screen(
            replace(
                _reply(Way.LIKELY, w),
                article=replace(article("taxes", "en"), id="nurses/taxes", mid_id="nurses"),
            ),
            w,
        ),
        "topics": lambda w: answer.screen(_unsure(w), w),
        "topics, and what is true of you": lambda w: answer.screen(
            _unsure(w, s.TERMS[2].buyers[0].name), w
        ),
        "off topic": lambda w: _plain(Way.OFF_TOPIC, w),
        "no search": lambda w: _plain(Way.NOTHING, w),
        "a greeting": lambda w: _plain(Way.GREETING, w),
        "too many questions": lambda w: _plain(Way.TOO_MANY, w),
        "ask which MID": lambda w: asking.compose(_asking(), w),
        "ask a person": lambda w: asking.compose(_asking(), w, nurses),
        "ask a person, list full": lambda w: asking.compose(_asking(full), w, nurses),
        "ask a person, no question": lambda w: asking.compose(replace(_asking(), text=""), w),
        "sent": lambda w: asking.sent(SentView(mid=s.NURSES, question=member_question()), w),
        "my questions": lambda w: asking.history(mine, w),
        "my questions, none": lambda w: asking.history(replace(mine, questions=()), w),
        "my question, waiting": lambda w: asking.detail(mine, member_question().id, w),
        "a reply": lambda w: asking.reply(member_question(reply="It was paid today."), w),
        "a reply, perhaps again": lambda w: asking.reply(
            member_question(reply="It was paid today."), w, maybe_duplicate=True
        ),
        "model": lambda w: model.consent(MODEL, ModelView(), w),
        "model, in use": lambda w: model.consent(replace(MODEL, level=2), yes, w),
        "model, in use for less": lambda w: model.consent(
            replace(MODEL, level=2), replace(yes, agreed_level=1), w
        ),
        "model, near": lambda w: model.consent(replace(MODEL, level=3), yes, w),
        "model, none": model.unavailable,
        "model, a MID lets none": lambda w: model.screen(MODEL, ModelView(max_level=0), w),
        "model, yes": lambda w: model.saved(yes, w),
        "model, no": lambda w: model.saved(ModelView(choice=ModelChoice.NO), w),
        "last request": lambda w: model.last_request(
            replace(yes, request="A short line. " * 400), 1, w
        ),
        "last request, none": lambda w: model.last_request(ModelView(), 0, w),
    }
