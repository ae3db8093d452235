"""``midline doctor``: checks the settings, the store, the webhook, the model and Telegram."""

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
from knowledge.llm.disclosure import DisclosureLevel, is_local_or_trusted, level_for
from service.db.integrity import check
from service.errors import StoreError
from service.mids import cases as mid_cases
from service.mids.values import Mid
from web.address import is_loopback
from web.diagnosis import WebhookStatus, compare_webhook, is_midline, probe_webhook
from web.values import WebhookConfig

# A shorter secret is not masked: it may be part of any word, and the mask would give it away.
SHORTEST_SECRET = 8
_LOGIN = re.compile(r"//[^/@\s]+@")

LEVEL_TEXTS = {
    DisclosureLevel.NOTHING: "nothing, it is never asked",
    DisclosureLevel.NAMES: "the redacted question and reviewed texts, no value of a member's",
    DisclosureLevel.ROUNDED: "the redacted question, reviewed texts and rounded values",
    DisclosureLevel.VALUES: "the redacted question, reviewed texts and the member's values",
}
"""What leaves for the model at each level."""

Finding = tuple[bool, str]
"""Whether something is as it should be, and what to print, with the remedy if it is not."""


async def examine(settings: Settings) -> bool:
    """Print every setting and every finding, without secrets; True if nothing is wrong."""
    hide = _secret_filter(settings)
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        printable = "set" if isinstance(value, SecretStr) else value
        shown = "not set" if printable is None else hide(str(printable))
        typer.echo(f"MIDLINE_{name.upper()}: {shown}  ({field.description})")
    all_good = True
    async for good, text in _check_all(settings):
        typer.echo(f"{'ok ' if good else 'BAD'} {hide(text)}")
        all_good = all_good and good
    return all_good


def _secret_filter(settings: Settings) -> Callable[[str], str]:
    """A function that masks every secret in a line: people paste the output of the doctor."""
    values = [
        secret.get_secret_value()
        for secret in (
            settings.bot_token,
            settings.webhook_secret,
            settings.database_url,
            settings.llm_api_key,
        )
        if secret
    ]
    # The second half of a bot token is as good as the whole.
    values += [value.partition(":")[2] for value in values]
    secrets = sorted({value for value in values if len(value) >= SHORTEST_SECRET}, key=len)

    def hide(line: str) -> str:
        # A percent-encoded secret is not found by a plain search, but can be read by anybody.
        if any(secret in unquote(line) and secret not in line for secret in secrets):
            line = unquote(line)
        for secret in reversed(secrets):
            line = line.replace(secret, "[secret]")
        return _LOGIN.sub("//[secret]@", hide_tokens(line))

    return hide


async def _check_all(settings: Settings) -> AsyncIterator[Finding]:
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
    webhook = None
    try:
        webhook = webhook_from(settings)
    except StoreError as error:
        yield False, str(error)
    async for finding in _check_http(settings, webhook):
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
        status = await _read_webhook_status(bot)
        for finding in compare_webhook(webhook, status, datetime.now(UTC)):
            yield finding
    except TelegramAPIError as error:
        yield False, f"Telegram: {error}. Check MIDLINE_BOT_TOKEN and MIDLINE_BOT_API."
    finally:
        await bot.session.close()


async def _check_http(settings: Settings, webhook: WebhookConfig | None) -> AsyncIterator[Finding]:
    """Check what listens at the port, and that the webhook is served and refuses strangers."""
    host, port = settings.http_host, settings.http_port
    if settings.webhook_secret and not settings.webhook_url:
        yield False, "MIDLINE_WEBHOOK_SECRET does nothing without MIDLINE_WEBHOOK_URL. Set both."
    if webhook is None and port is None:
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
    if webhook is not None:
        yield await probe_webhook(webhook)


async def _read_webhook_status(bot: Bot) -> WebhookStatus:
    info = await bot.get_webhook_info()
    return WebhookStatus(
        url=info.url,
        pending=info.pending_update_count,
        error=info.last_error_message,
        error_at=info.last_error_date,
    )


async def check_model(settings: Settings, mids: Collection[Mid] = ()) -> AsyncIterator[Finding]:
    """Check the model's settings and that it answers a probe, which has no data of members.

    Also tells which of the MIDs let less data leave for it than the settings do.
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
    trusted = is_local_or_trusted(model.base_url, settings.trusted_hosts)
    if address.scheme == "http" and not trusted:
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
    yield True, f"what leaves for the model: {LEVEL_TEXTS[level]}"
    for mid in mids:
        if mid.model_level is not None and mid.model_level < level:
            allowed = LEVEL_TEXTS[DisclosureLevel(mid.model_level)]
            yield True, f"of members of {mid.id} less, as its bundle says: {allowed}"
    try:
        style = await model.request_style()
        yield True, f"the model answers, and keeps to a shape by {style.mode}"
    except ModelError as error:
        mend = "Check MIDLINE_LLM_API_KEY and MIDLINE_LLM_MODEL" if error.unusable else "Is it up"
        yield False, f"the model: {error}. {mend}{'.' if error.unusable else '?'}"
    finally:
        await model.close()
