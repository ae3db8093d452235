"""The durable inbox: an update is stored before it is acknowledged, and handled from the store.

A stored update is handled at least once, also when a process dies in between. Updates of one lane
are handled in order, lanes side by side; a member's questions have a lane of their own, so that
they never hold up a tap. Several processes on one PostgreSQL share the lanes.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from bot.aio import Backoff, within
from bot.telegram.errors import TRANSIENT, retry_after
from bot.updates import inbox_store
from bot.updates.batcher import Batcher
from bot.updates.flood_guard import FloodGuard
from bot.updates.group_commit import GroupCommit
from bot.updates.inbox_store import IncomingUpdate, PendingUpdate
from bot.updates.lanes import Lanes
from service.db.errors import STORE_AWAY, describe_outage
from service.deps import Deps

log = structlog.get_logger()

MAX_HANDLERS = 64
# Telegram keeps undelivered updates for a day; twice that, and an id cannot come again.
KEEP_IDS_FOR = timedelta(hours=48)
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
SWEEP_SECONDS = 1.0
DRAIN_SECONDS = 2.0


class Inbox:
    """Stores updates and hands them to ``handle`` until ``stop``."""

    def __init__(
        self, deps: Deps, lanes: Lanes, handle: Callable[[PendingUpdate], Awaitable[None]]
    ) -> None:
        self._deps = deps
        self._lanes = lanes
        self._handle = handle
        self._commits = GroupCommit(deps, self._queue)
        self._reads = Batcher(self._read_lanes)
        self._flood = FloodGuard()
        self._queues: dict[str, deque[PendingUpdate]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MAX_HANDLERS)
        self._group: asyncio.TaskGroup | None = None
        self._swept = asyncio.Event()
        self._stopping = asyncio.Event()

    async def take(self, updates: Sequence[IncomingUpdate]) -> None:
        """Store updates and queue the new ones. When this returns, they may be acknowledged.

        Raises:
            OperationalError, InterfaceError: the store is away; nothing may be acknowledged.
        """
        # What a former process left comes before what its members do now.
        await self._swept.wait()
        allowed = [update for update in updates if self._flood.allows(update)]
        if not allowed:
            return
        try:
            await self._commits.store(allowed)
        except BaseException:
            for update in allowed:
                self._flood.give_back(update)
            raise

    async def run(self) -> None:
        """Handle what a former process left, then what is taken, until ``stop``."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            batchers = [
                group.create_task(self._commits.run()),
                group.create_task(self._reads.run()),
            ]
            await self._sweep()
            await self._drain()
            for batcher in batchers:
                batcher.cancel()

    def stop(self) -> None:
        """Let ``run`` finish what is being handled and return; the rest stays in the store."""
        self._stopping.set()

    async def _sweep(self) -> None:
        """Queue updates that another process stored: once, or repeatedly with shared lanes."""
        cleaned = False
        while True:
            try:
                if not cleaned:
                    async with self._deps.db.write() as conn:
                        await inbox_store.forget_finished(
                            conn, self._deps.clock.now() - KEEP_IDS_FOR
                        )
                    cleaned = True
                async with self._deps.db.read_statement() as conn:
                    stored = await inbox_store.read_open(conn)
                self._queue([update for update in stored if update.lane not in self._queues])
                self._swept.set()
            except STORE_AWAY as error:
                log.warning("store_away", **describe_outage(error))
            else:
                if not self._lanes.shared:
                    await self._stopping.wait()
            if await within(SWEEP_SECONDS, self._stopping):
                return

    async def _drain(self) -> None:
        """Give handlers a moment to end; those cancelled then run again after the next start."""
        if self._workers:
            _, late = await asyncio.wait(self._workers, timeout=DRAIN_SECONDS)
            for worker in late:
                worker.cancel()
            if late:
                log.warning("stopped_in_the_middle", lanes=len(late))
                await asyncio.wait(late)

    def _queue(self, updates: Sequence[PendingUpdate]) -> None:
        for update in updates:
            if self._group is None or self._stopping.is_set():
                return
            if update.lane in self._queues:
                self._queues[update.lane].append(update)
                continue
            self._queues[update.lane] = deque([update])
            worker = self._group.create_task(self._work(update.lane))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self, lane: str) -> None:
        queue = self._queues[lane]
        try:
            # Updates that come while this reads or releases the lane are queued: another turn.
            while queue and not self._stopping.is_set():
                if self._lanes.shared:
                    await self._work_shared(lane, queue)
                else:
                    await self._process_all([queue.popleft() for _ in range(len(queue))])
        except STORE_AWAY as error:
            # Unfinished updates are in the store, and the next sweep queues them.
            log.warning("store_away", **describe_outage(error))
        finally:
            del self._queues[lane]

    async def _work_shared(self, lane: str, queue: deque[PendingUpdate]) -> None:
        """Process what the store has of a lane, unless another process holds the lane."""
        queue.clear()
        if not await self._lanes.acquire(lane):
            return
        try:
            await self._process_all(await self._reads.submit(lane))
        finally:
            await self._lanes.release(lane)
        # Another process may have stored something before the lane was released.
        queue.extend(await self._reads.submit(lane))

    async def _read_lanes(self, lanes: Sequence[str]) -> list[list[PendingUpdate]]:
        async with self._deps.db.read_statement() as conn:
            updates = await inbox_store.read_open(conn, lanes)
        by_lane: dict[str, list[PendingUpdate]] = {lane: [] for lane in lanes}
        for update in updates:
            by_lane[update.lane].append(update)
        return [by_lane[lane] for lane in lanes]

    async def _process_all(self, updates: Sequence[PendingUpdate]) -> None:
        for update in updates:
            if self._stopping.is_set():
                return
            async with self._slots:
                await self._process(update)

    async def _process(self, update: PendingUpdate) -> None:
        failed = await self._handle_with_retries(update)
        if failed is not None:
            await self._mark_finished(update.seq, failed=failed)

    async def _handle_with_retries(self, update: PendingUpdate) -> bool | None:
        """Handle one update: False when done, True when given up, None when it stays for later."""
        pauses = Backoff(FIRST_WAIT, LONGEST_WAIT, self._stopping)
        async for attempt in pauses:
            try:
                await self._handle(await self._reread(update) if attempt else update)
            except TRANSIENT as error:
                if self._deps.clock.now() - update.received_at > GIVE_UP_AFTER:
                    log.exception("update_given_up", update=update.seq)
                    return True
                log.warning("update_waits", update=update.seq, error=type(error).__name__)
                pauses.at_least(retry_after(error))
            except Exception:
                log.exception("update_failed", update=update.seq)
                return True
            else:
                return False
        return None

    async def _reread(self, update: PendingUpdate) -> PendingUpdate:
        """The update as the attempt before left it in the store."""
        updates = await self._reads.submit(update.lane)
        return next((stored for stored in updates if stored.seq == update.seq), update)

    async def _mark_finished(self, seq: int, *, failed: bool) -> None:
        async for _ in Backoff(FIRST_WAIT, LONGEST_WAIT, self._stopping):
            try:
                return await self._commits.finish(seq, failed=failed)
            except STORE_AWAY as error:
                log.warning("store_away", **describe_outage(error))
        return None
