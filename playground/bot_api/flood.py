"""Flood limits: how fast the bot may send, and what happens when it does not wait."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from playground.errors import Json, too_many_requests

COUNTED: Final = frozenset({
    "sendMessage", "editMessageText", "editMessageReplyMarkup", "sendMessageDraft",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How strict the flood limits are.

    Attributes:
        per_chat: messages a second in one private chat.
        burst: how many may be sent at once to a chat that was quiet.
        per_group: messages a minute in one group.
        overall: messages a second over all chats.
        freeze: seconds that a chat, or the bot, is frozen once a limit is exceeded.
        extend: whether a call while frozen restarts the freeze.
        free: methods that are not counted.
    """

    per_chat: float = 1
    burst: int = 3
    per_group: int = 20
    overall: float = 30
    freeze: float = 3
    extend: bool = True
    free: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Bucket:
    rate: float
    size: float
    level: float
    at: float
    frozen_until: float = field(default=float("-inf"))

    def refill(self, now: float) -> bool:
        """Add the tokens of the time passed; returns whether there is one to take."""
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now
        return self.level >= 1


class FloodControl:
    """Counts calls, and freezes a chat or the bot above a limit. Edits and drafts count too."""

    def __init__(self, limits: FloodLimits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._chats: dict[int, _Bucket] = {}
        self._all = _Bucket(limits.overall, limits.overall, limits.overall, clock())
        self.refused = 0
        """The number of calls answered with 429."""

    def check(self, method: str, values: Json) -> None:
        """Count one call.

        Raises:
            ApiError: 429 with `retry_after`.
        """
        chat_id = values.get("chat_id")
        counted = method in COUNTED and method not in self._limits.free
        if not counted or not isinstance(chat_id, int):
            return
        now = self._clock()
        buckets = (self._all, self._chat_bucket(chat_id, now))
        for bucket in buckets:
            if now < bucket.frozen_until:
                if self._limits.extend:
                    bucket.frozen_until = now + self._limits.freeze
            elif not bucket.refill(now):
                bucket.frozen_until = now + max(self._limits.freeze, 1 / bucket.rate)
            else:
                continue
            self.refused += 1
            raise too_many_requests(max(1, math.ceil(bucket.frozen_until - now)))
        for bucket in buckets:
            bucket.level -= 1

    def _chat_bucket(self, chat_id: int, now: float) -> _Bucket:
        if chat_id not in self._chats:
            limits = self._limits
            if chat_id < 0:
                bucket = _Bucket(limits.per_group / 60, limits.per_group, limits.per_group, now)
            else:
                bucket = _Bucket(limits.per_chat, limits.burst, limits.burst, now)
            self._chats[chat_id] = bucket
        return self._chats[chat_id]
