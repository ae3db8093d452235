"""The assistant: answers a typed question by search, the member's own facts, and maybe a model.

There are four levels of answer, each of which works without those before it: a model's answer, the
closest article with the member's own facts, a few topics to pick from, a person.
"""

import asyncio
from dataclasses import replace

from bot.assistant.live_search import Search
from bot.assistant.model_answers import ModelAnswers
from bot.telegram.drafts import DraftStops, DraftStream
from bot.token_bucket import TokenBuckets
from dialogs.callbacks import SetModelConsent
from knowledge import facts
from knowledge.llm.disclosure import MOST_PASSAGES
from knowledge.normalize import read_question
from knowledge.replies import AssistantReply, AvailableModel, QuestionContext, ReplyKind
from knowledge.search.mentions import party_names
from knowledge.small_talk import is_greeting, wants_human
from knowledge.values import Article, AskedQuestion, Band
from locales.words import SHIPPED, words
from service.assistant import cases as assistant_cases
from service.assistant.values import ModelView
from service.deps import Deps
from service.questions import cases as question_cases

TOPICS_SHOWN = 3
MAX_SEARCHES = 8
"""Searches that run side by side, each in a thread."""
# Each member's questions are limited by a token bucket of this size and refill time.
BURST = 12.0
SECONDS_PER_QUESTION = 5.0


