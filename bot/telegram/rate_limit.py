"""Rate limits of what one bot sends: replies at once, bulk messages in the gaps.

A reply never waits here; it is charged, and bulk calls make room for it. The calls are spaced by
the generic cell rate algorithm (ITU-T I.371); decision 4 says where its figures come from.
"""

import asyncio
import math
from collections.abc import Callable

from bot.aio import loop_time

HEADROOM = 0.03
"""The share of the rate that stays unused."""

TOLERANCE = HEADROOM / 2
"""Seconds by which a call may come early. With the whole headroom jitter would break the limit."""

SPREADS = 3
"""How many standard deviations of the reply rate bulk calls leave free for replies."""

MEMORY_SECONDS = 10.0
"""Time constant of the average reply rate."""

# The share of the rate that is used: cut at each 429, grown back after bulk calls that succeed.
GROWS_AFTER = 200
GROWS_BY = 1.05
SHRINKS_TO = 0.7
LEAST_SHARE = 0.1

BULK_SECONDS = 2.0
"""For how long after a bulk call a 429 may be due to the rate of all calls together."""

PER_CHAT_SECONDS = 1.05
REMEMBERED = 5000


class SendBudget:
    """The calls of one bot. ``rate``: Telegram's limit over all chats, in messages per second."""

    def __init__(self, rate: float, now: Callable[[], float] = loop_time) -> None:
        self._rate = rate
        self._now = now
        self._next_at = 0.0
        self._open_at = 0.0
        self._share = 1.0
        self._successes = 0
        self._replies = 0.0
        self._replied_at = 0.0
        self._bulk_at = -BULK_SECONDS
        self._held: dict[int, float] = {}

    def refused(self, chat_id: int | None, seconds: float) -> bool:
        """Record a 429 for a reply; returns whether the whole bot now waits.

        Alone it says that this one chat got too much. It is about the bot when a second chat is
        refused meanwhile, when bulk calls are going out, or when the call was to no chat.
        """
        now = self._now()
        self._held = {chat: until for chat, until in self._held.items() if until > now}
        others = self._held.keys() - {chat_id}
        if chat_id is None or others or now - self._bulk_at < BULK_SECONDS or self.frozen_for:
            self.freeze(seconds)
            return True
        self._held[chat_id] = max(self._held.get(chat_id, 0.0), now + seconds)
        return False

    def held_for(self, chat_id: int | None) -> float:
        """Seconds until a reply may go to a chat again; 0 when it may now."""
        held = 0.0 if chat_id is None else self._held.get(chat_id, 0.0) - self._now()
        return max(self.frozen_for, held)

    @property
    def frozen_for(self) -> float:
        """Seconds until calls may go out again after a 429; 0 when they may now."""
        return max(0.0, self._open_at - self._now())

    @property
    def under_way(self) -> int:
        """How many bulk calls may be in flight at once: as many as go out in half a second."""
        return max(1, int(self._rate / 2))

    def freeze(self, seconds: float) -> None:
        """Stop all calls for the time that Telegram asks for, and lower the rate after it.

        The 429s of calls that were in flight together lower it once.
        """
        now = self._now()
        if now >= self._open_at:
            self._share = max(LEAST_SHARE, self._share * SHRINKS_TO)
            self._successes = 0
        self._open_at = max(self._open_at, now + seconds)

    def charge(self) -> None:
        """Count a reply that goes out now."""
        now = self._now()
        self._decay(now)
        self._replies += 1 / MEMORY_SECONDS
        self._next_at = max(now, self._next_at) + 1 / self._per_second()

    def record_success(self) -> None:
        """Count a bulk call that Telegram took: after many the rate grows back."""
        self._successes += 1
        if self._successes >= GROWS_AFTER and self._share < 1:
            self._share = min(1.0, self._share * GROWS_BY)
            self._successes = 0

    def wait(self) -> float:
        """Seconds until the next bulk call may go out; 0 when it may now."""
        return max(self.frozen_for, self._next_at - TOLERANCE - self._now(), 0.0)

    def spend(self) -> None:
        """Count a bulk call that goes out now."""
        self._bulk_at = self._now()
        self._next_at = max(self._now(), self._next_at) + 1 / self._per_second()

    async def acquire(self) -> None:
        """Wait until a bulk call may go out, and count it."""
        left = self.wait()
        while left > 0:
            await asyncio.sleep(left)
            left = self.wait()
        self.spend()

    def _per_second(self) -> float:
        """Bulk calls per second that leave room for replies, which come in bursts."""
        self._decay(self._now())
        reserved = SPREADS * math.sqrt(self._replies)
        return max(self._rate * (1 - HEADROOM) * self._share - reserved, 1.0)

    def _decay(self, now: float) -> None:
        """Decay the average reply rate (``_replies``, per second) to this moment."""
        self._replies *= math.exp((self._replied_at - now) / MEMORY_SECONDS)
        self._replied_at = now


class ChatSpacing:
    """Keeps the bulk messages to one chat a second apart, whatever notice they belong to."""

    def __init__(self, now: Callable[[], float] = loop_time) -> None:
        self._now = now
        self._last: dict[int, float] = {}

    async def wait(self, chat_id: int) -> None:
        """Wait until a bulk message may go to this chat, and count it at that moment."""
        now = self._now()
        at = max(now, self._last.get(chat_id, 0.0) + PER_CHAT_SECONDS)
        if len(self._last) > REMEMBERED:
            old = now - PER_CHAT_SECONDS
            self._last = {chat: last for chat, last in self._last.items() if last > old}
        self._last[chat_id] = at
        if at > now:
            await asyncio.sleep(at - now)
