"""The requests of one question to a model: one, and a retry if a check rejects the reply."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import structlog

from knowledge.llm.checks import ReplyFault, ReplyRules, find_claim_fault, find_fault
from knowledge.llm.client import MOST_TOKENS_OUT, ModelClient, TokenUsage, format_request
from knowledge.llm.disclosure import ModelRequest
from knowledge.llm.prompt import build_messages, estimate_tokens
from knowledge.llm.schema import ModelReply, ReplyStatus, complete_claims, read_reply
from knowledge.values import (
    Article,
    AssistantAnswer,
    Claim,
    ModelOutcome,
    NoAnswer,
    NoAnswerReason,
)

log = structlog.get_logger()

TextCallback = Callable[[str], Awaitable[None]]

ATTEMPTS = 2
DRAFT_SECONDS = 1.0
"""How long a draft may take; after that no more are shown for this answer."""

_REASONS = {
    ReplyStatus.NOT_FOUND: NoAnswerReason.NOT_FOUND,
    ReplyStatus.OFF_TOPIC: NoAnswerReason.OFF_TOPIC,
    ReplyStatus.CLARIFY: NoAnswerReason.CLARIFY,
}


class ModelExchange:
    """One question to a model: the request, the rules of its reply, and the tokens it used."""

    def __init__(
        self,
        model: ModelClient,
        rules: ReplyRules,
        request: ModelRequest,
        on_claim: TextCallback | None,
        on_sent: TextCallback | None,
    ) -> None:
        self.rules = rules
        self.request = request
        self.usage: list[TokenUsage] = []
        """One for each request that was sent."""
        self._model = model
        self._on_claim = on_claim
        self._on_sent = on_sent
        self._has_draft = False

    def estimate(self) -> int:
        """Estimate the tokens of one request, input and output together."""
        messages = build_messages(self.request, self.rules.actions, self.rules.language)
        return estimate_tokens(messages) + MOST_TOKENS_OUT

    async def ask(self) -> ModelOutcome:
        """Ask, and once more if a check rejects the reply.

        Raises:
            ModelError: the server gave no usable reply.
        """
        fault: ReplyFault | None = None
        for _ in range(ATTEMPTS):
            reply, fault = await self._attempt(fault)
            if reply is not None and fault is None:
                return _outcome(reply, self.rules)
        return NoAnswer(
            reason=NoAnswerReason.UNCHECKED, fault=(fault or ReplyFault.SHAPE).name.lower()
        )

    async def _attempt(
        self, previous: ReplyFault | None
    ) -> tuple[ModelReply | None, ReplyFault | None]:
        rules = self.rules
        style = await self._model.request_style()
        messages = build_messages(
            self.request, rules.actions, rules.language, fault=previous or ""
        )
        payload = self._model.payload(messages, style, list(rules.by_alias), rules.actions)
        if self._on_sent is not None:
            await self._on_sent(format_request(payload))
        usage = TokenUsage()
        self.usage.append(usage)
        # Sentences of the first attempt stay in the draft until the answer replaces them.
        showing = not self._has_draft
        text, checked = "", 0
        async with aclosing(self._model.stream(payload, usage)) as parts:
            async for text in parts:
                for claim in complete_claims(text)[checked:]:
                    checked += 1
                    if fault := find_claim_fault(claim, rules):
                        return None, fault
                    if showing:
                        await self._show_draft(rules.fill(claim.text))
        reply = read_reply(text)
        if reply is None and usage.cut:
            return None, ReplyFault.CUT
        return reply, find_fault(reply, rules)

    async def _show_draft(self, sentence: str) -> None:
        """Show a sentence in a draft. An error there does not affect the answer."""
        if self._on_claim is None:
            return
        self._has_draft = True
        try:
            async with asyncio.timeout(DRAFT_SECONDS):
                await self._on_claim(sentence)
        except Exception as error:  # noqa: BLE001
            log.info("no more drafts of this answer", error=type(error).__name__)
            self._on_claim = None


def _outcome(reply: ModelReply, rules: ReplyRules) -> ModelOutcome:
    """A checked reply with articles' ids for aliases, and the member's values filled in."""
    if reason := _REASONS.get(reply.status):
        topics = (rules.by_alias[alias].article.id for alias in reply.clarify_topics)
        return NoAnswer(reason=reason, topics=tuple(dict.fromkeys(topics)))
    sources: dict[str, Article] = {}
    claims: list[Claim] = []
    for claim in reply.claims:
        cited = [rules.by_alias[alias].article for alias in claim.cites]
        for article in cited:
            sources.setdefault(article.id, article)
        ids = tuple(dict.fromkeys(article.id for article in cited))
        claims.append(Claim(text=" ".join(rules.fill(claim.text).split()), cites=ids))
    actions = tuple(dict.fromkeys(proposed.kind for proposed in reply.actions))
    return AssistantAnswer(claims=tuple(claims), sources=tuple(sources.values()), actions=actions)
