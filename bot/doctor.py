"""``midline doctor``: each setting and the store, what is wrong, and the mend."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from urllib.parse import unquote

import typer
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from pydantic import SecretStr
from sqlcipher3 import dbapi2 as sqlcipher

from bot.app import build_bot
from bot.logs import hide_tokens
from bot.modelling import look_at_model
from bot.opening import opened
from bot.serving import DEFAULT_PORT, webhook_of
from bot.settings import Settings
from service.db.integrity import check
from service.errors import StoreError
from service.mids.values import Mid
from service.people import cases as people
from web.address import is_loopback
from web.diagnosis import Told, compare, is_midline, knock
from web.values import Hook

# Hiding a word of a few letters would only point at it.
SHORTEST = 8
_LOGIN = re.compile(r"//[^/@\s]+@")


async def examine(settings: Settings) -> bool:
    """Print what is found, and no secret; True when nothing is wrong."""
    hide = _hiding(settings)
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        said = "set" if isinstance(value, SecretStr) else value
        shown = "not set" if said is None else hide(str(said))
        typer.echo(f"MIDLINE_{name.upper()}: {shown}  ({field.description})")
    well = True
    async for good, says in _findings(settings):
        typer.echo(f"{'ok ' if good else 'BAD'} {hide(says)}")
        well = well and good
    return well


def _hiding(settings: Settings) -> Callable[[str], str]:
    """What takes every secret out of a line: people paste what the doctor says."""
    given = [
        one.get_secret_value()
        for one in (
            settings.bot_token,
            settings.webhook_secret,
            settings.database_url,
            settings.llm_api_key,
        )
        if one
    ]
    # A token's second half alone is as good as the whole.
    both = {*given, *(one.partition(":")[2] for one in given)}
    secrets = sorted((one for one in both if len(one) >= SHORTEST), key=len)

    def hide(line: str) -> str:
        # Percent signs can hide a secret from a plain search, and not from whoever reads.
        if any(one in unquote(line) and one not in line for one in secrets):
            line = unquote(line)
        for one in reversed(secrets):
            line = line.replace(one, "[secret]")
        return _LOGIN.sub("//[secret]@", hide_tokens(line))

    return hide


async def _findings(settings: Settings) -> AsyncIterator[tuple[bool, str]]:
    yield True, f"SQLite {sqlcipher.sqlite_version} in sqlcipher3"
    if settings.key_file.resolve().is_relative_to(settings.data_dir.resolve()):
        yield False, "the key lies in the data folder. Name another place with MIDLINE_KEY_FILE."
    mids: list[Mid] = []
    try:
        async with opened(settings) as deps:
            yield True, "the store opens and is up to date"
            await check(deps.db)
            mids = await people.mids(deps)
            if deps.db.embedded:
                yield True, "every page of the store holds what was written"
    except StoreError as error:
        yield False, str(error)
    hook = None
    try:
        hook = webhook_of(settings)
    except StoreError as error:
        yield False, str(error)
    async for finding in _http(settings, hook):
        yield finding
    async for finding in look_at_model(settings, mids):
        yield finding
    try:
        bot = build_bot(settings)
    except StoreError as error:
        yield False, str(error)
        return
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
