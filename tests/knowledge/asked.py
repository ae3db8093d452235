"""What the tests of answers share: texts, facts, a clock, an answerer on a scripted server."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from knowledge.answers import Answerer
from knowledge.budget import Budget, Limits
from knowledge.model import Model
from knowledge.values import Action, Article, Fact, FactKey, Passage, Question
from tests.knowledge.model_server import model_server

MUCH = Limits(answers_a_day=10**6, tokens_a_month=10**9)

TEXTS = yaml.safe_load(Path(__file__).with_name("payments.yaml").read_text("utf-8"))
# A language that is not shipped: asked in German, answered from the English text.
GERMAN = ["Zahlungen", "Ihre MID zahlt 4 Mal im Jahr.", "Sie behält 15 % für ihre Arbeit."]


def sentences(language):
    """The text of a language, sentence by sentence, as a good model might repeat it."""
    return [one for one in TEXTS.get(language, GERMAN)[1:] if "/" not in one]


def article(language="en", id="payments", text=None, mid_id=None, actions=(Action.LICENCES,)):  # noqa: A002
    title, *body = TEXTS[language]
    return Article(
        id=id,
        language=language,
        title=title,
        text=text or " ".join(body),
        mid_id=mid_id,
        actions=actions,
    )


EARNED = Fact(
    key=FactKey.EARNINGS,
    lines=("You earned €1,234.56 in September.",),
    values={"total": "€1,234.56", "lines": "17", "last": "3 Sep 2026"},
    kinds={"total": "money", "lines": "count", "last": "date"},
)


def passage(language="en", alias="s1", **more):
    return Passage(alias=alias, article=article(language, **more))


class Clock:
    def __init__(self):
        self.time = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def now(self):
        return self.time

    def pass_by(self, **much):
        self.time += timedelta(**much)


class Bench:
    """An answerer, the server behind it, and a short way to ask."""

    def __init__(self, server, limits, **more):
        self.server = server
        self.clock = Clock()
        self.budget = Budget(self.clock, limits)
        self.model = Model(server.url, "tiny", "key-of-the-test")
        self.answerer = Answerer(self.model, self.budget, **more)
        self.claims = []
        self.sent = []

    async def ask(self, text="When am I paid?", locale="en", passages=None, facts=(), **more):
        async def told(claim):
            self.claims.append(claim)

        async def sent(request):
            self.sent.append(request)

        given = {
            "level": 1,
            "member": "mem_a",
            "mid": "mid_own",
            "on_claim": told,
            "on_sent": sent,
        } | more
        question = Question(text=text, locale=locale, mid_ids=("mid_own",))
        if passages is None:
            passages = [passage(locale)]
        return await self.answerer.answer(question, passages, facts, **given)


@asynccontextmanager
async def bench(limits=MUCH, **more):
    async with model_server() as server:
        made = Bench(server, limits, **more)
        try:
            yield made
        finally:
            await made.answerer.close()
