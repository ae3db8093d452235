"""``midline doctor``: each setting and the store, what is wrong, and the mend."""

import re
from collections.abc import AsyncIterator, Callable, Collection
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import typer
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from pydantic import SecretStr
from sqlcipher3 import dbapi2 as sqlcipher

from bot.app import build_bot
from bot.assistant.model_setup import build_model
from bot.logs import hide_tokens
from bot.open_store import open_store
from bot.settings import Settings
from bot.updates.receiver import DEFAULT_PORT
from bot.updates.webhook import webhook_from
from knowledge.llm.client import ModelError
from knowledge.llm.disclosure import Level, is_near, level_for
from service.db.integrity import check
from service.errors import StoreError
from service.mids import cases as mid_cases
from service.mids.values import Mid
from web.address import is_loopback
from web.diagnosis import WebhookStatus, compare_webhook, is_midline, probe_webhook
from web.values import WebhookConfig

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
        if any(secret in unquote(line) and secret not in line for secret in secrets):
            line = unquote(line)
        for secret in reversed(secrets):
            line = line.replace(secret, "[secret]")
        return _LOGIN.sub("//[secret]@", hide_tokens(line))

    return hide


async def _findings(settings: Settings) -> AsyncIterator[tuple[bool, str]]:
    yield True, f"SQLite {sqlcipher.sqlite_version} in sqlcipher3"
    if settings.key_file.resolve().is_relative_to(settings.data_dir.resolve()):
        yield False, "the key lies in the data folder. Name another place with MIDLINE_KEY_FILE."
    mids: list[Mid] = []
    try:
        async with open_store(settings) as deps:
            yield True, "the store opens and is up to date"
            await check(deps.db)
            mids = await mid_cases.read_mids(deps)
            if deps.db.embedded:
                yield True, "every page of the store holds what was written"
    except StoreError as error:
        yield False, str(error)
    hook = None
    try:
        hook = webhook_from(settings)
    except StoreError as error:
        yield False, str(error)
    async for finding in _http(settings, hook):
        yield finding
    async for finding in check_model(settings, mids):
        yield finding
    try:
        bot = build_bot(settings)
    except StoreError as error:
        yield False, str(error)
        return
    try:
        me = await bot.me()
        yield True, f"Telegram knows the bot as @{me.username}"
        for finding in compare_webhook(hook, await _told(bot), datetime.now(UTC)):
            yield finding
    except TelegramAPIError as error:
        yield False, f"Telegram: {error}. Check MIDLINE_BOT_TOKEN and MIDLINE_BOT_API."
    finally:
        await bot.session.close()


async def _http(settings: Settings, hook: WebhookConfig | None) -> AsyncIterator[tuple[bool, str]]:
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
        yield await probe_webhook(hook)


async def _told(bot: Bot) -> WebhookStatus:
    info = await bot.get_webhook_info()
    return WebhookStatus(
        url=info.url,
        pending=info.pending_update_count,
        error=info.last_error_message,
        error_at=info.last_error_date,
    )


async def check_model(
    settings: Settings, mids: Collection[Mid] = ()
) -> AsyncIterator[tuple[bool, str]]:
    """What is well and what is not with the model; it is asked nothing that is anybody's.

    Of the MIDs it is said which lets less leave than the settings do.
    """
    model = build_model(settings)
    if model is None:
        if settings.llm_base_url or settings.llm_model or settings.llm_api_key:
            yield False, "a model needs both MIDLINE_LLM_BASE_URL and MIDLINE_LLM_MODEL. Set both."
        else:
            yield True, "no model: questions are answered from reviewed texts alone"
        return
    address = urlsplit(model.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        yield False, "MIDLINE_LLM_BASE_URL is no address. Write it like http://127.0.0.1:8000/v1."
        return
    near = is_near(model.base_url, settings.trusted_hosts)
    if address.scheme == "http" and not near:
        yield (
            False,
            (
                "questions would travel to the model unencrypted. Use https, or name the host in "
                "MIDLINE_LLM_TRUSTED if the line to it is your own."
            ),
        )
    level = level_for(settings.llm_level, model.base_url, settings.trusted_hosts)
    if level != settings.llm_level:
        yield (
            False,
            (
                "MIDLINE_LLM_LEVEL 3 holds for this machine and for MIDLINE_LLM_TRUSTED alone: "
                f"{level} is used."
            ),
        )
    yield True, f"what leaves for the model: {_LEVELS[level]}"
    for mid in mids:
        if mid.model_level is not None and mid.model_level < level:
            least = _LEVELS[Level(mid.model_level)]
            yield True, f"of members of {mid.id} less, as its bundle says: {least}"
    try:
        manner = await model.manner()
        yield True, f"the model answers, and keeps to a shape by {manner.mode}"
    except ModelError as error:
        mend = "Check MIDLINE_LLM_API_KEY and MIDLINE_LLM_MODEL" if error.unusable else "Is it up"
        yield False, f"the model: {error}. {mend}{'.' if error.unusable else '?'}"
    finally:
        await model.close()


_LEVELS = {
    Level.NOTHING: "nothing, it is never asked",
    Level.NAMES: "the redacted question and reviewed texts, no value of a member's",
    Level.ROUNDED: "the redacted question, reviewed texts and rounded values",
    Level.VALUES: "the redacted question, reviewed texts and the member's values",
}
