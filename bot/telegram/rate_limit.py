"""How much one bot may send: replies at once, everything else in the gaps.

A reply never waits here; it is charged, and what is sent in bulk makes room for it. The generic
cell rate algorithm (ITU-T I.371) spaces the calls; decision 4 says where its figures come from.
"""

import asyncio
import math
from collections.abc import Callable

from bot.aio import loop_time

HEADROOM = 0.03
"""The share of the rate that is never used."""

TOLERANCE = HEADROOM / 2
"""Seconds by which a call may come early. As large as the headroom, jitter breaks the limit."""

SPREADS = 3
"""Standard deviations of the replies' rate that are kept free for them."""

MEMORY_SECONDS = 10.0
GROWS_AFTER = 200
GROWS_BY = 1.05
SHRINKS_TO = 0.7
LEAST = 0.1

PER_CHAT_SECONDS = 1.05
REMEMBERED = 5000


class Budget:
    """The calls of one bot. ``rate`` is Telegram's limit, in messages a second over all chats."""

    def __init__(self, rate: float, now: Callable[[], float] = loop_time) -> None:
        self._rate = rate
        self._now = now
        self._free_at = 0.0
        self._open_at = 0.0
        self._share = 1.0
        self._taken = 0
        self._replies = 0.0
        self._replied_at = 0.0

    @property
    def frozen_for(self) -> float:
        """Seconds until calls go out again after a 429; 0 when they do."""
        return max(0.0, self._open_at - self._now())

    @property
    def under_way(self) -> int:
        """How many bulk calls may be under way at once: half a second's worth."""
        return max(1, int(self._rate / 2))

    def freeze(self, seconds: float) -> None:
        """Telegram asked to wait: nothing goes out before, and less after.

        Refusals of calls that were under way together are one episode.
        """
        now = self._now()
        if now >= self._open_at:
            self._share = max(LEAST, self._share * SHRINKS_TO)
            self._taken = 0
        self._open_at = max(self._open_at, now + seconds)

    def charge(self) -> None:
        """A reply goes out now."""
        now = self._now()
        self._fade(now)
        self._replies += 1 / MEMORY_SECONDS
        self._free_at = max(now, self._free_at) + 1 / self._per_second()

    def taken(self) -> None:
        """Telegram took a bulk call: after many the rate grows back."""
        self._taken += 1
        if self._taken >= GROWS_AFTER and self._share < 1:
            self._share = min(1.0, self._share * GROWS_BY)
            self._taken = 0

    def wait(self) -> float:
        """Seconds until the next bulk call may go out; 0 when it may now."""
        return max(self.frozen_for, self._free_at - TOLERANCE - self._now(), 0.0)

    def spend(self) -> None:
        """A bulk call goes out now."""
        self._free_at = max(self._now(), self._free_at) + 1 / self._per_second()

    async def slot(self) -> None:
        """Wait for room for one bulk call, and take it."""
        left = self.wait()
        while left > 0:
            await asyncio.sleep(left)
            left = self.wait()
        self.spend()

    def _per_second(self) -> float:
        """Calls a second, with room for replies to come in bursts."""
        self._fade(self._now())
        kept = SPREADS * math.sqrt(self._replies)
        return max(self._rate * (1 - HEADROOM) * self._share - kept, 1.0)

    def _fade(self, now: float) -> None:
        """Replies of the past count less and less, also when none comes any more."""
        self._replies *= math.exp((self._replied_at - now) / MEMORY_SECONDS)
        self._replied_at = now


class Apart:
    """Keeps what is sent to one chat a second apart, over all that is sent in bulk."""

    def __init__(self, now: Callable[[], float] = loop_time) -> None:
        self._now = now
        self._last: dict[int, float] = {}

    async def wait(self, chat_id: int) -> None:
        """Wait until this chat may hear from the bot again, and count it as done then."""
        now = self._now()
        at = max(now, self._last.get(chat_id, 0.0) + PER_CHAT_SECONDS)
        if len(self._last) > REMEMBERED:
            old = now - PER_CHAT_SECONDS
            self._last = {one: last for one, last in self._last.items() if last > old}
        self._last[chat_id] = at
        if at > now:
            await asyncio.sleep(at - now)
