"""A screen on its way to Telegram, written as JSON at once.

aiogram's models of a keyboard and of a call would be made here only to be taken apart again by
the session: of what a tap cost, that was a tenth.
"""

import json
from typing import Any

from aiogram import Bot

from bot.telegram.session import AnswerTap, EditScreen, SendScreen
from dialogs.screen import Button, Screen

_NO_PREVIEW = {"is_disabled": True}


def written(screen: Screen) -> dict[str, Any]:
    """What a message says and its buttons; whom it goes to is for the caller to add."""
    said: dict[str, Any] = {
        "text": str(screen.text),
        "parse_mode": "HTML",
        "link_preview_options": _NO_PREVIEW,
    }
    if screen.asks:
        said["reply_markup"] = {"force_reply": True}
    elif screen.rows:
        buttons = [[_button(one) for one in row] for row in screen.rows]
        said["reply_markup"] = {"inline_keyboard": buttons}
    return said


def _button(one: Button) -> dict[str, str | None]:
    if one.target is None:
        return {"text": one.label, "url": one.url}
    return {"text": one.label, "callback_data": one.target.pack()}


async def send(bot: Bot, chat_id: int, screen: Screen, *, replying_to: int | None = None) -> int:
    """Send a screen, as a reply to a message if that is still there: the new message's id.

    Raises:
        TelegramAPIError, ClientDecodeError: see aiogram.
    """
    said = {"chat_id": chat_id, **written(screen)}
    if replying_to is not None:
        said["reply_parameters"] = {
            "message_id": replying_to,
            "allow_sending_without_reply": True,
        }
    message = await bot(SendScreen(body=json.dumps(said)))
    sent: int = message["message_id"]
    return sent


async def edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> None:
    """Put a screen into a message that was sent. Raises as ``send`` does."""
    said = {"chat_id": chat_id, "message_id": message_id, **written(screen)}
    await bot(EditScreen(body=json.dumps(said)))


async def answer(bot: Bot, tap_id: str) -> None:
    """Tell Telegram that a tap was taken. Raises as ``send`` does."""
    await bot(AnswerTap(body=json.dumps({"callback_query_id": tap_id})))
