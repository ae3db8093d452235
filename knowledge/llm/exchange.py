"""One question's requests to a model: the first, and one more where a check refused the reply."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import structlog

from knowledge.llm.checks import Fault, Rules, fault_of, fault_of_claim
from knowledge.llm.client import MOST_TOKENS_OUT, Model, Usage, shown
from knowledge.llm.disclosure import Outgoing
from knowledge.llm.prompt import messages, tokens
from knowledge.llm.schema import Reply, Status, read_reply, whole_claims
from knowledge.values import Answer, Article, Claim, Outcome, Reason, Refused

log = structlog.get_logger()

Told = Callable[[str], Awaitable[None]]

TRIES = 2
DRAFT_SECONDS = 1.0

_UNSAID = {
    Status.NOT_FOUND: Reason.NOT_FOUND,
    Status.OFF_TOPIC: Reason.OFF_TOPIC,
    Status.CLARIFY: Reason.CLARIFY,
}


class Exchange:
    """What may leave, what may come back, and what it cost."""

    def __init__(
        self,
        model: Model,
        rules: Rules,
        out: Outgoing,
        on_claim: Told | None,
        on_sent: Told | None,
    ) -> None:
        self.rules = rules
        self.out = out
        self.usage: list[Usage] = []
        """One for each request that left."""
        self._model = model
        self._on_claim = on_claim
        self._on_sent = on_sent
        self._told = False

    def estimate(self) -> int:
        """About how many tokens one request costs, in and out together."""
        said = messages(self.out, self.rules.actions, self.rules.language)
        return tokens(said) + MOST_TOKENS_OUT

    async def ask(self) -> Outcome:
        """Ask, and once more if a check refuses the reply.

        Raises:
            ModelError: the server gave nothing that can be used.
        """
        fault: Fault | None = None
        for _ in range(TRIES):
            reply, fault = await self._try(fault)
            if reply is not None and fault is None:
                return _outcome(reply, self.rules)
        return Refused(reason=Reason.UNCHECKED, fault=(fault or Fault.SHAPE).name.lower())

    async def _try(self, before: Fault | None) -> tuple[Reply | None, Fault | None]:
        rules = self.rules
        manner = await self._model.manner()
        said = messages(self.out, rules.actions, rules.language, fault=before or "")
        payload = self._model.payload(said, manner, list(rules.by_alias), rules.actions)
        if self._on_sent is not None:
            await self._on_sent(shown(payload))
        usage = Usage()
        self.usage.append(usage)
        # The sentences of a first try stand in the draft until the answer replaces them.
        showing = not self._told
        text, checked = "", 0
        async with aclosing(self._model.stream(payload, usage)) as parts:
            async for text in parts:
                for claim in whole_claims(text)[checked:]:
                    checked += 1
                    if fault := fault_of_claim(claim, rules):
                        return None, fault
                    if showing:
                        await self._tell(rules.fill(claim.text))
        reply = read_reply(text)
        return reply, fault_of(reply, rules)

    async def _tell(self, sentence: str) -> None:
        """Show a sentence in a draft: whatever happens to drafts, the answer goes on."""
        if self._on_claim is None:
            return
        self._told = True
        try:
            async with asyncio.timeout(DRAFT_SECONDS):
                await self._on_claim(sentence)
        except Exception as error:  # noqa: BLE001
            log.info("no more drafts of this answer", error=type(error).__name__)
            self._on_claim = None


def _outcome(reply: Reply, rules: Rules) -> Outcome:
    """A checked reply in the house's own terms: real names of texts, values in their places."""
    if reason := _UNSAID.get(reply.status):
        meant = (rules.by_alias[alias].article.id for alias in reply.clarify_topics)
        return Refused(reason=reason, topics=tuple(dict.fromkeys(meant)))
    sources: dict[str, Article] = {}
    claims: list[Claim] = []
    for said in reply.claims:
        cited = [rules.by_alias[alias].article for alias in said.cites]
        for article in cited:
            sources.setdefault(article.id, article)
        ids = tuple(dict.fromkeys(article.id for article in cited))
        claims.append(Claim(text=" ".join(rules.fill(said.text).split()), cites=ids))
    actions = tuple(dict.fromkeys(proposed.kind for proposed in reply.actions))
    return Answer(claims=tuple(claims), sources=tuple(sources.values()), actions=actions)
