"""The screens of answers, of questions to a person and of the AI model, for the screen book."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files

from dialogs import answer, asking, model
from dialogs.book import samples
from dialogs.book.samples import Sample
from dialogs.screen import Screen
from knowledge import facts
from knowledge.replies import AssistantReply, AvailableModel, ReplyKind
from knowledge.search.articles import parse_article
from knowledge.values import Article, AssistantAnswer, Claim, FactKey, NoAnswerReason
from locales.words import Words
from service.assistant.values import ModelChoice, ModelView
from service.mids.values import Mid
from service.notices.views import NoticeSettingsView
from service.questions.values import (
    AboutMember,
    AskingView,
    MemberQuestion,
    MemberQuestionsView,
    SentView,
)
from service.statements.values import LineState, StatementLine

MODEL = AvailableModel(name="open-model-8b", place="models.example", level=1)
QUESTION = "Am I in the insurer's one?"


@cache
def article(topic: str, locale: str) -> Article:
    """One of the assistant's own articles, as it is shipped."""
    path = files("knowledge.search") / "articles" / topic / f"{locale}.md"
    return parse_article(path.name, topic, locale, path.read_text(encoding="utf-8"))


def member_question(mid: Mid = samples.NURSES, reply: str | None = None) -> MemberQuestion:
    """A question that was sent to a person at a MID, with the reply, if any."""
    return MemberQuestion(
        id=f"que_{mid.id}"[:20],
        mid=mid,
        text="Why was I not paid in September?",
        language="en",
        title=samples.TERMS[0].title,
        asked_at=samples.NOW - timedelta(days=2),
        answer=reply,
        answered_at=samples.NOW if reply else None,
    )


def statement_lines() -> tuple[StatementLine, ...]:
    """What a MID reported on one licence in two months, with one line reversed."""
    paid = StatementLine(
        mid_id="nurses",
        mid_name=samples.NURSES.name,
        licence="lifting-robot",
        title=samples.TERMS[0].title,
        period=date(2026, 9, 1),
        net=Decimal("1.92"),
        gross=Decimal("2.40"),
        currency="EUR",
        state=LineState.PAID,
    )
    accrued = replace(paid, period=date(2026, 10, 1), state=LineState.ACCRUED)
    return (accrued, paid, replace(paid, state=LineState.REVERSED, title=None))


def about_member() -> AboutMember:
    """Everything about the sample member that an answer may use."""
    return AboutMember(
        portfolio=samples.portfolio(),
        lines=statement_lines(),
        questions=(member_question(), member_question(samples.TRANSLATORS, "Soon.")),
        attention=NoticeSettingsView(
            snapshot=samples.snapshot(), muted=frozenset({"mbr_translators"})
        ),
    )


def _reply(
    kind: ReplyKind, w: Words, *, topic: str = "in-or-out-why", typed: str = "why"
) -> AssistantReply:
    answering = article(topic, w.locale)
    keys = facts.needed_facts(answering.facts, about_member(), typed, w)
    return AssistantReply(
        kind=kind,
        locale=w.locale,
        article=answering,
        facts=facts.build_facts(keys, about_member(), typed, w),
    )


def _topics(w: Words) -> tuple[Article, ...]:
    return tuple(
        article(topic, w.locale) for topic in ("my-licences", "who-sees-my-data", "taxes")
    )


def _unsure(w: Words, typed: str = "hm") -> AssistantReply:
    keys = facts.needed_facts((), about_member(), typed, w)
    fact_list = facts.build_facts(keys, about_member(), typed, w)
    return AssistantReply(
        kind=ReplyKind.UNSURE, locale=w.locale, topics=_topics(w), facts=fact_list
    )


def _all_facts(w: Words) -> Screen:
    fact_list = facts.build_facts(FactKey, about_member(), "", w)
    reply = _reply(ReplyKind.CHOSEN, w, topic="when-paid")
    return answer.screen(replace(reply, facts=fact_list, typed=False), w)


def _by_model(w: Words) -> Screen:
    source = article("taxes", w.locale)
    first = source.text.replace("\n", " ").split(". ")[0]
    model_answer = AssistantAnswer(
        claims=(Claim(text=first, cites=("s1",)),), sources=(source,), actions=source.actions
    )
    return answer.screen(
        AssistantReply(kind=ReplyKind.MODEL, locale=w.locale, answer=model_answer), w
    )


def _plain(kind: ReplyKind, w: Words) -> Screen:
    return answer.screen(AssistantReply(kind=kind, locale=w.locale), w)


def _asking(at_limit: frozenset[str] = frozenset()) -> AskingView:
    portfolio = samples.portfolio()
    return AskingView(
        text=QUESTION, standings=portfolio.standings, portfolio=portfolio, at_limit=at_limit
    )


def question_samples() -> dict[str, Sample]:
    """Every screen of questions and of the model, by its name in the book."""
    nurses = "mbr_nurses"
    full = frozenset({"nurses"})
    yes = ModelView(choice=ModelChoice.YES, agreed_level=3, request='{"model": "open-model-8b"}')
    questions = MemberQuestionsView(
        questions=(member_question(), member_question(samples.TRANSLATORS, "Soon.")),
        zone="Europe/Madrid",
    )
    return {
        "answer": lambda w: answer.screen(_reply(ReplyKind.LIKELY, w), w),
        "answer, chosen": lambda w: answer.screen(_reply(ReplyKind.CHOSEN, w), w),
        "answer, cut, foreign": lambda w: answer.screen(
            replace(_reply(ReplyKind.LIKELY, w, topic="copies"), shortened=True, language="de"), w
        ),
        "answer, the model's day is used up": lambda w: answer.screen(
            replace(_reply(ReplyKind.LIKELY, w), limit_reached=NoAnswerReason.MEMBER_LIMIT), w
        ),
        "answer, the model's month is used up": lambda w: answer.screen(
            replace(_reply(ReplyKind.LIKELY, w), limit_reached=NoAnswerReason.MID_LIMIT), w
        ),
        "answer, all facts": _all_facts,
        "answer, by a model": _by_model,
        "answer, of a MID": lambda w: answer.screen(
            replace(
                _reply(ReplyKind.LIKELY, w),
                article=replace(article("taxes", "en"), id="nurses/taxes", mid_id="nurses"),
            ),
            w,
        ),
        "topics": lambda w: answer.screen(_unsure(w), w),
        "topics, and what is true of you": lambda w: answer.screen(
            _unsure(w, samples.TERMS[2].buyers[0].name), w
        ),
        "off topic": lambda w: _plain(ReplyKind.OFF_TOPIC, w),
        "no search": lambda w: _plain(ReplyKind.NOTHING, w),
        "a greeting": lambda w: _plain(ReplyKind.GREETING, w),
        "too many questions": lambda w: _plain(ReplyKind.TOO_MANY, w),
        "ask which MID": lambda w: asking.compose(_asking(), w),
        "ask a person": lambda w: asking.compose(_asking(), w, nurses),
        "ask a person, list full": lambda w: asking.compose(_asking(full), w, nurses),
        "ask a person, no question": lambda w: asking.compose(replace(_asking(), text=""), w),
        "sent": lambda w: asking.sent(SentView(mid=samples.NURSES, question=member_question()), w),
        "my questions": lambda w: asking.history(questions, w),
        "my questions, none": lambda w: asking.history(replace(questions, questions=()), w),
        "my question, waiting": lambda w: asking.detail(questions, member_question().id, w),
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
