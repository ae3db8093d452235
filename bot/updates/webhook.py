"""The webhook: keeping it set, or removed while the bot polls."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter, TelegramUnauthorizedError
from pydantic import SecretStr

from bot.metrics import Metrics
from bot.settings import Settings
from bot.telegram import sync_store
from bot.telegram.update_kinds import ALLOWED
from bot.updates.lanes import Lanes
from bot.updates.polling import LONGEST_WAIT
from service.db.errors import STORE_AWAY
from service.deps import Deps
from web.address import hook as checked
from web.values import Hook

log = structlog.get_logger()

LOOK_SECONDS = 60.0


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


async def remove_webhook(bot: Bot) -> None:
    """Remove a webhook that another program set: a bot that has one cannot poll."""
    info = await bot.get_webhook_info()
    if info.url:
        await bot.delete_webhook(drop_pending_updates=False)
        # The host alone: other programs put the token into the path.
        log.warning(
            "webhook_removed",
            host=urlsplit(info.url).hostname,
            mend="set MIDLINE_WEBHOOK_URL if Telegram should call instead",
        )


class WebhookRegistration:
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
            known = await sync_store.read_told(conn, "setWebhook")
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
            await sync_store.put_told(conn, "setWebhook", self._digest)
        log.info("webhook_set", host=self._hook.host)


async def keep_registered(
    registration: WebhookRegistration, lanes: Lanes, metrics: Metrics
) -> None:
    """Keep the webhook set. All processes take calls, one of them tells Telegram."""
    held = False
    try:
        while True:
            held = held or await lanes.hold("webhook")
            await retry_until_done(partial(registration.look, metrics, mend=held))
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        if held:
            await lanes.release("webhook")


async def retry_until_done(work: Callable[[], Awaitable[None]]) -> None:
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
