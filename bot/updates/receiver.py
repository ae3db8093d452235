"""How updates come in: Telegram calls the webhook, or the bot polls. Either way, the one inbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

import structlog
from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import Metrics
from bot.settings import Settings
from bot.telegram.update_kinds import kind_of
from bot.updates.envelope import stored
from bot.updates.inbox import Inbox
from bot.updates.lanes import Lanes
from bot.updates.polling import poll
from bot.updates.webhook import (
    WebhookRegistration,
    keep_registered,
    remove_webhook,
    retry_until_done,
    webhook_of,
)
from service.db.errors import why_away
from service.deps import Deps
from web.values import AwayError, Hook, NotAnUpdateError, Readiness, Rooms

log = structlog.get_logger()

DEFAULT_PORT = 8080
STAND_BY_SECONDS = 1.0
TAKE_SECONDS = 10.0
LONGEST_LANE = 32


class ReadyCheck(Protocol):
    """Says whether the process can do its work; it is told whether Telegram should be heard."""

    hears_telegram: bool

    async def __call__(self) -> Readiness:
        """Return what hinders the process, if anything does."""


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
    """Take updates in until cancelled, and serve health and metrics beside it.

    Cancel it and wait for it before the inbox is stopped: calls under way are still stored.

    Raises:
        StoreError: the webhook or the port cannot be used.
        TelegramUnauthorizedError: the token is not valid.
    """
    hook = webhook_of(settings)
    async with _http(settings, hook, inbox, ready, metrics):
        if hook is None:
            await _in_turns(partial(_polled, bot, inbox, lanes, ready))
        else:
            ready.hears_telegram = True
            registration = WebhookRegistration(bot, deps, hook, settings.webhook_connections)
            await _in_turns(partial(keep_registered, registration, lanes, metrics))


@asynccontextmanager
async def _http(
    settings: Settings, hook: Hook | None, inbox: Inbox, ready: ReadyCheck, metrics: Metrics
) -> AsyncIterator[None]:
    """The server, where there is something to serve."""
    if hook is None and settings.http_port is None:
        yield
        return
    # Slow to import, and not needed by whoever only polls.
    from web.server import build, serving  # noqa: PLC0415

    async def scraped() -> bytes:
        await ready()
        return metrics.text()

    rooms = Rooms(Door(inbox, metrics), ready, scraped, hook)
    port = DEFAULT_PORT if settings.http_port is None else settings.http_port
    async with serving(build(rooms), settings.http_host, port) as bound:
        log.info("http", host=settings.http_host, port=bound, webhook=hook is not None)
        yield


class Door:
    """Lets what the webhook was sent into the inbox, in the very form that polling stores."""

    def __init__(self, inbox: Inbox, metrics: Metrics) -> None:
        self._inbox = inbox
        self._metrics = metrics

    async def __call__(self, bodies: Sequence[str]) -> None:
        """Store updates.

        Raises:
            AwayError: the store is away, or does not answer.
            NotAnUpdateError: one of them is not what Telegram sends.
        """
        try:
            updates = [stored(Update.model_validate_json(body)) for body in bodies]
        except ValidationError:
            # Its text quotes the body, which no log may hold.
            raise NotAnUpdateError from None
        if any(len(one.lane) > LONGEST_LANE for one in updates):
            raise NotAnUpdateError
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await self._inbox.take(updates)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("store_away", **why_away(error))
            raise AwayError from error
        for one in updates:
            self._metrics.received(kind_of(one.body))


async def _in_turns(turn: Callable[[], Coroutine[None, None, None]]) -> None:
    """Do something that needs a lane, for ever: whoever loses the lane is cancelled, and waits."""
    while True:
        async with asyncio.TaskGroup() as group:
            group.create_task(turn())


async def _polled(bot: Bot, inbox: Inbox, lanes: Lanes, ready: ReadyCheck) -> None:
    """Poll, when no other process does."""
    while not await lanes.hold("poller"):  # noqa: ASYNC110  # another process holds it
        await asyncio.sleep(STAND_BY_SECONDS)
    try:
        ready.hears_telegram = True
        await retry_until_done(partial(remove_webhook, bot))
        await poll(bot, inbox)
    finally:
        ready.hears_telegram = False
        await lanes.release("poller")


def _now() -> float:
    return asyncio.get_running_loop().time()
