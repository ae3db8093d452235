"""``midline doctor``: each setting and the store, what is wrong, and the mend."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import typer
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from pydantic import SecretStr
from sqlcipher3 import dbapi2 as sqlcipher

from bot.app import build_bot
from bot.opening import opened
from bot.serving import DEFAULT_PORT, webhook_of
from bot.settings import Settings
from service.errors import StoreError
from web.address import is_loopback
from web.diagnosis import Told, compare, is_midline, knock
from web.values import Hook


async def examine(settings: Settings) -> bool:
    """Print what is found; True when nothing is wrong."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        said = "set" if isinstance(value, SecretStr) else value
        typer.echo(
            f"MIDLINE_{name.upper()}: {'not set' if said is None else said}  ({field.description})"
        )
    well = True
    async for good, says in _findings(settings):
        typer.echo(f"{'ok ' if good else 'BAD'} {says}")
        well = well and good
    return well


async def _findings(settings: Settings) -> AsyncIterator[tuple[bool, str]]:
    yield True, f"SQLite {sqlcipher.sqlite_version} in sqlcipher3"
    if settings.key_file.resolve().is_relative_to(settings.data_dir.resolve()):
        yield False, "the key lies in the data folder. Name another place with MIDLINE_KEY_FILE."
    try:
        async with opened(settings):
            yield True, "the store opens and is up to date"
    except StoreError as error:
        yield False, str(error)
    hook = None
    try:
        hook = webhook_of(settings)
    except StoreError as error:
        yield False, str(error)
    async for finding in _http(settings, hook):
        yield finding
    if settings.bot_token is None:
        yield False, "there is no bot token. Get one from @BotFather and set MIDLINE_BOT_TOKEN."
        return
    bot = build_bot(settings)
    try:
        me = await bot.me()
        yield True, f"Telegram knows the bot as @{me.username}"
        for finding in compare(hook, await _told(bot), datetime.now(UTC)):
            yield finding
    except TelegramAPIError as error:
        yield False, f"Telegram: {error}. Check MIDLINE_BOT_TOKEN and MIDLINE_BOT_API."
    finally:
        await bot.session.close()


async def _http(settings: Settings, hook: Hook | None) -> AsyncIterator[tuple[bool, str]]:
    """Who listens at the port, and whether the webhook is there and refuses strangers."""
    host, port = settings.http_host, settings.http_port
    if settings.webhook_secret and not settings.webhook_url:
        yield False, "MIDLINE_WEBHOOK_SECRET does nothing without MIDLINE_WEBHOOK_URL. Set both."
    if hook is None and port is None:
        yield True, "polling, without HTTP; health and metrics come with MIDLINE_HTTP_PORT"
        return
    if not is_loopback(host):
        yield (
            True,
            f"HTTP listens on {host}: let the firewall or the proxy hand on the webhook alone",
        )
    if port := DEFAULT_PORT if port is None else port:
        running = await is_midline(host, port)
        if running is False:
            yield (
                False,
                f"another program listens on {host}:{port}. Choose another MIDLINE_HTTP_PORT.",
            )
        else:
            yield True, f"{host}:{port}: {'Midline listens' if running else 'free, not running'}"
    if hook is not None:
        yield await knock(hook)


async def _told(bot: Bot) -> Told:
    info = await bot.get_webhook_info()
    return Told(
        url=info.url,
        pending=info.pending_update_count,
        error=info.last_error_message,
        error_at=info.last_error_date,
    )
