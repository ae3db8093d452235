"""What a model may cost, and when it is left alone: limits, and a breaker.

The limits are of a member, of a MID and of everybody together.
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from knowledge.values import Reason
from service.assistant.values import QuotaDraw, QuotaKind
from service.clock import Clock

log = structlog.get_logger()

WARN_AT = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one deployment allows."""

    answers_a_day: int = 20
    """For one member; a question that was sent counts, answered or not."""
    tokens_a_month: int = 2_000_000
    """For one MID, in and out together."""
    tokens_in_all: int = 20_000_000
    """For all MIDs together, in the same month."""
    at_once: int = 4
    failures: int = 5
    within_seconds: float = 60
    rest_seconds: float = 300


Take = Callable[[Sequence[QuotaDraw]], Awaitable[QuotaDraw | None]]
"""Draws all or nothing, and gives back what is at its most."""
Correct = Callable[[Sequence[tuple[QuotaDraw, int]]], Awaitable[Sequence[int]]]
"""Changes what was drawn, and gives back what the counts are then."""

_WHY = {
    QuotaKind.MEMBER: Reason.MEMBER_LIMIT,
    QuotaKind.MID: Reason.MID_LIMIT,
    QuotaKind.ALL: Reason.ALL_LIMIT,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was drawn for one question: of the member's day, and tokens of the month."""

    asked: QuotaDraw
    tokens: tuple[QuotaDraw, ...]


class Budget:
    """Counts of a day and of a month, in the store: all processes draw from the same."""

    def __init__(
        self, clock: Clock, take: Take, correct: Correct, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._take = take
        self._correct = correct
        self._warned: set[QuotaDraw] = set()

    async def enter(self, member: str, mid: str | None, tokens: int) -> Ticket | Reason:
        """Draw for a question before it goes out, or say why it may not.

        ``tokens`` is about what it will cost: a process that dies has paid for it.
        """
        month = self.month()
        ticket = Ticket(
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
        full = await self._take((ticket.asked, *ticket.tokens))
        return _WHY[full.kind] if full else ticket

    async def settle(self, ticket: Ticket, tokens: int, *, counts: bool) -> None:
        """Put what it cost in place of what was drawn; ``counts``: for the member too."""
        back = 0 if counts else -ticket.asked.n
        changes = [(draw, tokens - draw.n) for draw in ticket.tokens]
        _, *totals = await self._correct([(ticket.asked, back), *changes])
        for draw, total in zip(ticket.tokens, totals, strict=True):
            if total >= WARN_AT * draw.limit:
                await self._warn(draw, total)

    def month(self) -> str:
        """The month that tokens are counted in."""
        return self._clock.now().date().isoformat()[:7]

    async def _warn(self, draw: QuotaDraw, total: int) -> None:
        """Tell the operator, once in a month, whichever process notices it."""
        name = f"{draw.kind} {draw.owner}".strip()
        told = QuotaDraw(kind=QuotaKind.WARNED, owner=name, period=draw.period, n=1, limit=1)
        if told in self._warned:
            return
        self._warned.add(told)
        if await self._take((told,)) is None:
            log.warning(
                "the model's tokens of this month run low",
                of=draw.kind.value,
                mid=draw.owner or None,
                used=total,
                limit=draw.limit,
                mend="raise MIDLINE_LLM_TOKENS_A_MONTH or MIDLINE_LLM_TOKENS_IN_ALL, or let the "
                "assistant answer from its texts alone until next month",
            )


class Breaker:
    """Leaves a failing server alone for a while, then lets one question try it."""

    def __init__(self, limits: Limits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._failures: deque[float] = deque(maxlen=limits.failures)
        self._opened: float | None = None
        self._trying = False

    @property
    def resting(self) -> bool:
        """Whether nothing may be asked now."""
        if self._opened is None:
            return False
        return self._trying or self._now() < self._opened + self._limits.rest_seconds

    def enter(self) -> None:
        """A question goes out; after a rest it is the only one until it is decided."""
        self._trying = self._opened is not None

    def well(self) -> None:
        """The server answered."""
        self._failures.clear()
        self._opened, self._trying = None, False

    def failed(self) -> None:
        """The server did not."""
        now = self._now()
        self._failures.append(now)
        full = len(self._failures) == self._limits.failures
        if self._trying or (full and now - self._failures[0] <= self._limits.within_seconds):
            self._opened = now
        self._trying = False

    def trip(self) -> None:
        """The server cannot be used as it is: no five failures are needed to know."""
        self._opened, self._trying = self._now(), False

    def left(self) -> None:
        """The question was called off before the server could be judged."""
        self._trying = False
