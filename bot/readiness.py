"""The check behind ``/readyz``: the store, the backlog of the inbox, and contact with Telegram."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.aio import loop_time
from bot.metrics import Metrics
from bot.telegram import sync_store
from bot.updates import inbox_store
from service.db.migrate import newest_revision, revision_of
from service.deps import Deps
from web.values import Readiness

log = structlog.get_logger()

CHECK_SECONDS = 5.0
# A check costs a write, and anybody who reaches the port can ask for one.
CACHE_SECONDS = 1.0
LATE_SECONDS = 60.0
"""The age of the oldest update in the inbox at which the process counts as too slow."""
SILENT_SECONDS = 150.0
"""The time without an answer of Telegram after which it counts as out of reach."""

Usage = Callable[[], Awaitable[tuple[float, float]]]
"""Measures the used shares of the model's month: of the MID that used most, and of all."""


class ReadinessCheck:
    """Checks whether the process can do its work; the result is cached for ``CACHE_SECONDS``.

    Each check also updates the gauges of the inbox and, with ``usage``, those of the model. Set
    ``hears_telegram`` where this process, and not another one, should have contact to Telegram.
    """

    def __init__(self, deps: Deps, metrics: Metrics, usage: Usage | None = None) -> None:
        self._deps = deps
        self._metrics = metrics
        self._usage = usage
        self._lock = asyncio.Lock()
        self._cached = Readiness()
        self._cached_until = 0.0
        self.hears_telegram = False

    async def __call__(self) -> Readiness:
        """Return what hinders the process; empty if nothing does."""
        async with self._lock:
            if loop_time() >= self._cached_until:
                self._cached = Readiness((*await self._check_store(), *self._check_telegram()))
                self._cached_until = loop_time() + CACHE_SECONDS
            return self._cached

    async def _check_store(self) -> list[str]:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._query_store()
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("not_ready", error=type(error).__name__)
            return ["the store cannot be written"]

    async def _query_store(self) -> list[str]:
        now = self._deps.clock.now()
        try:
            async with self._deps.db.write() as conn:
                await sync_store.put_synced(conn, "asked if ready", now.isoformat())
        except IntegrityError:
            # Another process inserted the same row at the same moment, so the store is writable.
            pass
        async with self._deps.db.read() as conn:
            revision = await conn.run_sync(revision_of)
            waiting, since = await inbox_store.read_backlog(conn)
        oldest = max((now - since).total_seconds(), 0) if since else 0
        self._metrics.observe_inbox(waiting, oldest)
        if self._usage:
            self._metrics.observe_model(*await self._usage())
        problems = []
        if revision != newest_revision():
            problems.append("the store is not at this version's revision")
        if oldest > LATE_SECONDS:
            problems.append("updates wait too long")
        return problems

    def _check_telegram(self) -> list[str]:
        last_contact = self._metrics.last_contact
        silent = last_contact is None or loop_time() - last_contact > SILENT_SECONDS
        return ["Telegram is out of reach"] if self.hears_telegram and silent else []
