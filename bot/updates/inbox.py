"""The durable inbox: stored before it is acknowledged, handled from the store, in order.

An update that was stored is handled at least once, whatever dies in between. Updates of one
member keep their order; members run side by side; a question has a lane of its own, so that it
never holds up a tap. Several processes on one PostgreSQL share the lanes.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from aiogram.exceptions import (
    TelegramRetryAfter,
)

from bot.aio import within
from bot.telegram.errors import TRANSIENT
from bot.updates import inbox_store
from bot.updates.batcher import Gathered
from bot.updates.flood_guard import FloodGuard
from bot.updates.group_commit import Commits
from bot.updates.inbox_store import Arrived, Waiting
from bot.updates.lanes import Lanes
from service.db.errors import STORE_AWAY, why_away
from service.deps import Deps

log = structlog.get_logger()

SIDE_BY_SIDE = 64
# Telegram keeps undelivered updates for a day; twice that, and an id cannot come again.
REMEMBERED = timedelta(hours=48)
GIVEN_UP = timedelta(hours=24)
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
SWEEP_SECONDS = 1.0
DRAIN_SECONDS = 2.0


class Inbox:
    """Takes updates in and hands them to ``handle`` until it is told to stop."""

    def __init__(
        self, deps: Deps, lanes: Lanes, handle: Callable[[Waiting], Awaitable[None]]
    ) -> None:
        self._deps = deps
        self._lanes = lanes
        self._handle = handle
        self._commits = Commits(deps, self._queue)
        self._looks = Gathered(self._look)
        self._flood = FloodGuard()
        self._queues: dict[str, deque[Waiting]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._group: asyncio.TaskGroup | None = None
        self._swept = asyncio.Event()
        self._stopping = asyncio.Event()

    async def take(self, updates: Sequence[Arrived]) -> None:
        """Store updates and queue the new ones. When this returns, they may be acknowledged.

        Raises:
            OperationalError, InterfaceError: the store is away; nothing may be acknowledged.
        """
        # What a former process left comes before what its members do now.
        await self._swept.wait()
        wanted = [one for one in updates if self._flood.allows(one)]
        if not wanted:
            return
        try:
            await self._commits.take(wanted)
        except BaseException:
            for one in wanted:
                self._flood.give_back(one)
            raise

    async def run(self) -> None:
        """Handle what a former process left, then what is taken, until ``stop``."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            gathering = [group.create_task(one.run()) for one in (self._commits, self._looks)]
            await self._sweep()
            await self._drain()
            for one in gathering:
                one.cancel()

    def stop(self) -> None:
        """Finish what is being handled and leave the rest in the store."""
        self._stopping.set()

    async def _sweep(self) -> None:
        """Find what this process did not store itself: once, or, where it shares, ever again."""
        cleaned = False
        while True:
            try:
                if not cleaned:
                    async with self._deps.db.write() as conn:
                        await inbox_store.forget_finished(
                            conn, self._deps.clock.now() - REMEMBERED
                        )
                    cleaned = True
                async with self._deps.db.look() as conn:
                    open_ = await inbox_store.read_open(conn)
                self._queue([one for one in open_ if one.lane not in self._queues])
                self._swept.set()
            except STORE_AWAY as error:
                log.warning("store_away", **why_away(error))
            else:
                if not self._lanes.shared:
                    await self._stopping.wait()
            if await within(SWEEP_SECONDS, self._stopping):
                return

    async def _drain(self) -> None:
        """Give handlers a moment to end; what still runs then waits for the next start."""
        if self._workers:
            _, late = await asyncio.wait(self._workers, timeout=DRAIN_SECONDS)
            for worker in late:
                worker.cancel()
            if late:
                log.warning("stopped_in_the_middle", lanes=len(late))
                await asyncio.wait(late)

    def _queue(self, waiting: Sequence[Waiting]) -> None:
        for one in waiting:
            if self._group is None or self._stopping.is_set():
                return
            if one.lane in self._queues:
                self._queues[one.lane].append(one)
                continue
            self._queues[one.lane] = deque([one])
            worker = self._group.create_task(self._work(one.lane))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self, lane: str) -> None:
        queue = self._queues[lane]
        try:
            # What comes while this looks or lets go is queued, and is a reason for another turn.
            while queue and not self._stopping.is_set():
                if self._lanes.shared:
                    await self._share(lane, queue)
                else:
                    await self._do_all([queue.popleft() for _ in range(len(queue))])
        except STORE_AWAY as error:
            # What is open is in the store, and the next sweep finds it.
            log.warning("store_away", **why_away(error))
        finally:
            del self._queues[lane]

    async def _share(self, lane: str, queue: deque[Waiting]) -> None:
        """Handle what the store has of a lane, unless another process does."""
        queue.clear()
        if not await self._lanes.hold(lane):
            return
        try:
            await self._do_all(await self._looks.ask(lane))
        finally:
            await self._lanes.release(lane)
        # Another process may have stored something before the lane was let go.
        queue.extend(await self._looks.ask(lane))

    async def _look(self, lanes: Sequence[str]) -> list[list[Waiting]]:
        """What is open of each lane."""
        async with self._deps.db.look() as conn:
            open_ = await inbox_store.read_open(conn, lanes)
        found: dict[str, list[Waiting]] = {lane: [] for lane in lanes}
        for one in open_:
            found[one.lane].append(one)
        return [found[lane] for lane in lanes]

    async def _do_all(self, waiting: Sequence[Waiting]) -> None:
        for one in waiting:
            if self._stopping.is_set():
                return
            async with self._slots:
                await self._do(one)

    async def _do(self, one: Waiting) -> None:
        failed = await self._handled(one)
        if failed is not None:
            await self._until_stored(one.seq, failed=failed)

    async def _handled(self, one: Waiting) -> bool | None:
        """Handle one update: False when done, True when given up, None when it stays for later."""
        wait, tried = FIRST_WAIT, False
        while True:
            try:
                await self._handle(await self._as_stored(one) if tried else one)
            except TRANSIENT as error:
                if self._deps.clock.now() - one.received_at > GIVEN_UP:
                    log.exception("update_given_up", update=one.seq)
                    return True
                log.warning("update_waits", update=one.seq, error=type(error).__name__)
                asked = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
                if await within(max(wait, asked), self._stopping):
                    return None
                wait, tried = min(wait * 2, LONGEST_WAIT), True
            except Exception:
                log.exception("update_failed", update=one.seq)
                return True
            else:
                return False

    async def _as_stored(self, one: Waiting) -> Waiting:
        """An update as the try before left it."""
        return next((it for it in await self._looks.ask(one.lane) if it.seq == one.seq), one)

    async def _until_stored(self, seq: int, *, failed: bool) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                return await self._commits.finish(seq, failed=failed)
            except STORE_AWAY as error:
                log.warning("store_away", **why_away(error))
                if await within(wait, self._stopping):
                    return None
                wait = min(wait * 2, LONGEST_WAIT)
