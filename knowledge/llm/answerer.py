"""A question, texts and facts -> a checked answer of a model, or why there is none.

It never raises and never takes longer than ``TOTAL_SECONDS``; the next rung of the ladder is
always there. The model has no tool: it gives back sentences and names of buttons, nothing else.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import structlog

from knowledge.language import Detector
from knowledge.llm.checks import Rules
from knowledge.llm.client import TOTAL_SECONDS, Model, ModelError
from knowledge.llm.disclosure import Level, Outgoing, level_for, outgoing
from knowledge.llm.exchange import Exchange, Told
from knowledge.llm.prompt import fitting
from knowledge.llm.quota import Breaker, Budget, Ticket
from knowledge.values import Action, Fact, Outcome, Passage, Question, Reason, Refused

log = structlog.get_logger()

QUEUE_SECONDS = 3.0


class Answerer:
    """Asks a model within a budget and checks what it says.

    ``trusted`` names hosts that may see values; ``detector`` tells a text's language.
    """

    def __init__(
        self,
        model: Model,
        budget: Budget,
        *,
        breaker: Breaker | None = None,
        detector: Detector | None = None,
        trusted: Collection[str] = (),
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._model = model
        self._budget = budget
        self._breaker = breaker or Breaker(budget.limits)
        self._detector = detector
        self._trusted = trusted
        self._total = total_seconds
        self._slots = asyncio.Semaphore(budget.limits.at_once)

    async def warm(self) -> None:
        """Make ready what the first question would wait for."""
        await self._model.warm()

    async def close(self) -> None:
        """Close the connections to the server."""
        await self._model.close()

    def level(self, wanted: int) -> Level:
        """The level that holds with this server, to be told to the member."""
        return level_for(wanted, self._model.base_url, self._trusted)

    async def answer(
        self,
        question: Question,
        passages: Sequence[Passage],
        facts: Sequence[Fact],
        *,
        level: int,
        member: str,
        mid: str | None,
        on_claim: Told | None = None,
        on_sent: Told | None = None,
        language: str | None = None,
    ) -> Outcome:
        """Ask the model.

        Args:
            question: what was typed; ``locale`` is the language of the answer unless ``language``.
            passages: what may be cited, best first; texts of other MIDs than ``mid`` are left out.
            facts: what the member's own values are; the model may point at them.
            level: how much may leave, 0 to 3.
            member: whose budget it is; it is sent nowhere.
            mid: whose budget and whose texts; none: the first MID among the passages.
            on_claim: gets each checked sentence while the rest is still written, for a draft. What
                it was given may be replaced by the answer that is returned.
            on_sent: gets each request just before it leaves; if it fails, nothing leaves.
            language: the language of the question, where it is not the member's.
        """
        started = time.monotonic()
        run: Exchange | None = None
        try:
            out = outgoing(question, passages, facts, level=self.level(level), mid=mid)
            run = self._run(out, language or question.locale, on_claim, on_sent)
            refused = self._refusal(run, self.level(level))
            outcome: Outcome = refused or await self._within_budget(run, member, mid)
        except Exception as error:  # noqa: BLE001
            # A fault of ours must not cost the member the retrieval answer. No words: they leak.
            log.error("the model was not asked", error=type(error).__name__)  # noqa: TRY400
            outcome = Refused(reason=Reason.FAILED, fault="internal")
        _log(outcome, run, language or question.locale, time.monotonic() - started)
        return outcome

    def _run(
        self, out: Outgoing, language: str, on_claim: Told | None, on_sent: Told | None
    ) -> Exchange:
        # Names of our own making: they are unique, and say nothing.
        named = tuple(replace(one, alias=f"s{n}") for n, one in enumerate(out.passages, 1))
        actions = dict.fromkeys(action for one in named for action in one.article.actions)
        offered = tuple({**actions, Action.HUMAN: None})
        out = replace(out, passages=named)
        out = replace(out, passages=fitting(out, offered, language))
        rules = Rules(out.passages, out.values, offered, language, self._detector)
        return Exchange(self._model, rules, out, on_claim, on_sent)

    def _refusal(self, run: Exchange, level: Level) -> Refused | None:
        reason: Reason | None = None
        if level is Level.NOTHING:
            reason = Reason.OFF
        elif run.out.question.too_short:
            reason = Reason.TOO_PRIVATE
        elif not run.out.passages:
            reason = Reason.NO_SOURCE
        elif self._breaker.resting:
            reason = Reason.RESTING
        return Refused(reason=reason) if reason else None

    async def _within_budget(self, run: Exchange, member: str, mid: str | None) -> Outcome:
        ticket = await self._budget.enter(member, mid, run.estimate())
        if isinstance(ticket, Reason):
            return Refused(reason=ticket)
        outcome: Outcome | None = None
        try:
            outcome = await self._in_turn(run)
        finally:
            # Who stops an answer has had the request.
            counts = bool(run.usage) and not _not_their_doing(outcome)
            await self._settled(ticket, sum(one.total for one in run.usage), counts=counts)
        return outcome

    async def _in_turn(self, run: Exchange) -> Outcome:
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            return Refused(reason=Reason.BUSY)
        try:
            return await self._guarded(run)
        finally:
            self._slots.release()

    async def _guarded(self, run: Exchange) -> Outcome:
        """Ask, and let the breaker know how the server did."""
        if self._breaker.resting:
            return Refused(reason=Reason.RESTING)
        self._breaker.enter()
        try:
            async with asyncio.timeout(self._total):
                outcome = await run.ask()
        except TimeoutError:
            self._breaker.failed()
            return Refused(reason=Reason.TOO_SLOW)
        except ModelError as error:
            if error.unusable:
                self._breaker.trip()
                return Refused(reason=Reason.UNUSABLE, fault=str(error))
            self._breaker.failed()
            return Refused(reason=Reason.FAILED, fault=str(error))
        except BaseException:
            self._breaker.left()
            raise
        self._breaker.well()
        return outcome

    async def _settled(self, ticket: Ticket, tokens: int, *, counts: bool) -> None:
        try:
            await self._budget.settle(ticket, tokens, counts=counts)
        except Exception as error:  # noqa: BLE001
            # What was drawn stays drawn, which is about right; the answer is worth more.
            log.warning("the model's budget was not settled", error=type(error).__name__)


def _not_their_doing(outcome: Outcome | None) -> bool:
    """Whether the server was at fault, so that the question does not count for the member."""
    return isinstance(outcome, Refused) and outcome.reason in {
        Reason.BUSY,
        Reason.RESTING,
        Reason.FAILED,
        Reason.TOO_SLOW,
        Reason.UNUSABLE,
    }


def _log(outcome: Outcome, run: Exchange | None, language: str, seconds: float) -> None:
    """What is known of an answer afterwards: no question, no values, nobody."""
    said: dict[str, object] = {"answered": True}
    if isinstance(outcome, Refused):
        said = {"answered": False, "reason": str(outcome.reason), "fault": outcome.fault}
    else:
        said["cites"] = [source.id for source in outcome.sources]
    usage = run.usage if run else []
    log.info(
        "asked a model",
        **said,
        language=language,
        ms=round(seconds * 1000),
        tries=len(usage),
        tokens_in=sum(one.into for one in usage),
        tokens_out=sum(one.out for one in usage),
    )
