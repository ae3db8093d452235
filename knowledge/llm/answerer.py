"""Asks a model a question with articles and facts; returns a checked answer, or why there is none.

It never raises and never takes longer than ``TOTAL_SECONDS`` after its turn came, so that the
caller can always fall back on the closest article. The model has no tools: it returns sentences
and names of buttons, nothing else.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import structlog

from knowledge.language import Detector
from knowledge.llm.checks import ReplyRules
from knowledge.llm.client import TOTAL_SECONDS, ModelClient, ModelError
from knowledge.llm.disclosure import DisclosureLevel, ModelRequest, build_request, level_for
from knowledge.llm.exchange import ModelExchange, TextCallback
from knowledge.llm.prompt import passages_that_fit
from knowledge.llm.quota import CircuitBreaker, ModelQuota, QuotaReservation
from knowledge.values import (
    Action,
    AskedQuestion,
    Fact,
    ModelOutcome,
    NoAnswer,
    NoAnswerReason,
    Passage,
)

log = structlog.get_logger()

QUEUE_SECONDS = 3.0
"""How long a question waits for one of the ``at_once`` slots."""


class Answerer:
    """Asks a model within a quota and checks its replies.

    Args:
        model: the server and its model.
        quota: the limits of members, of MIDs and of all together.
        breaker: stops asking a server that fails.
        detector: detects the language of a reply.
        trusted: hosts that may see values of members.
        total_seconds: how long an answer may take, with both attempts.
    """

    def __init__(
        self,
        model: ModelClient,
        quota: ModelQuota,
        *,
        breaker: CircuitBreaker | None = None,
        detector: Detector | None = None,
        trusted: Collection[str] = (),
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._model = model
        self._quota = quota
        self._breaker = breaker or CircuitBreaker(quota.limits)
        self._detector = detector
        self._trusted = trusted
        self._total = total_seconds
        self._slots = asyncio.Semaphore(quota.limits.at_once)

    async def warm(self) -> None:
        """Load the client library, so that the first question does not wait for it."""
        await self._model.warm()

    async def close(self) -> None:
        """Close the connections to the server."""
        await self._model.close()

    def level(self, requested: int) -> DisclosureLevel:
        """The disclosure level that is allowed with this server, to be shown to the member."""
        return level_for(requested, self._model.base_url, self._trusted)

    async def answer(
        self,
        question: AskedQuestion,
        passages: Sequence[Passage],
        facts: Sequence[Fact],
        *,
        level: int,
        member: str,
        mid: str | None,
        on_claim: TextCallback | None = None,
        on_sent: TextCallback | None = None,
        language: str | None = None,
    ) -> ModelOutcome:
        """Ask the model.

        Args:
            question: the question; ``locale`` is the language of the answer unless ``language``.
            passages: what may be cited, best first; texts of MIDs other than ``mid`` are left out.
            facts: the member's values, to which the model may refer by name.
            level: the disclosure level, 0 to 3.
            member: the id whose quota is used; it is not sent.
            mid: the MID whose quota and texts are used; default the first one of the passages.
            on_claim: called with each checked sentence while the rest is being written, for a
                draft. The answer that is returned may differ.
            on_sent: called with each request just before it is sent; if it raises, nothing is.
            language: the language of the question, where it is not the member's.
        """
        started = time.monotonic()
        exchange: ModelExchange | None = None
        try:
            request = build_request(question, passages, facts, level=self.level(level), mid=mid)
            exchange = self._exchange(request, language or question.locale, on_claim, on_sent)
            reason = self._reason_not_to_ask(exchange, self.level(level))
            outcome: ModelOutcome
            if reason is None:
                outcome = await self._ask_within_quota(exchange, member, mid)
            else:
                outcome = NoAnswer(reason=reason)
        except Exception as error:  # noqa: BLE001
            # An error here must not cost the member the closest article. The error's text is not
            # logged: it may hold the question.
            log.error("the model was not asked", error=type(error).__name__)  # noqa: TRY400
            outcome = NoAnswer(reason=NoAnswerReason.FAILED, fault="internal")
        _log(outcome, exchange, language or question.locale, time.monotonic() - started)
        return outcome

    def _exchange(
        self,
        request: ModelRequest,
        language: str,
        on_claim: TextCallback | None,
        on_sent: TextCallback | None,
    ) -> ModelExchange:
        # Aliases are made here, so that they are unique and reveal nothing.
        passages = tuple(
            replace(passage, alias=f"s{n}") for n, passage in enumerate(request.passages, 1)
        )
        actions = dict.fromkeys(
            action for passage in passages for action in passage.article.actions
        )
        offered = tuple({**actions, Action.HUMAN: None})
        request = replace(request, passages=passages)
        request = replace(request, passages=passages_that_fit(request, offered, language))
        rules = ReplyRules(request.passages, request.values, offered, language, self._detector)
        return ModelExchange(self._model, rules, request, on_claim, on_sent)

    def _reason_not_to_ask(
        self, exchange: ModelExchange, level: DisclosureLevel
    ) -> NoAnswerReason | None:
        if level is DisclosureLevel.NOTHING:
            return NoAnswerReason.OFF
        if exchange.request.question.too_short:
            return NoAnswerReason.TOO_PRIVATE
        if not exchange.request.passages:
            return NoAnswerReason.NO_SOURCE
        return NoAnswerReason.RESTING if self._breaker.is_open else None

    async def _ask_within_quota(
        self, exchange: ModelExchange, member: str, mid: str | None
    ) -> ModelOutcome:
        reservation = await self._quota.reserve(member, mid, exchange.estimate())
        if isinstance(reservation, NoAnswerReason):
            return NoAnswer(reason=reservation)
        outcome: ModelOutcome | None = None
        try:
            outcome = await self._ask_in_turn(exchange)
        finally:
            # An answer that the member stops counts too: the request was sent.
            counts = bool(exchange.usage) and not _is_server_fault(outcome)
            tokens = sum(usage.total for usage in exchange.usage)
            await self._settle(reservation, tokens, counts=counts)
        return outcome

    async def _ask_in_turn(self, exchange: ModelExchange) -> ModelOutcome:
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            return NoAnswer(reason=NoAnswerReason.BUSY)
        try:
            return await self._ask_with_breaker(exchange)
        finally:
            self._slots.release()

    async def _ask_with_breaker(self, exchange: ModelExchange) -> ModelOutcome:
        """Ask, and report to the circuit breaker whether the server answered."""
        if self._breaker.is_open:
            return NoAnswer(reason=NoAnswerReason.RESTING)
        self._breaker.start()
        try:
            async with asyncio.timeout(self._total):
                outcome = await exchange.ask()
        except TimeoutError:
            self._breaker.record_failure()
            return NoAnswer(reason=NoAnswerReason.TOO_SLOW)
        except ModelError as error:
            if error.unusable:
                self._breaker.open()
                return NoAnswer(reason=NoAnswerReason.UNUSABLE, fault=str(error))
            self._breaker.record_failure()
            return NoAnswer(reason=NoAnswerReason.FAILED, fault=str(error))
        except BaseException:
            self._breaker.cancel()
            raise
        self._breaker.record_success()
        return outcome

    async def _settle(self, reservation: QuotaReservation, tokens: int, *, counts: bool) -> None:
        try:
            await self._quota.settle(reservation, tokens, counts=counts)
        except Exception as error:  # noqa: BLE001
            # The estimate stays reserved, which is about right; the answer is worth more.
            log.warning("the model's budget was not settled", error=type(error).__name__)


def _is_server_fault(outcome: ModelOutcome | None) -> bool:
    """Whether the server was at fault, so that the question does not count for the member."""
    return isinstance(outcome, NoAnswer) and outcome.reason in {
        NoAnswerReason.BUSY,
        NoAnswerReason.RESTING,
        NoAnswerReason.FAILED,
        NoAnswerReason.TOO_SLOW,
        NoAnswerReason.UNUSABLE,
    }


def _log(
    outcome: ModelOutcome, exchange: ModelExchange | None, language: str, seconds: float
) -> None:
    """Log the outcome without the question, values of the member, or who asked."""
    fields: dict[str, object] = {"answered": True}
    if isinstance(outcome, NoAnswer):
        fields = {"answered": False, "reason": str(outcome.reason), "fault": outcome.fault}
    else:
        fields["cites"] = [source.id for source in outcome.sources]
    usages = exchange.usage if exchange else []
    log.info(
        "asked a model",
        **fields,
        language=language,
        ms=round(seconds * 1000),
        tries=len(usages),
        tokens_in=sum(usage.tokens_in for usage in usages),
        tokens_out=sum(usage.tokens_out for usage in usages),
    )
