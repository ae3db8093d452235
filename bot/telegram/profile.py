"""What Telegram shows of the bot: commands, name and descriptions, in every language."""

import hashlib
import json

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.methods import (
    SetMyCommands,
    SetMyDescription,
    SetMyName,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.types import BotCommand

from bot.telegram import sync_store
from bot.telegram.errors import TRANSIENT
from locales.words import SHIPPED, Words, words
from service.deps import Deps

log = structlog.get_logger()

SOURCE = "en"


def commands(w: Words) -> list[BotCommand]:
    """The commands of the menu, in one language."""
    descriptions = (
        # NOTE: Descriptions of commands in Telegram's menu. A few words each, no full stop.
        ("licences", w.p("command", "My licences, and why I am in or out")),
        ("price", w.p("command", "My price")),
        ("choices", w.p("command", "What I refuse everywhere, and the pause")),
        ("notices", w.p("command", "What my MIDs told me")),
        ("stop", w.p("command", "Out of everything, at once")),
        ("mid", w.p("command", "My MIDs, and who pays them")),
        ("human", w.p("command", "Ask a person")),
        ("language", w.p("command", "Language")),
        ("settings", w.p("command", "Language, time zone, notices, pause")),
        ("help", w.p("command", "Help")),
        ("privacy", w.p("command", "What is kept here")),
        ("about", w.p("command", "What Midline is")),
        ("leave", w.p("command", "Leave a MID")),
        ("delete", w.p("command", "Delete everything kept here")),
    )
    return [BotCommand(command=name, description=text) for name, text in descriptions]


def _methods(locale: str) -> list[TelegramMethod[bool]]:
    w = words(locale)
    # Telegram takes two-letter codes alone; the source language is what all others fall back to.
    code = None if locale == SOURCE else locale.partition("_")[0]
    return [
        SetMyCommands(commands=commands(w), language_code=code),
        SetMyName(name="Midline", language_code=code),
        SetMyDescription(
            description=w.t(
                "Your line to the groups that bargain for your data. See which licences you are "
                "in, say yes or no, and set your price."
            ),
            language_code=code,
        ),
        SetMyShortDescription(
            short_description=w.t("Who may use your data, and at what price. You decide."),
            language_code=code,
        ),
    ]


async def update_profile(bot: Bot, deps: Deps) -> None:
    """Set what has changed since Telegram was last told.

    Errors of Telegram and of the store are logged and end it: the bot works without, and the next
    start tries again.
    """
    try:
        me = await bot.me()
        async with deps.db.write() as conn:
            await sync_store.put_synced(conn, "username", me.username or "")
        await _set_changed(bot, deps)
    except (TelegramAPIError, *TRANSIENT) as error:
        log.warning("profile_not_told", error=type(error).__name__)


async def _set_changed(bot: Bot, deps: Deps) -> None:
    for locale in SHIPPED:
        for method in _methods(locale):
            key = f"{method.__api_method__} {locale}"
            content = json.dumps(method.model_dump(mode="json", exclude_none=True), sort_keys=True)
            digest = hashlib.sha256(f"{bot.id} {content}".encode()).hexdigest()
            async with deps.db.read() as conn:
                known = await sync_store.read_synced(conn, key)
            if known == digest:
                continue
            await bot(method)
            async with deps.db.write() as conn:
                await sync_store.put_synced(conn, key, digest)
