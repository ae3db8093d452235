"""A model's answer in the place of the closest text, where one is there and the member agreed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.assistant.model_setup import build_answerer
from bot.settings import Settings
from bot.telegram.drafts import DraftStream, OnSentence
from dialogs import answer
from knowledge import facts
from knowledge.legal_excerpts import named
from knowledge.llm.answerer import Answerer
from knowledge.replies import Heard, ModelHere, Reply, Way
from knowledge.values import Answer, Article, Outcome, Passage, Question, Reason, Refused, Tier
from locales.words import words
from service.assistant import cases as assistant
from service.assistant.values import ModelChoice
from service.deps import Deps

FACTS_OF = 3
"""Of so many of the best topics the facts are at hand for the model to point at."""
LIMITS = {Reason.MEMBER_LIMIT, Reason.MID_LIMIT, Reason.ALL_LIMIT}


@dataclass(frozen=True, slots=True)
class ModelAnswers:
    """The model of this instance and what it is called."""

    deps: Deps
    answerer: Answerer
    here: ModelHere

    async def instead(
        self, reply: Reply, heard: Heard, articles: tuple[Article, ...], drafts: DraftStream
    ) -> Reply:
        """What is said: the model's answer, the question whether it may, or ``reply``."""
        view = await assistant.read_model(self.deps, heard.member_id)
        here = self.here.for_(view)
        if view.choice is ModelChoice.NO or here.level == 0:
            return reply
        if view.choice is ModelChoice.NOT_ASKED:
            return Reply(way=Way.CONSENT, locale=reply.locale, here=here)
        level = min(here.level, view.agreed_level)

        standings = heard.me.portfolio.standings
        articles = with_licences(articles, named(heard.text, standings, words(reply.locale)))

        async def work(told: OnSentence) -> Outcome:
            return await self._ask(reply, heard, articles, told, level)

        outcome = await drafts.show_while(answer.thinking(words(reply.locale)), work)
        return _made(reply, articles, outcome)

    async def _ask(
        self,
        reply: Reply,
        heard: Heard,
        articles: tuple[Article, ...],
        told: OnSentence,
        level: int,
    ) -> Outcome:
        w = words(reply.locale)
        declared = [key for article in articles[:FACTS_OF] for key in article.facts]
        keys = facts.wanted(declared, heard.me, heard.text, w)

        async def keep(request: str) -> None:
            await assistant.keep_request(self.deps, heard.member_id, request)

        return await self.answerer.answer(
            Question(text=heard.text, locale=reply.locale, mid_ids=heard.mid_ids),
            [Passage(alias=f"s{n}", article=one) for n, one in enumerate(articles, 1)],
            facts.facts(keys, heard.me, heard.text, w),
            level=level,
            member=heard.member_id,
            mid=concerned(articles, heard.mid_ids),
            on_claim=told,
            on_sent=keep,
            language=heard.found.language,
        )


def with_licences(
    articles: tuple[Article, ...], legal: tuple[Article, ...]
) -> tuple[Article, ...]:
    """What may be cited, best first: after the closest text those of the licences named."""
    return (*articles[:1], *legal, *articles[1:])


def concerned(articles: Sequence[Article], mid_ids: Sequence[str]) -> str | None:
    """The MID that a question is about: of its licence, else of its text that fits best.

    Its texts are sent, those of the member's other MIDs are not, and it pays for the answer.
    """
    of_licence = (article.mid_id for article in articles if article.tier is Tier.LICENCE)
    of_any = (article.mid_id for article in articles if article.mid_id is not None)
    return next(of_licence, None) or next(of_any, None) or next(iter(mid_ids), None)


def build_model_answers(settings: Settings, deps: Deps) -> ModelAnswers | None:
    """The model that the settings name, or None: then the closest text is what is said."""
    answerer = build_answerer(settings, deps)
    if answerer is None:
        return None
    here = ModelHere(
        name=str(settings.llm_model),
        place=urlsplit(str(settings.llm_base_url)).hostname or "",
        level=answerer.level(settings.llm_level),
    )
    return ModelAnswers(deps, answerer, here)


def _made(reply: Reply, articles: tuple[Article, ...], outcome: Outcome | None) -> Reply:
    """The next rung of the ladder is what was found without the model."""
    if isinstance(outcome, Answer):
        plain = replace(reply, article=None, topics=(), facts=(), language=None)
        return replace(plain, way=Way.MODEL, answer=outcome)
    if isinstance(outcome, Refused) and outcome.reason is Reason.CLARIFY:
        by_id = {article.id: article for article in articles}
        meant = tuple(by_id[topic] for topic in outcome.topics if topic in by_id)
        if meant:
            return replace(reply, way=Way.UNSURE, article=None, topics=meant)
    if isinstance(outcome, Refused) and outcome.reason in LIMITS:
        return replace(reply, used_up=outcome.reason)
    return reply
