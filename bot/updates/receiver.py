"""How updates come in: Telegram calls the webhook, or the bot polls. Both fill the inbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

import structlog
from aiogram import Bot
from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import Metrics
from bot.settings import Settings
from bot.telegram.update_kinds import kind_in
from bot.updates.envelope import parse_update, read_updates
from bot.updates.inbox import Inbox
from bot.updates.lanes import Lanes
from bot.updates.leader import run_while_leader
from bot.updates.polling import poll
from bot.updates.webhook import (
    WebhookRegistration,
    keep_registered,
    remove_webhook,
    retry_until_done,
    webhook_from,
)
from service.db.errors import describe_outage
from service.deps import Deps
from web.values import (
    EdgeServices,
    Readiness,
    StoreUnavailableError,
    WebhookConfig,
)

log = structlog.get_logger()

DEFAULT_PORT = 8080
STAND_BY_SECONDS = 1.0
TAKE_SECONDS = 10.0


class ReadyCheck(Protocol):
    """Whether the process can do its work.

    ``hears_telegram`` is set here: whether this process, and not another one, should have contact.
    """

    hears_telegram: bool

    async def __call__(self) -> Readiness:
        """What hinders the process, if anything does."""


async def receive_updates(
    bot: Bot,
    settings: Settings,
    inbox: Inbox,
    ready: ReadyCheck,
    *,
    deps: Deps,
    lanes: Lanes,
    metrics: Metrics,
) -> None:
    """Receive updates until cancelled, and serve health and metrics beside it.

    Cancel it and wait for its end before the inbox is stopped: calls in flight are still stored.

    Raises:
        StoreError: the webhook or the port cannot be used.
        TelegramUnauthorizedError: the token is not valid.
    """
    webhook = webhook_from(settings)
    async with _http(settings, webhook, inbox, ready, metrics):
        if webhook is None:
            polling = partial(_poll_updates, bot, inbox, ready, metrics)
            await run_while_leader(lanes, "poller", polling, retry_seconds=STAND_BY_SECONDS)
        else:
            ready.hears_telegram = True
            registration = WebhookRegistration(bot, deps, webhook, settings.webhook_connections)
            await _restart_when_cancelled(partial(keep_registered, registration, lanes, metrics))


@asynccontextmanager
async def _http(
    settings: Settings,
    webhook: WebhookConfig | None,
    inbox: Inbox,
    ready: ReadyCheck,
    metrics: Metrics,
) -> AsyncIterator[None]:
    """Run the HTTP server, where the settings ask for one."""
    if webhook is None and settings.http_port is None:
        yield
        return
    # Slow to import, and not needed by a process that only polls.
    from web.server import build_app, serve  # noqa: PLC0415

    async def read_metrics() -> bytes:
        await ready()
        return metrics.text()

    services = EdgeServices(InboxWriter(inbox, metrics), ready, read_metrics, webhook)
    port = DEFAULT_PORT if settings.http_port is None else settings.http_port
    async with serve(build_app(services), settings.http_host, port) as bound:
        log.info("http", host=settings.http_host, port=bound, webhook=webhook is not None)
        yield


class InboxWriter:
    """Stores the updates of webhook calls in the inbox, in the same form as polling does."""

    def __init__(self, inbox: Inbox, metrics: Metrics) -> None:
        self._inbox = inbox
        self._metrics = metrics

    async def __call__(self, bodies: Sequence[bytes]) -> None:
        """Store updates. What is no update is counted, logged without its content and left out.

        Raises:
            StoreUnavailableError: the store is away, or does not answer in time.
        """
        received = [parse_update(body) for body in bodies]
        updates = read_updates(received, self._metrics.set_aside)
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await self._inbox.take(updates)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("store_away", **describe_outage(error))
            raise StoreUnavailableError from error
        for update in received:
            self._metrics.received(kind_in(update))


async def _restart_when_cancelled(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run ``work`` in a task of its own, a new one whenever it lost its lane and was cancelled."""
    while True:
        async with asyncio.TaskGroup() as group:
            group.create_task(work())


async def _poll_updates(bot: Bot, inbox: Inbox, ready: ReadyCheck, metrics: Metrics) -> None:
    try:
        ready.hears_telegram = True
        await retry_until_done(partial(remove_webhook, bot))
        await poll(bot, inbox, metrics.set_aside)
    finally:
        ready.hears_telegram = False
