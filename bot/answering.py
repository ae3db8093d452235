"""From what a member typed to what is said to it: search, facts, a model where one may answer.

Each rung of the ladder stands without the ones above it: a model's answer, the closest article
with the member's own facts, a few topics, a person.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.knowing import Search
from knowledge import facts
from knowledge.normal import cut
from knowledge.phrases import is_greeting, wants_human
from knowledge.replies import Reply, Way
from knowledge.values import Article, Band, Found, Question
from locales.negotiate import nearest
from locales.words import SHIPPED, words
from service.deps import Deps
from service.questions import cases
from service.questions.values import AboutMe

TOPICS_SHOWN = 3
AT_ONCE = 8
BURST = 12.0
SECONDS_EACH = 5.0
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Heard:
    """A question once it was looked up: who asks, what was read of it, and what was found."""

    member_id: str
    text: str
    shortened: bool
    locale: str
    me: AboutMe
    found: Found

    @property
    def mid_ids(self) -> tuple[str, ...]:
        """The MIDs whose texts this member may see."""
        return tuple(one.mid.id for one in self.me.portfolio.picture.memberships)


class Patience:
    """How many questions one person may type: a burst, then one in so many seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, member_id: str) -> bool:
        """Whether this one may be answered; it costs a token."""
        now = self._now()
        left, since = self._left.pop(member_id, (BURST, now))
        left = min(BURST, left + (now - since) / SECONDS_EACH)
        allowed = left >= 1
        self._left[member_id] = (left - 1 if allowed else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return allowed


class Answering:
    """Meets questions. Without a search it still leads to a person."""

    def __init__(
        self, deps: Deps, search: Search | None = None, *, contact: str | None = None
    ) -> None:
        self._deps = deps
        self._search = search
        self._contact = contact
        self._patience = Patience()
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def typed(self, member_id: str, text: str, locale: str) -> Reply:
        """What is said to a text that a member typed and that is no command."""
        if not self._patience.allows(member_id):
            return Reply(way=Way.TOO_MANY, locale=locale)
        if is_greeting(text):
            return Reply(way=Way.GREETING, locale=locale)
        if wants_human(text):
            view = await cases.about_me(self._deps, member_id)
            memberships = view.portfolio.picture.memberships
            return Reply(
                way=Way.HUMAN, locale=locale, memberships=memberships, contact=self._contact
            )
        heard = await self._hear(member_id, text, locale)
        if heard is None:
            return Reply(way=Way.NOTHING, locale=locale, cut=cut(text).shortened)
        await self._count(heard)
        return self._by_search(heard)

    async def chosen(self, member_id: str, topic: str, text: str | None, locale: str) -> Reply:
        """The article that a member picked; ``text`` is their question, if it is still there."""
        heard = await self._hear(member_id, text or "", locale)
        spoken = self._spoken(heard) if heard else locale
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
        spoken = self._spoken(heard)
        topics = self._topics(heard, spoken, without=topic)
        return Reply(way=Way.UNSURE, locale=spoken, topics=topics)

    async def _hear(self, member_id: str, text: str, locale: str) -> Heard | None:
        me = await cases.about_me(self._deps, member_id)
        if self._search is None:
            return None
        read = cut(text)
        mid_ids = tuple(one.mid.id for one in me.portfolio.picture.memberships)
        question = Question(text=read.text, locale=locale, mid_ids=mid_ids)
        async with self._slots:
            found = await asyncio.to_thread(self._search.search, question)
        return Heard(member_id, read.text, read.shortened, locale, me, found)

    async def _count(self, heard: Heard) -> None:
        found = heard.found
        best = found.hits[0].id if found.hits and found.band is not Band.OFF_TOPIC else "none"
        language = found.language if found.language in SHIPPED else "other"
        await cases.count(
            self._deps, heard.member_id, topic=best, language=language, band=found.band.value
        )

    def _by_search(self, heard: Heard) -> Reply:
        spoken = self._spoken(heard)
        found = heard.found
        article = self._article(heard, found.hits[0].id, spoken) if found.hits else None
        if found.band is Band.LIKELY and article is not None:
            return self._about(heard, article, spoken, Way.LIKELY)
        reply = Reply(
            way=Way.OFF_TOPIC, locale=spoken, cut=heard.shortened, language=_foreign(found)
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
            language=_foreign(heard.found),
        )

    def _spoken(self, heard: Heard) -> str:
        """The shipped language nearest to the question's; else the one the member reads."""
        return nearest(heard.found.language, SHIPPED) or heard.locale

    def _article(self, heard: Heard, topic: str, locale: str) -> Article | None:
        assert self._search is not None
        return self._search.article(topic, locale, heard.mid_ids)

    def _topics(self, heard: Heard, locale: str, without: str = "") -> tuple[Article, ...]:
        ids = [hit.id for hit in heard.found.hits if hit.id != without][:TOPICS_SHOWN]
        found = [self._article(heard, one, locale) for one in ids]
        return tuple(one for one in found if one is not None)


def _foreign(found: Found) -> str | None:
    """The language of a question where none that is shipped is near."""
    return None if nearest(found.language, SHIPPED) else found.language
