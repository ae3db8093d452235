"""``midline doctor``: each setting and the store, what is wrong, and the mend."""

from collections.abc import AsyncIterator

import typer
from aiogram.exceptions import TelegramAPIError
from pydantic import SecretStr
from sqlcipher3 import dbapi2 as sqlcipher

from bot.app import build_bot, opened
from bot.settings import Settings
from service.errors import StoreError


async def examine(settings: Settings) -> bool:
    """Print what is found; True when nothing is wrong."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        said = "set" if isinstance(value, SecretStr) else value
        typer.echo(f"MIDLINE_{name.upper()}: {said or 'not set'}  ({field.description})")
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
    if settings.bot_token is None:
        yield False, "there is no bot token. Get one from @BotFather and set MIDLINE_BOT_TOKEN."
        return
    bot = build_bot(settings)
    try:
        me = await bot.me()
        yield True, f"Telegram knows the bot as @{me.username}"
        hook = await bot.get_webhook_info()
        if hook.url:
            yield False, "a webhook is set, so polling gets nothing. Remove it with deleteWebhook."
        else:
            yield True, f"{hook.pending_update_count} updates wait at Telegram"
    except TelegramAPIError as error:
        yield False, f"Telegram: {error}. Check MIDLINE_BOT_TOKEN and MIDLINE_BOT_API."
    finally:
        await bot.session.close()
