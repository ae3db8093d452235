"""How updates come in: Telegram calls the webhook, or the bot polls. Either way, the one inbox."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.types import Update
from pydantic import SecretStr, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot import told_store
from bot.intake import STORE_AWAY, Inbox
from bot.lanes import Lanes
from bot.metrics import Metrics, kind_of
from bot.modelling import limits_of
from bot.polling import ALLOWED, LONGEST_WAIT, poll, stored
from bot.ready import Ready
from bot.settings import Settings
from service.db.errors import why_away
from service.deps import Deps
from web.address import hook as checked
from web.values import AwayError, Hook, NotAnUpdateError, Rooms

log = structlog.get_logger()

DEFAULT_PORT = 8080
LOOK_SECONDS = 60.0
STAND_BY_SECONDS = 1.0
TAKE_SECONDS = 10.0
LONGEST_LANE = 32


def webhook_of(settings: Settings) -> Hook | None:
    """The webhook that the settings ask for, if any.

    Raises:
        StoreError: it cannot be used.
    """
    if not settings.webhook_url:
        return None
    return checked(
        settings.webhook_url, _plain(settings.webhook_secret), _plain(settings.bot_token)
    )


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


async def telegram_side(
    bot: Bot, settings: Settings, inbox: Inbox, *, deps: Deps, lanes: Lanes, metrics: Metrics
) -> None:
    """Take updates in until cancelled, and serve health and metrics beside it.

    Cancel it and wait for it before the inbox is stopped: calls under way are still stored.

    Raises:
        StoreError: the webhook or the port cannot be used.
        TelegramUnauthorizedError: the token is not valid.
    """
    hook = webhook_of(settings)
    ready = Ready(deps, metrics, limits_of(settings) if settings.llm_model else None)
    async with _http(settings, hook, inbox, ready, metrics):
        if hook is None:
            await _in_turns(partial(_polled, bot, inbox, lanes, ready))
        else:
            ready.hears_telegram = True
            calls = _Calls(bot, deps, hook, settings.webhook_connections)
            await _in_turns(partial(_called, calls, lanes, metrics))


@asynccontextmanager
async def _http(
    settings: Settings, hook: Hook | None, inbox: Inbox, ready: Ready, metrics: Metrics
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


async def _polled(bot: Bot, inbox: Inbox, lanes: Lanes, ready: Ready) -> None:
    """Poll, when no other process does."""
    while not await lanes.hold("poller"):  # noqa: ASYNC110  # another process holds it
        await asyncio.sleep(STAND_BY_SECONDS)
    try:
        ready.hears_telegram = True
        await _insist(partial(_without_webhook, bot))
        await poll(bot, inbox)
    finally:
        ready.hears_telegram = False
        await lanes.release("poller")


async def _without_webhook(bot: Bot) -> None:
    info = await bot.get_webhook_info()
    if info.url:
        await bot.delete_webhook(drop_pending_updates=False)
        # The host alone: other programs put the token into the path.
        log.warning(
            "webhook_removed",
            host=urlsplit(info.url).hostname,
            mend="set MIDLINE_WEBHOOK_URL if Telegram should call instead",
        )


class _Calls:
    """Brings Telegram's calls to this process."""

    def __init__(self, bot: Bot, deps: Deps, hook: Hook, connections: int) -> None:
        self._bot = bot
        self._deps = deps
        self._hook = hook
        self._connections = connections
        told = [bot.id, hook.url, hook.secret, connections, ALLOWED]
        self._digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()

    async def look(self, metrics: Metrics, *, mend: bool) -> None:
        """See what Telegram calls, and tell it anew where it was told something else."""
        info = await self._bot.get_webhook_info()
        metrics.observe_webhook(info.pending_update_count, info.last_error_date)
        async with self._deps.db.read() as conn:
            known = await told_store.read_told(conn, "setWebhook")
        agreed = info.url == self._hook.url and set(info.allowed_updates or ()) == set(ALLOWED)
        if not mend or (agreed and known == self._digest):
            return
        await self._bot.set_webhook(
            self._hook.url,
            secret_token=self._hook.secret,
            allowed_updates=ALLOWED,
            max_connections=self._connections,
            drop_pending_updates=False,
        )
        async with self._deps.db.write() as conn:
            await told_store.put_told(conn, "setWebhook", self._digest)
        log.info("webhook_set", host=self._hook.host)


async def _called(calls: _Calls, lanes: Lanes, metrics: Metrics) -> None:
    """Keep the webhook set. All processes take calls, one of them tells Telegram."""
    held = False
    try:
        while True:
            held = held or await lanes.hold("webhook")
            await _insist(partial(calls.look, metrics, mend=held))
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        if held:
            await lanes.release("webhook")


async def _insist(work: Callable[[], Awaitable[None]]) -> None:
    """Do something at Telegram, again and again until it is done."""
    wait = 1.0
    while True:
        try:
            return await work()
        except TelegramUnauthorizedError:
            raise
        except (TelegramAPIError, *STORE_AWAY) as error:
            asked = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
            log.warning("telegram_not_told", error=type(error).__name__, mend="midline doctor")
            await asyncio.sleep(max(wait, asked))
            wait = min(wait * 2, LONGEST_WAIT)


def _now() -> float:
    return asyncio.get_running_loop().time()
