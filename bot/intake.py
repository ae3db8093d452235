"""The durable inbox: stored before it is acknowledged, handled from the store, in order.

An update that was stored is handled at least once, whatever dies in between. Updates of one
member keep their order; members run side by side; a question has a lane of its own, so that it
never holds up a tap.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError

from bot import store
from bot.store import Arrived, Waiting
from service.deps import Deps

log = structlog.get_logger()

SIDE_BY_SIDE = 64
# Telegram keeps undelivered updates for a day; twice that, and an id cannot come again.
REMEMBERED = timedelta(hours=48)
GIVEN_UP = timedelta(hours=24)
LONGEST_WAIT = 60.0

TRANSIENT = (TelegramNetworkError, TelegramServerError, TelegramRetryAfter)
"""What mends itself: the network, Telegram's side, its flood limit."""


def lane_of(body: str) -> str:
    """Who an update is from, and whether it is a question."""
    update: dict[str, Any] = json.loads(body)
    message = update.get("message") or {}
    event = message or update.get("callback_query") or update.get("my_chat_member") or {}
    sender = event.get("from") or event.get("chat") or {}
    text = message.get("text")
    question = text is not None and not text.startswith("/")
    return f"{sender.get('id')}{'?' if question else ''}"


class Inbox:
    """Takes updates in and hands them to ``handle`` until it is told to stop."""

    def __init__(self, deps: Deps, handle: Callable[[Waiting], Awaitable[None]]) -> None:
        self._deps = deps
        self._handle = handle
        self._lanes: dict[str, deque[Waiting]] = {}
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._group: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()

    async def take(self, updates: Sequence[Arrived]) -> None:
        """Store updates and queue the new ones. When this returns, they may be acknowledged."""
        if not updates:
            return
        async with self._deps.db.write() as conn:
            fresh = await store.put_updates(conn, updates, self._deps.clock.now())
        for one in fresh:
            self._queue(one)

    async def run(self) -> None:
        """Handle what a former process left, then what is taken, until ``stop``."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            async with self._deps.db.write() as conn:
                await store.forget_finished(conn, self._deps.clock.now() - REMEMBERED)
                left = await store.read_open(conn)
            for one in left:
                self._queue(one)
            await self._stopping.wait()
        self._group = None

    def stop(self) -> None:
        """Finish what is being handled and leave the rest in the store."""
        self._stopping.set()

    def _queue(self, one: Waiting) -> None:
        if self._group is None or self._stopping.is_set():
            return
        lane = lane_of(one.body)
        if lane in self._lanes:
            self._lanes[lane].append(one)
        else:
            self._lanes[lane] = deque([one])
            self._group.create_task(self._work(lane))

    async def _work(self, lane: str) -> None:
        waiting = self._lanes[lane]
        while waiting and not self._stopping.is_set():
            one = waiting.popleft()
            async with self._slots:
                await self._do(one)
        del self._lanes[lane]

    async def _do(self, one: Waiting) -> None:
        wait = 1.0
        failed = False
        while True:
            try:
                await self._handle(one)
                break
            except TRANSIENT as error:
                if self._deps.clock.now() - one.received_at > GIVEN_UP:
                    log.exception("update_given_up", update=one.seq)
                    failed = True
                    break
                asked = getattr(error, "retry_after", 0.0)
                log.warning("update_waits", update=one.seq, error=type(error).__name__)
                if await self._stopped_within(max(wait, asked)):
                    return
                wait = min(wait * 2, LONGEST_WAIT)
            except Exception:
                log.exception("update_failed", update=one.seq)
                failed = True
                break
        async with self._deps.db.write() as conn:
            await store.finish(conn, one.seq, self._deps.clock.now(), failed=failed)

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True
