"""The stand-in for the Bot API with Telegram's published rate limits and latency.

There is a strict window of messages a second over all chats, and of one new message a second in
each. A call beyond them freezes the bot for a while: every call is then answered with 429. Every
answer is as late as a distant server's.
"""

import asyncio
import json
from collections import Counter, deque
from dataclasses import dataclass
from random import Random

from benchmarks.members import Load
from benchmarks.telegram import Connection, Telegram, values_of

SENDS = "sendMessage"
COUNTED = frozenset({SENDS, "editMessageText"})


@dataclass(frozen=True, slots=True)
class TelegramLimits:
    """Messages a second over all chats, seconds of a freeze, seconds until an answer."""

    rate: float = 30
    freeze: float = 3.0
    latency: float = 0.08
    per_chat: float = 1.0


class LimitedTelegram(Telegram):
    """Counts messages, refuses those beyond the limits, and answers late."""

    def __init__(self, load: Load, limits: TelegramLimits) -> None:
        super().__init__(load)
        self.limits = limits
        self.heard: Counter[int] = Counter()
        self.refused = 0
        self.under_way: set[int] = set()
        """Chats whose message is accepted and not answered yet."""
        self.most_under_way = 0
        self.first_at = 0.0
        self.last_at = 0.0
        self._window: deque[float] = deque()
        self._chats: dict[int, float] = {}
        self._open_at = 0.0
        self._ids = 100
        self._jitter = Random(7)

    def call(self, method: str, body: bytes, connection: Connection) -> None:
        """Carry out one call if the limits allow it, else refuse it."""
        if method == "getUpdates":
            super().call(method, body, connection)
            return
        loop = asyncio.get_running_loop()
        # Log-normal: most are close to the median, some far above.
        latency = self.limits.latency * self._jitter.lognormvariate(0, 0.1)
        if method in COUNTED:
            chat = int(values_of(body)["chat_id"])
            wait = self._wait(chat if method == SENDS else None, loop.time())
            if wait:
                self.refused += 1
                loop.call_later(latency, connection.refuse, int(wait) + 1)
                return
            if method == SENDS:
                self.heard[chat] += 1
                self.last_at = loop.time()
                self.first_at = self.first_at or self.last_at
                self._ids += 1
                self.under_way.add(chat)
                self.most_under_way = max(self.most_under_way, len(self.under_way))
                loop.call_later(latency, self._sent, connection, chat, self._ids)
                return
        loop.call_later(latency, super().call, method, body, connection)

    def _sent(self, connection: Connection, chat: int, message_id: int) -> None:
        self.under_way.discard(chat)
        owner = {"id": chat, "type": "private", "first_name": "M"}
        message = {"message_id": message_id, "date": 1_795_000_000, "chat": owner, "text": "."}
        connection.answer(json.dumps(message))

    def _wait(self, chat: int | None, now: float) -> float:
        """Seconds that a message has to wait; 0 if it is accepted and counted."""
        if now < self._open_at:
            return self._open_at - now
        while self._window and self._window[0] <= now - 1:
            self._window.popleft()
        soon = chat is not None and now - self._chats.get(chat, 0.0) < self.limits.per_chat
        if soon or len(self._window) >= self.limits.rate:
            self._open_at = now + self.limits.freeze
            return self.limits.freeze
        self._window.append(now)
        if chat is not None:
            self._chats[chat] = now
        return 0.0
