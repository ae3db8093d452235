"""Whether the process can do its work: the store, the inbox, and contact with Telegram."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.metrics import Metrics
from bot.telegram import sync_store
from bot.updates import inbox_store
from service.db.migrate import newest_revision, revision_of
from service.deps import Deps
from web.values import Readiness

log = structlog.get_logger()

CHECK_SECONDS = 5.0
# Readiness is asked by anybody who reaches the port, and costs a write.
KNOWN_SECONDS = 1.0
LATE_SECONDS = 60.0
SILENT_SECONDS = 150.0

Usage = Callable[[], Awaitable[tuple[float, float]]]


class ReadinessCheck:
    """Whether the process can do its work. Asked often, it answers from a moment ago.

    With ``usage`` it also counts how much of a model's month is used: by the MID that used most,
    and by all together, where 1 is all.
    """

    def __init__(self, deps: Deps, metrics: Metrics, usage: Usage | None = None) -> None:
        self._deps = deps
        self._metrics = metrics
        self._usage = usage
        self._one_at_a_time = asyncio.Lock()
        self._known = Readiness()
        self._known_until = 0.0
        self.hears_telegram = False

    async def __call__(self) -> Readiness:
        """What hinders it, if anything does."""
        async with self._one_at_a_time:
            if _now() >= self._known_until:
                self._known = Readiness((*await self._store(), *self._telegram()))
                self._known_until = _now() + KNOWN_SECONDS
            return self._known

    async def _store(self) -> list[str]:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._asked()
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("not_ready", error=type(error).__name__)
            return ["the store cannot be written"]

    async def _asked(self) -> list[str]:
        now = self._deps.clock.now()
        try:
            async with self._deps.db.write() as conn:
                await sync_store.put_synced(conn, "asked if ready", now.isoformat())
        except IntegrityError:
            # Another process wrote the same row at the same moment: it can be written.
            pass
        async with self._deps.db.read() as conn:
            present = await conn.run_sync(revision_of)
            waiting, since = await inbox_store.read_backlog(conn)
        oldest = max((now - since).total_seconds(), 0) if since else 0
        self._metrics.observe_inbox(waiting, oldest)
        if self._usage:
            self._metrics.observe_model(*await self._usage())
        problems = []
        if present != newest_revision():
            problems.append("the store is not at this version's revision")
        if oldest > LATE_SECONDS:
            problems.append("updates wait too long")
        return problems

    def _telegram(self) -> list[str]:
        last = self._metrics.last_contact
        silent = last is None or _now() - last > SILENT_SECONDS
        return ["Telegram is out of reach"] if self.hears_telegram and silent else []


def _now() -> float:
    return asyncio.get_running_loop().time()