class Assistant:
    """Answers questions. Without a ``search`` it refers every question to a person.

    ``contact`` is how to reach the operator; ``model`` answers in place of the articles where the
    member has agreed to it. ``stops`` is what ends the draft of an answer.
    """

    def __init__(
        self,
        deps: Deps,
        search: Search | None = None,
        *,
        contact: str | None = None,
        model: ModelAnswers | None = None,
    ) -> None:
        self.stops = DraftStops()
        self._deps = deps
        self._search = search
        self._model = model
        self._contact = contact
        self._rate_limit = TokenBuckets(BURST, 1 / SECONDS_PER_QUESTION)
        self._search_slots = asyncio.Semaphore(MAX_SEARCHES)

    @property
    def available_model(self) -> AvailableModel | None:
        """The model of this instance, or None if it has none."""
        return self._model.model if self._model else None

    async def answer_question(
        self, member_id: str, text: str, locale: str, drafts: DraftStream
    ) -> AssistantReply:
        """Answer a text that a member typed and that is not a command."""
        if not self._rate_limit.take(member_id):
            return AssistantReply(kind=ReplyKind.TOO_MANY, locale=locale)
        if is_greeting(text):
            return AssistantReply(kind=ReplyKind.GREETING, locale=locale)
        if wants_human(text):
            about = await question_cases.read_about_member(self._deps, member_id)
            memberships = about.portfolio.snapshot.memberships
            return AssistantReply(
                kind=ReplyKind.HUMAN, locale=locale, memberships=memberships, contact=self._contact
            )
        context = await self._look_up(member_id, text, locale)
        if context is None:
            return AssistantReply(
                kind=ReplyKind.NOTHING, locale=locale, shortened=read_question(text).shortened
            )
        await self._count_topic(context)
        return await self._answer(context, drafts)

    async def set_model_consent(
        self,
        member_id: str,
        text: str | None,
        locale: str,
        drafts: DraftStream,
        choice: SetModelConsent,
    ) -> AssistantReply | ModelView:
        """Store whether the member lets a model answer.

        Returns the answer to ``text``, the question that led to the choice, or, without one, the
        choices that are stored now.
        """
        view = await assistant_cases.choose_model(
            self._deps, member_id, on=choice.on, level=choice.level
        )
        context = await self._look_up(member_id, text, locale) if text else None
        return view if context is None else await self._answer(context, drafts)

    async def answer_topic(
        self, member_id: str, topic: str, text: str | None, locale: str
    ) -> AssistantReply:
        """Answer with the article of a topic; ``text`` is the member's question, if available."""
        context = await self._look_up(member_id, text or "", locale)
        reply_language = context.reply_language if context else locale
        article = self._article(context, topic, reply_language) if context else None
        if context is None or article is None:
            return AssistantReply(
                kind=ReplyKind.NOTHING, locale=reply_language, typed=text is not None
            )
        reply = self._reply_with_article(context, article, reply_language, ReplyKind.CHOSEN)
        return replace(reply, typed=text is not None)

    async def list_other_topics(
        self, member_id: str, topic: str, text: str | None, locale: str
    ) -> AssistantReply:
        """Answer with the topics that fit the question best, except ``topic``."""
        context = await self._look_up(member_id, text, locale) if text else None
        if context is None:
            return AssistantReply(kind=ReplyKind.NOTHING, locale=locale, typed=text is not None)
        reply_language = context.reply_language
        topics = self._list_topics(context, reply_language, without=topic)
        return AssistantReply(kind=ReplyKind.UNSURE, locale=reply_language, topics=topics)

    async def _answer(self, context: QuestionContext, drafts: DraftStream) -> AssistantReply:
        """Answer by the model if there is one and it may answer, else by search."""
        reply = self._reply_from_search(context)
        if self._model is None or reply.kind is ReplyKind.OFF_TOPIC:
            return reply
        articles = self._list_topics(context, context.reply_language, most=MOST_PASSAGES)
        return await self._model.improve(reply, context, articles, drafts)

    async def _look_up(self, member_id: str, text: str, locale: str) -> QuestionContext | None:
        """Read the member's data and search for their question; None if there is no search."""
        about = await question_cases.read_about_member(self._deps, member_id)
        if self._search is None:
            return None
        await self._search.ready()
        read = read_question(text)
        mid_ids = tuple(membership.mid.id for membership in about.portfolio.snapshot.memberships)
        names = tuple(party_names(about.portfolio.standings))
        question = AskedQuestion(text=read.text, locale=locale, mid_ids=mid_ids, names=names)
        async with self._search_slots:
            result = await asyncio.to_thread(self._search.search, question)
        return QuestionContext(member_id, read.text, read.shortened, locale, about, result)

    async def _count_topic(self, context: QuestionContext) -> None:
        result = context.result
        best = result.hits[0].id if result.hits and result.band is not Band.OFF_TOPIC else "none"
        language = result.language if result.language in SHIPPED else "other"
        await assistant_cases.count_question(
            self._deps, context.member_id, topic=best, language=language, band=result.band.value
        )

    def _reply_from_search(self, context: QuestionContext) -> AssistantReply:
        reply_language = context.reply_language
        result = context.result
        article = (
            self._article(context, result.hits[0].id, reply_language) if result.hits else None
        )
        if result.band is Band.LIKELY and article is not None:
            return self._reply_with_article(context, article, reply_language, ReplyKind.LIKELY)
        reply = AssistantReply(
            kind=ReplyKind.OFF_TOPIC,
            locale=reply_language,
            shortened=context.shortened,
            language=context.unsupported_language,
        )
        if result.band is Band.OFF_TOPIC or article is None:
            return reply
        w = words(reply_language)
        keys = facts.needed_facts((), context.about, context.text, w)
        return replace(
            reply,
            kind=ReplyKind.UNSURE,
            topics=self._list_topics(context, reply_language),
            facts=facts.build_facts(keys, context.about, context.text, w),
        )

    def _reply_with_article(
        self, context: QuestionContext, article: Article, reply_language: str, kind: ReplyKind
    ) -> AssistantReply:
        w = words(reply_language)
        keys = facts.needed_facts(article.facts, context.about, context.text, w)
        return AssistantReply(
            kind=kind,
            locale=reply_language,
            article=article,
            facts=facts.build_facts(keys, context.about, context.text, w),
            shortened=context.shortened,
            language=context.unsupported_language,
        )

    def _article(self, context: QuestionContext, topic: str, locale: str) -> Article | None:
        assert self._search is not None
        return self._search.article(topic, locale, context.mid_ids)

    def _list_topics(
        self, context: QuestionContext, locale: str, *, without: str = "", most: int = TOPICS_SHOWN
    ) -> tuple[Article, ...]:
        topics = [hit.id for hit in context.result.hits if hit.id != without][:most]
        articles = [self._article(context, topic, locale) for topic in topics]
        return tuple(article for article in articles if article is not None)
