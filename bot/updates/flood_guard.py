"""A flood guard for each person, in front of the store: many messages cost nobody else anything.

What protects passes always: a no, a stop, a refusal, never, mute, leaving, deleting.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

import structlog

from bot.updates.inbox_store import Arrived

log = structlog.get_logger()

# Nobody taps thirty times at once, or three times a second for long, to read or to decide.
BURST = 30.0
PER_SECOND = 3.0
REMEMBERED = 10_000


class FloodGuard:
    """A token bucket for each sender, kept in memory for those who wrote last."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, one: Arrived) -> bool:
        """Whether an update may go on to the store; it costs its sender a token."""
        if one.protects:
            return True
        sender, now = one.lane.rstrip("?"), self._now()
        left, since = self._buckets.pop(sender, (BURST, now))
        left = min(BURST, left + (now - since) * PER_SECOND)
        allowed = left >= 1
        if not allowed:
            log.info("flood", dropped_update=one.update_id)
        self._buckets[sender] = (left - 1 if allowed else left, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed

    def give_back(self, one: Arrived) -> None:
        """Return the token of an update that could not be stored and will come again."""
        sender = one.lane.rstrip("?")
        if not one.protects and sender in self._buckets:
            left, since = self._buckets[sender]
            self._buckets[sender] = (min(BURST, left + 1), since)
