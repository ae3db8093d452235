"""Quotas for a model's answers and tokens, and a circuit breaker for its server.

There are quotas for a member, for a MID and for all together.
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from knowledge.values import NoAnswerReason
from service.assistant.values import QuotaDraw, QuotaKind
from service.clock import Clock

log = structlog.get_logger()

WARN_AT = 0.8
"""The share of a month's tokens at which the operator is warned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimits:
    """The limits of one deployment, and when the circuit breaker opens and for how long."""

    answers_a_day: int = 20
    """For one member; a question that was sent counts whether or not it was answered."""
    tokens_a_month: int = 2_000_000
    """For one MID, input and output tokens together."""
    tokens_in_all: int = 20_000_000
    """For all MIDs together, in the same month."""
    at_once: int = 4
    """Questions asked side by side."""
    failures: int = 5
    within_seconds: float = 60
    rest_seconds: float = 300


TakeQuota = Callable[[Sequence[QuotaDraw]], Awaitable[QuotaDraw | None]]
"""Takes all of the draws or none; returns the one whose limit is reached, or None."""
CorrectQuota = Callable[[Sequence[tuple[QuotaDraw, int]]], Awaitable[Sequence[int]]]
"""Adds the differences to what was taken; returns the counts after that."""

_REASONS = {
    QuotaKind.MEMBER: NoAnswerReason.MEMBER_LIMIT,
    QuotaKind.MID: NoAnswerReason.MID_LIMIT,
    QuotaKind.ALL: NoAnswerReason.ALL_LIMIT,
}


@dataclass(frozen=True, slots=True)
class QuotaReservation:
    """What was taken for one question: an answer of the member's day, tokens of the month."""

    answer: QuotaDraw
    tokens: tuple[QuotaDraw, ...]


class ModelQuota:
    """Counts of a day and of a month, kept in the store and shared by all processes."""

    def __init__(
        self,
        clock: Clock,
        take: TakeQuota,
        correct: CorrectQuota,
        limits: QuotaLimits | None = None,
    ) -> None:
        self.limits = limits or QuotaLimits()
        self._clock = clock
        self._take = take
        self._correct = correct
        self._warned: set[QuotaDraw] = set()

    async def reserve(
        self, member: str, mid: str | None, tokens: int
    ) -> QuotaReservation | NoAnswerReason:
        """Reserve quota for a question before it is sent, or say which limit is reached.

        ``tokens`` is an estimate. It stays counted if the process dies before ``settle``.
        """
        month = self.month()
        reservation = QuotaReservation(
            QuotaDraw(
                kind=QuotaKind.MEMBER,
                owner=member,
                period=self._clock.now().date().isoformat(),
                n=1,
                limit=self.limits.answers_a_day,
            ),
            (
                QuotaDraw(
                    kind=QuotaKind.MID,
                    owner=mid or "",
                    period=month,
                    n=tokens,
                    limit=self.limits.tokens_a_month,
                ),
                QuotaDraw(
                    kind=QuotaKind.ALL,
                    owner="",
                    period=month,
                    n=tokens,
                    limit=self.limits.tokens_in_all,
                ),
            ),
        )
        full = await self._take((reservation.answer, *reservation.tokens))
        return _REASONS[full.kind] if full else reservation

    async def settle(self, reservation: QuotaReservation, tokens: int, *, counts: bool) -> None:
        """Replace the estimate by the tokens used; unless it ``counts``, return the answer."""
        returned = 0 if counts else -reservation.answer.n
        changes = [(draw, tokens - draw.n) for draw in reservation.tokens]
        _, *totals = await self._correct([(reservation.answer, returned), *changes])
        for draw, total in zip(reservation.tokens, totals, strict=True):
            if total >= WARN_AT * draw.limit:
                await self._warn(draw, total)

    def month(self) -> str:
        """The month in which tokens are counted now, as YYYY-MM."""
        return self._clock.now().date().isoformat()[:7]

    async def _warn(self, draw: QuotaDraw, total: int) -> None:
        """Warn the operator, once a month over all processes."""
        name = f"{draw.kind} {draw.owner}".strip()
        warning = QuotaDraw(kind=QuotaKind.WARNED, owner=name, period=draw.period, n=1, limit=1)
        if warning in self._warned:
            return
        self._warned.add(warning)
        if await self._take((warning,)) is None:
            log.warning(
                "the model's tokens of this month run low",
                of=draw.kind.value,
                mid=draw.owner or None,
                used=total,
                limit=draw.limit,
                mend="raise MIDLINE_LLM_TOKENS_A_MONTH or MIDLINE_LLM_TOKENS_IN_ALL, or let the "
                "assistant answer from its texts alone until next month",
            )


class CircuitBreaker:
    """Stops asking a failing server for a while, then lets one question try it (half-open)."""

    def __init__(self, limits: QuotaLimits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._failures: deque[float] = deque(maxlen=limits.failures)
        self._opened_at: float | None = None
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether nothing may be asked now, also while the one question tries the server."""
        if self._opened_at is None:
            return False
        return self._trying or self._now() < self._opened_at + self._limits.rest_seconds

    def start(self) -> None:
        """A question is sent; after a rest it is the only one until it ends."""
        self._trying = self._opened_at is not None

    def record_success(self) -> None:
        """The server answered: close."""
        self._failures.clear()
        self._opened_at, self._trying = None, False

    def record_failure(self) -> None:
        """The server failed: open after too many failures, or if this was the trial."""
        now = self._now()
        self._failures.append(now)
        full = len(self._failures) == self._limits.failures
        if self._trying or (full and now - self._failures[0] <= self._limits.within_seconds):
            self._opened_at = now
        self._trying = False

    def open(self) -> None:
        """Open at once: the server cannot be used as it is, so counting is pointless."""
        self._opened_at, self._trying = self._now(), False

    def cancel(self) -> None:
        """The question was cancelled before the server succeeded or failed."""
        self._trying = False
