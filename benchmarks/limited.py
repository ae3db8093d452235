"""The bare Bot API with Telegram's limits on: a model of what is published, and no more.

A strict window of so many messages a second over all chats, one new message a second in each,
and after a breach the whole bot is refused for a while. Every answer takes as long as a distant
server's.
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
class Limits:
    """Messages a second, seconds of a freeze, seconds until an answer."""

    rate: float = 30
    freeze: float = 3.0
    latency: float = 0.08
    per_chat: float = 1.0


class Limited(Telegram):
    """Counts, refuses, and answers late."""

    def __init__(self, load: Load, limits: Limits) -> None:
        super().__init__(load)
        self.limits = limits
        self.heard: Counter[int] = Counter()
        self.refused = 0
        self.under_way: set[int] = set()
        """The chats of messages that are taken and of which that is not answered yet."""
        self.most_under_way = 0
        self.first_at = 0.0
        self.last_at = 0.0
        self._window: deque[float] = deque()
        self._chats: dict[int, float] = {}
        self._open_at = 0.0
        self._ids = 100
        self._jitter = Random(7)

    def call(self, method: str, body: bytes, connection: Connection) -> None:
        """Carry out one call, if the limits let it."""
        if method == "getUpdates":
            super().call(method, body, connection)
            return
        loop = asyncio.get_running_loop()
        # Log-normal: most are close to the middle, some far behind.
        late = self.limits.latency * self._jitter.lognormvariate(0, 0.1)
        if method in COUNTED:
            chat = int(values_of(body)["chat_id"])
            wait = self._wait(chat if method == SENDS else None, loop.time())
            if wait:
                self.refused += 1
                loop.call_later(late, connection.refuse, int(wait) + 1)
                return
            if method == SENDS:
                self.heard[chat] += 1
                self.last_at = loop.time()
                self.first_at = self.first_at or self.last_at
                self._ids += 1
                self.under_way.add(chat)
                self.most_under_way = max(self.most_under_way, len(self.under_way))
                loop.call_later(late, self._sent, connection, chat, self._ids)
                return
        loop.call_later(late, super().call, method, body, connection)

    def _sent(self, connection: Connection, chat: int, message_id: int) -> None:
        self.under_way.discard(chat)
        whose = {"id": chat, "type": "private", "first_name": "M"}
        said = {"message_id": message_id, "date": 1_795_000_000, "chat": whose, "text": "."}
        connection.answer(json.dumps(said))

    def _wait(self, chat: int | None, now: float) -> float:
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
