"""Token buckets: how often each of many senders may do something."""

import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000


class TokenBuckets:
    """A token bucket per key: ``burst`` tokens at first, refilled by ``per_second`` up to that.

    Buckets are kept in memory, for the keys used last; a key that was dropped starts full again.
    """

    def __init__(
        self,
        burst: float,
        per_second: float,
        *,
        now: Callable[[], float] = time.monotonic,
        remembered: int = REMEMBERED,
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._now = now
        self._remembered = remembered
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many keys have a bucket."""
        return len(self._buckets)

    def take(self, key: str) -> bool:
        """Take a token; False when there is none."""
        now = self._now()
        left, since = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        taken = left >= 1
        self._buckets[key] = (left - 1 if taken else left, now)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return taken

    def give_back(self, key: str) -> None:
        """Return a token that was taken for something that did not happen."""
        if key in self._buckets:
            left, since = self._buckets[key]
            self._buckets[key] = (min(self._burst, left + 1), since)
