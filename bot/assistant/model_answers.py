"""A language model's answer in place of the closest article, where the member has agreed to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.assistant.model_setup import build_answerer
from bot.settings import Settings
from bot.telegram.drafts import DraftStream, OnSentence
from dialogs import answer
from knowledge import facts
from knowledge.legal_excerpts import find_excerpts
from knowledge.llm.answerer import Answerer
from knowledge.replies import AssistantReply, AvailableModel, QuestionContext, ReplyKind
from knowledge.values import (
    Article,
    AskedQuestion,
    AssistantAnswer,
    ModelOutcome,
    NoAnswer,
    NoAnswerReason,
    Passage,
    Tier,
)
from locales.words import words
from service.assistant import cases as assistant
from service.assistant.values import ModelChoice
from service.deps import Deps

TOPICS_WITH_FACTS = 3
"""The model may refer to the member's facts that this many of the best topics are about."""
LIMITS = {NoAnswerReason.MEMBER_LIMIT, NoAnswerReason.MID_LIMIT, NoAnswerReason.ALL_LIMIT}


@dataclass(frozen=True, slots=True)
class ModelAnswers:
    """The model of this instance; ``model`` is what members are told of it."""

    deps: Deps
    answerer: Answerer
    model: AvailableModel

    async def improve(
        self,
        reply: AssistantReply,
        context: QuestionContext,
        articles: tuple[Article, ...],
        drafts: DraftStream,
    ) -> AssistantReply:
        """Return the model's answer, a request for consent, or ``reply`` where neither applies.

        ``articles`` may be cited, best first. While the model writes, ``drafts`` shows its text.
        """
        view = await assistant.read_model(self.deps, context.member_id)
        model = self.model.limited_to(view)
        if view.choice is ModelChoice.NO or model.level == 0:
            return reply
        if view.choice is ModelChoice.NOT_ASKED:
            return AssistantReply(kind=ReplyKind.CONSENT, locale=reply.locale, model=model)
        level = min(model.level, view.agreed_level)

        standings = context.about.portfolio.standings
        articles = with_licences(
            articles, find_excerpts(context.text, standings, words(reply.locale))
        )

        async def work(on_sentence: OnSentence) -> ModelOutcome:
            return await self._ask(reply, context, articles, on_sentence, level)

        outcome = await drafts.show_while(answer.thinking(words(reply.locale)), work)
        return _merge(reply, outcome, articles)

    async def _ask(
        self,
        reply: AssistantReply,
        context: QuestionContext,
        articles: tuple[Article, ...],
        on_sentence: OnSentence,
        level: int,
    ) -> ModelOutcome:
        w = words(reply.locale)
        declared = [key for article in articles[:TOPICS_WITH_FACTS] for key in article.facts]
        keys = facts.needed_facts(declared, context.about, context.text, w)

        async def store_request(request: str) -> None:
            await assistant.keep_request(self.deps, context.member_id, request)

        return await self.answerer.answer(
            AskedQuestion(text=context.text, locale=reply.locale, mid_ids=context.mid_ids),
            [Passage(alias=f"s{n}", article=article) for n, article in enumerate(articles, 1)],
            facts.build_facts(keys, context.about, context.text, w),
            level=level,
            member=context.member_id,
            mid=paying_mid(articles, context.mid_ids),
            on_claim=on_sentence,
            on_sent=store_request,
            language=context.result.language,
        )


def with_licences(
    articles: tuple[Article, ...], legal: tuple[Article, ...]
) -> tuple[Article, ...]:
    """Insert the excerpts of licences that the question names after the closest article."""
    return (*articles[:1], *legal, *articles[1:])


def paying_mid(articles: Sequence[Article], mid_ids: Sequence[str]) -> str | None:
    """The MID that a question is about: that of a licence it names, else of its best article.

    The answer counts against this MID's quota, and no texts of the member's other MIDs are sent.
    """
    of_licences = (article.mid_id for article in articles if article.tier is Tier.LICENCE)
    of_any = (article.mid_id for article in articles if article.mid_id is not None)
    return next(of_licences, None) or next(of_any, None) or next(iter(mid_ids), None)


def build_model_answers(settings: Settings, deps: Deps) -> ModelAnswers | None:
    """Build the model that the settings name; None if they name none."""
    answerer = build_answerer(settings, deps)
    if answerer is None:
        return None
    model = AvailableModel(
        name=str(settings.llm_model),
        place=urlsplit(str(settings.llm_base_url)).hostname or "",
        level=answerer.level(settings.llm_level),
    )
    return ModelAnswers(deps, answerer, model)


def _merge(
    reply: AssistantReply, outcome: ModelOutcome | None, articles: tuple[Article, ...]
) -> AssistantReply:
    """The reply with the model's answer, if it has one; else that of the search."""
    if isinstance(outcome, AssistantAnswer):
        plain = replace(reply, article=None, topics=(), facts=(), language=None)
        return replace(plain, kind=ReplyKind.MODEL, answer=outcome)
    if isinstance(outcome, NoAnswer) and outcome.reason is NoAnswerReason.CLARIFY:
        by_id = {article.id: article for article in articles}
        topics = tuple(by_id[topic] for topic in outcome.topics if topic in by_id)
        if topics:
            return replace(reply, kind=ReplyKind.UNSURE, article=None, topics=topics)
    if isinstance(outcome, NoAnswer) and outcome.reason in LIMITS:
        return replace(reply, limit_reached=outcome.reason)
    return reply
