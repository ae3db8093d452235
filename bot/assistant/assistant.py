"""From what a member typed to what is said to it: search, facts, a model where one may answer.

Each rung of the ladder stands without the ones above it: a model's answer, the closest article
with the member's own facts, a few topics, a person.
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
from knowledge.normalize import cut
from knowledge.replies import Heard, ModelHere, Reply, Way
from knowledge.small_talk import is_greeting, wants_human
from knowledge.values import Article, Band, Question
from locales.words import SHIPPED, words
from service.assistant import cases as assistant
from service.assistant.values import ModelView
from service.deps import Deps
from service.questions import cases

TOPICS_SHOWN = 3
AT_ONCE = 8
# Questions that one member may type: so many at once, then one in so many seconds.
BURST = 12.0
SECONDS_EACH = 5.0


class Assistant:
    """Meets questions. Without a search it still leads to a person."""

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
        self._typed = TokenBuckets(BURST, 1 / SECONDS_EACH)
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def model_here(self) -> ModelHere | None:
        """The model that may answer here."""
        return self._model.here if self._model else None

    async def typed(self, member_id: str, text: str, locale: str, drafts: DraftStream) -> Reply:
        """What is said to a text that a member typed and that is no command."""
        if not self._typed.take(member_id):
            return Reply(way=Way.TOO_MANY, locale=locale)
        if is_greeting(text):
            return Reply(way=Way.GREETING, locale=locale)
        if wants_human(text):
            view = await cases.read_about_member(self._deps, member_id)
            memberships = view.portfolio.snapshot.memberships
            return Reply(
                way=Way.HUMAN, locale=locale, memberships=memberships, contact=self._contact
            )
        heard = await self._hear(member_id, text, locale)
        if heard is None:
            return Reply(way=Way.NOTHING, locale=locale, cut=cut(text).shortened)
        await self._count(heard)
        return await self._best(heard, drafts)

    async def agreed(
        self,
        member_id: str,
        text: str | None,
        locale: str,
        drafts: DraftStream,
        choice: SetModelConsent,
    ) -> Reply | ModelView:
        """Keep what the member said to the model, and meet the question that waits for it."""
        view = await assistant.choose_model(
            self._deps, member_id, on=choice.on, level=choice.level
        )
        heard = await self._hear(member_id, text, locale) if text else None
        return view if heard is None else await self._best(heard, drafts)

    async def _best(self, heard: Heard, drafts: DraftStream) -> Reply:
        reply = self._by_search(heard)
        if self._model is None or reply.way is Way.OFF_TOPIC:
            return reply
        articles = self._topics(heard, heard.spoken, most=MOST_PASSAGES)
        return await self._model.instead(reply, heard, articles, drafts)

    async def chosen(self, member_id: str, topic: str, text: str | None, locale: str) -> Reply:
        """The article that a member picked; ``text`` is their question, if it is still there."""
        heard = await self._hear(member_id, text or "", locale)
        spoken = heard.spoken if heard else locale
        article = self._article(heard, topic, spoken) if heard else None
        if heard is None or article is None:
            return Reply(way=Way.NOTHING, locale=spoken, typed=text is not None)
        reply = self._about(heard, article, spoken, Way.CHOSEN)
        return replace(reply, typed=text is not None)

    async def others(self, member_id: str, topic: str, text: str | None, locale: str) -> Reply:
        """Other topics than the one that was shown."""
        heard = await self._hear(member_id, text, locale) if text else None
        if heard is None:
            return Reply(way=Way.NOTHING, locale=locale, typed=text is not None)
        spoken = heard.spoken
        topics = self._topics(heard, spoken, without=topic)
        return Reply(way=Way.UNSURE, locale=spoken, topics=topics)

    async def _hear(self, member_id: str, text: str, locale: str) -> Heard | None:
        me = await cases.read_about_member(self._deps, member_id)
        if self._search is None:
            return None
        await self._search.ready()
        read = cut(text)
        mid_ids = tuple(membership.mid.id for membership in me.portfolio.snapshot.memberships)
        question = Question(text=read.text, locale=locale, mid_ids=mid_ids)
        async with self._slots:
            found = await asyncio.to_thread(self._search.search, question)
        return Heard(member_id, read.text, read.shortened, locale, me, found)

    async def _count(self, heard: Heard) -> None:
        found = heard.found
        best = found.hits[0].id if found.hits and found.band is not Band.OFF_TOPIC else "none"
        language = found.language if found.language in SHIPPED else "other"
        await assistant.count_question(
            self._deps, heard.member_id, topic=best, language=language, band=found.band.value
        )

    def _by_search(self, heard: Heard) -> Reply:
        spoken = heard.spoken
        found = heard.found
        article = self._article(heard, found.hits[0].id, spoken) if found.hits else None
        if found.band is Band.LIKELY and article is not None:
            return self._about(heard, article, spoken, Way.LIKELY)
        reply = Reply(
            way=Way.OFF_TOPIC, locale=spoken, cut=heard.shortened, language=heard.foreign
        )
        if found.band is Band.OFF_TOPIC or article is None:
            return reply
        w = words(spoken)
        keys = facts.wanted((), heard.me, heard.text, w)
        return replace(
            reply,
            way=Way.UNSURE,
            topics=self._topics(heard, spoken),
            facts=facts.facts(keys, heard.me, heard.text, w),
        )

    def _about(self, heard: Heard, article: Article, spoken: str, way: Way) -> Reply:
        w = words(spoken)
        keys = facts.wanted(article.facts, heard.me, heard.text, w)
        return Reply(
            way=way,
            locale=spoken,
            article=article,
            facts=facts.facts(keys, heard.me, heard.text, w),
            cut=heard.shortened,
            language=heard.foreign,
        )

    def _article(self, heard: Heard, topic: str, locale: str) -> Article | None:
        assert self._search is not None
        return self._search.article(topic, locale, heard.mid_ids)

    def _topics(
        self, heard: Heard, locale: str, *, without: str = "", most: int = TOPICS_SHOWN
    ) -> tuple[Article, ...]:
        ids = [hit.id for hit in heard.found.hits if hit.id != without][:most]
        found = [self._article(heard, one, locale) for one in ids]
        return tuple(one for one in found if one is not None)
