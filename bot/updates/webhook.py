"""The webhook at Telegram: kept registered, or removed while the bot polls."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from pydantic import SecretStr

from bot.aio import Backoff
from bot.metrics import Metrics
from bot.settings import Settings
from bot.telegram import sync_store
from bot.telegram.errors import retry_after
from bot.telegram.update_kinds import ALLOWED_UPDATES
from bot.updates.lanes import Lanes
from bot.updates.polling import FIRST_WAIT, LONGEST_WAIT
from service.db.errors import STORE_AWAY
from service.deps import Deps
from web.address import webhook_config
from web.values import WebhookConfig

log = structlog.get_logger()

LOOK_SECONDS = 60.0


def webhook_from(settings: Settings) -> WebhookConfig | None:
    """The webhook that the settings ask for; None without ``MIDLINE_WEBHOOK_URL``.

    Raises:
        StoreError: Telegram would not call this address, or the secret or the token is missing.
    """
    if not settings.webhook_url:
        return None
    return webhook_config(
        settings.webhook_url, _plain_text(settings.webhook_secret), _plain_text(settings.bot_token)
    )


def _plain_text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


async def remove_webhook(bot: Bot) -> None:
    """Remove a webhook that another program set: Telegram refuses polling while there is one."""
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
    """Tells Telegram to call this process, where Telegram does not already know."""

    def __init__(self, bot: Bot, deps: Deps, config: WebhookConfig, connections: int) -> None:
        self._bot = bot
        self._deps = deps
        self._config = config
        self._connections = connections
        registered = [bot.id, config.url, config.secret, connections, ALLOWED_UPDATES]
        self._digest = hashlib.sha256(json.dumps(registered).encode()).hexdigest()

    async def check(self, metrics: Metrics, *, mend: bool) -> None:
        """Record how Telegram's calls fare; with ``mend``, set the webhook where it differs.

        The secret cannot be read back from Telegram, so a digest of what was last set is stored.
        """
        info = await self._bot.get_webhook_info()
        metrics.observe_webhook(info.pending_update_count, info.last_error_date)
        async with self._deps.db.read() as conn:
            known = await sync_store.read_synced(conn, "setWebhook")
        matches = info.url == self._config.url and set(info.allowed_updates or ()) == set(
            ALLOWED_UPDATES
        )
        if not mend or (matches and known == self._digest):
            return
        await self._bot.set_webhook(
            self._config.url,
            secret_token=self._config.secret,
            allowed_updates=ALLOWED_UPDATES,
            max_connections=self._connections,
            drop_pending_updates=False,
        )
        async with self._deps.db.write() as conn:
            await sync_store.put_synced(conn, "setWebhook", self._digest)
        log.info("webhook_set", host=self._config.host)


async def keep_registered(
    registration: WebhookRegistration, lanes: Lanes, metrics: Metrics
) -> None:
    """Check the webhook every minute until cancelled. One process, the one with the lane, sets it.

    Losing the lane cancels the calling task, see ``Lanes.acquire``.
    """
    held = False
    try:
        while True:
            held = held or await lanes.acquire("webhook")
            await retry_until_done(partial(registration.check, metrics, mend=held))
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        if held:
            await lanes.release("webhook")


async def retry_until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Carry out calls to Telegram, again until they succeed.

    Raises:
        TelegramUnauthorizedError: the token is not valid.
    """
    pauses = Backoff(FIRST_WAIT, LONGEST_WAIT)
    async for _ in pauses:
        try:
            return await work()
        except TelegramUnauthorizedError:
            raise
        except (TelegramAPIError, *STORE_AWAY) as error:
            log.warning("telegram_not_told", error=type(error).__name__, mend="midline doctor")
            pauses.at_least(retry_after(error))
    return None
