"""What the tests of answers share: texts, facts, a clock, and an answerer on the scripted server."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from knowledge.answers import Answerer
from knowledge.budget import Budget, Limits
from knowledge.model import Model
from knowledge.values import Action, Article, Fact, FactKey, Passage, Question
from tests.knowledge.model_server import model_server

MUCH = Limits(answers_a_day=10**6, tokens_a_month=10**9)

TEXTS = {
    "en": ("Payments", "Your MID pays 4 times a year. It keeps 15 % for its work. "
           "You can stop a licence at any time, and it ends at once for anything new. See /statement."),
    "es": ("Pagos", "Tu MID paga 4 veces al año. Se queda con el 15 % por su trabajo. "
           "Puedes parar una licencia cuando quieras, y termina al instante para todo lo nuevo."),
    "fr": ("Paiements", "Votre MID paie 4 fois par an. Elle garde 15 % pour son travail. "
           "Vous pouvez arrêter une licence à tout moment, et cela vaut aussitôt pour la suite."),
    "pt_BR": ("Pagamentos", "Sua MID paga 4 vezes por ano. Ela fica com 15 % pelo trabalho. "
              "Você pode parar uma licença quando quiser, e ela termina na hora para tudo que for novo."),
    "ru": ("Выплаты", "Ваша MID платит 4 раза в год. Она оставляет себе 15 % за работу. "
           "Вы можете остановить лицензию в любой момент, и для нового она кончается сразу."),
    "ar": ("الدفعات", "تدفع جهة MID الخاصة بك 4 مرات في السنة. وتحتفظ بنسبة 15 % مقابل عملها. "
           "يمكنك إيقاف أي ترخيص في أي وقت، وينتهي فورًا لكل ما هو جديد."),
    "hi": ("भुगतान", "आपकी MID साल में 4 बार पैसे देती है। वह अपने काम के लिए 15 % रखती है। "
           "आप किसी भी समय लाइसेंस रोक सकते हैं, और नई चीज़ों के लिए वह तुरंत खत्म हो जाता है।"),
    "zh_Hans": ("付款", "你的MID每年付款4次。它留下15%作为工作费用。你可以随时停止许可，对新的使用立即生效。"),
}  # fmt: skip
# A language that is not shipped: asked in German, answered from the English text.
GERMAN = ("Zahlungen", "Ihre MID zahlt 4 Mal im Jahr. Sie behält 15 % für ihre Arbeit.")


def sentences(language):
    """The text of a language, sentence by sentence, as a good model might repeat it."""
    title, text = TEXTS.get(language, GERMAN)
    cut = text.replace("。", "。|").replace(". ", ".|").replace("। ", "।|").split("|")
    return title, [part for part in cut if part and "/" not in part]


def article(language="en", id="payments", text=None, mid_id=None, actions=(Action.LICENCES,)):  # noqa: A002
    title, body = TEXTS.get(language, TEXTS["en"])
    return Article(
        id=id, language=language, title=title, text=text or body, mid_id=mid_id, actions=actions
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
