"""What the tests of answers share: texts, facts, a clock, an answerer on a scripted server."""

import shutil
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from sqlalchemy import insert, select

from bot.assistant.model_setup import build_budget
from knowledge.llm.answerer import Answerer
from knowledge.llm.client import ModelClient
from knowledge.llm.quota import QuotaLimits
from knowledge.values import Action, Article, AskedQuestion, Fact, FactKey, Passage
from service.assistant.quota_store import model_spent
from service.db.database import open_embedded
from service.db.migrate import migrate
from service.deps import Deps
from service.people.store import members
from tests.support.model_server import model_server

MUCH = QuotaLimits(answers_a_day=10**6, tokens_a_month=10**9, tokens_in_all=10**9)

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


@cache
def _folder(name):
    """A folder that is there until the tests end."""
    return TemporaryDirectory(prefix=f"midline-{name}-")


@asynccontextmanager
async def store():
    """An empty store of the test's own."""
    template = Path(_folder("empty").name)
    if not (template / "key").exists():
        made = open_embedded(template / "midline.db", template / "key")
        await migrate(made)
        await made.close()
    with TemporaryDirectory(prefix="midline-") as folder:
        to = Path(folder)
        for file in ("midline.db", "key"):
            shutil.copy(template / file, to / file)
        db = open_embedded(to / "midline.db", to / "key")
        try:
            yield db
        finally:
            await db.close()


class Bench:
    """An answerer, the server behind it, and a short way to ask."""

    def __init__(self, server, db, limits, **more):
        self.server = server
        self.clock = Clock()
        self.deps = Deps(db, self.clock)
        self.known = set()
        self.budget = build_budget(self.deps, limits)
        self.model = ModelClient(server.url, "tiny", "key-of-the-test")
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
        await self.knows(given["member"])
        question = AskedQuestion(text=text, locale=locale, mid_ids=("mid_own",))
        if passages is None:
            passages = [passage(locale)]
        return await self.answerer.answer(question, passages, facts, **given)

    async def knows(self, member):
        if member not in self.known:
            self.known.add(member)
            async with self.deps.db.write() as conn:
                row = {"id": member, "created_at": self.clock.now()}
                await conn.execute(insert(members).values(row))

    async def spent(self):
        """Every count, by purse and owner."""
        async with self.deps.db.read() as conn:
            rows = await conn.execute(select(model_spent))
            return {(row.purse, row.owner, row.period): row.n for row in rows}


@asynccontextmanager
async def bench(limits=MUCH, **more):
    async with model_server() as server, store() as db:
        made = Bench(server, db, limits, **more)
        try:
            yield made
        finally:
            await made.answerer.close()
