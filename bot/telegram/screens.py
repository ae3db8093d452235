"""Sending screens: a screen becomes the JSON body of a call at once.

aiogram's models of a keyboard and of a call would be built only for the session to serialise
them: a tenth of the cost of handling a tap.
"""

import json
from typing import Any

from aiogram import Bot

from bot.telegram.session import AnswerTap, EditScreen, SendScreen
from dialogs.screen import Button, Screen

_NO_PREVIEW = {"is_disabled": True}


def message_fields(screen: Screen) -> dict[str, Any]:
    """The fields of ``sendMessage`` for a screen, without the chat."""
    fields: dict[str, Any] = {
        "text": str(screen.text),
        "parse_mode": "HTML",
        "link_preview_options": _NO_PREVIEW,
    }
    if screen.asks:
        fields["reply_markup"] = {"force_reply": True}
    elif screen.rows:
        buttons = [[_button_fields(button) for button in row] for row in screen.rows]
        fields["reply_markup"] = {"inline_keyboard": buttons}
    return fields


def _button_fields(button: Button) -> dict[str, str | None]:
    if button.target is None:
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.target.pack()}


async def send(
    bot: Bot,
    chat_id: int,
    screen: Screen,
    *,
    replying_to: int | None = None,
    thread: int | None = None,
) -> int:
    """Send a screen, as a reply to a message if that still exists; returns the new message's id.

    ``thread``: the topic of the chat that it goes to.

    Raises:
        TelegramAPIError, ClientDecodeError: see aiogram.
    """
    fields = {"chat_id": chat_id, **message_fields(screen)}
    if replying_to is not None:
        fields["reply_parameters"] = {
            "message_id": replying_to,
            "allow_sending_without_reply": True,
        }
    if thread is not None:
        fields["message_thread_id"] = thread
    message = await bot(SendScreen(body=json.dumps(fields), chat_id=chat_id))
    new_id: int = message["message_id"]
    return new_id


async def edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> None:
    """Replace the content of a sent message by a screen. Raises as ``send`` does."""
    fields = {"chat_id": chat_id, "message_id": message_id, **message_fields(screen)}
    await bot(EditScreen(body=json.dumps(fields), chat_id=chat_id))


async def answer_tap(bot: Bot, tap_id: str) -> None:
    """Answer a callback query, which ends its progress bar. Raises as ``send`` does."""
    await bot(AnswerTap(body=json.dumps({"callback_query_id": tap_id})))
