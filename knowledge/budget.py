"""What a model may cost, and when it is left alone: limits per member and MID, and a breaker."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from knowledge.values import Reason
from service.clock import Clock

WARN_AT = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one deployment allows."""

    answers_a_day: int = 20
    """For one member; a question that was sent counts, answered or not."""
    tokens_a_month: int = 2_000_000
    """For one MID, in and out together."""
    at_once: int = 4
    failures: int = 5
    within_seconds: float = 60
    rest_seconds: float = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One count to be kept over a restart: whose it is, for which day or month, and how much."""

    kind: str
    owner: str
    period: str
    n: int


class Budget:
    """Counts of a day and of a month; ``kept`` brings them back after a restart."""

    def __init__(
        self, clock: Clock, limits: Limits | None = None, kept: Iterable[Row] = ()
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._counts = {(row.kind, row.owner, row.period): row.n for row in kept}

    def refusal(self, member: str, mid: str | None) -> Reason | None:
        """Why no more may be asked now, or nothing."""
        if self._n("answers", member) >= self.limits.answers_a_day:
            return Reason.MEMBER_LIMIT
        if self._n("tokens", mid or "") >= self.limits.tokens_a_month:
            return Reason.MID_LIMIT
        return None

    def asked(self, member: str) -> Row:
        """A member's question goes out."""
        return self._add("answers", member, 1)

    def taken_back(self, member: str) -> Row:
        """It brought nothing, and not by the member's doing: it does not count."""
        return self._add("answers", member, -1)

    def spent(self, mid: str | None, tokens: int) -> Row:
        """What a request cost a MID; the questions of people without one share one purse."""
        return self._add("tokens", mid or "", tokens)

    def share(self, mid: str | None) -> float:
        """How much of its month a MID has used: from ``WARN_AT`` on, its staff should be told."""
        return self._n("tokens", mid or "") / self.limits.tokens_a_month

    def _add(self, kind: str, owner: str, n: int) -> Row:
        period = self._period(kind)
        # Yesterday's counts are of no use to anybody.
        stale = [key for key in self._counts if key[0] == kind and key[2] != period]
        for key in stale:
            del self._counts[key]
        key = (kind, owner, period)
        self._counts[key] = max(0, self._counts.get(key, 0) + n)
        return Row(*key, self._counts[key])

    def _n(self, kind: str, owner: str) -> int:
        return self._counts.get((kind, owner, self._period(kind)), 0)

    def _period(self, kind: str) -> str:
        today = self._clock.now().date().isoformat()
        return today if kind == "answers" else today[:7]


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
