"""One call to Telegram for a notice or a reply, and what its result means for both."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError

from bot.telegram import screens
from bot.telegram.errors import retry_after
from bot.telegram.rate_limit import SendBudget
from bot.telegram.screens import message_fields
from bot.telegram.session import SendScreen
from dialogs.screen import Screen

log = structlog.get_logger()

_NOT_MODIFIED = "message is not modified"
_UNREACHABLE = (
    "chat not found",
    "user is deactivated",
    "PEER_ID_INVALID",
    "bot can't initiate",
    "message to edit not found",
    "message can't be edited",
)


class SendStatus(StrEnum):
    """How a call ended."""

    TAKEN = "taken"  # carried out
    BLOCKED = "blocked"  # the person blocked the bot
    UNREACHABLE = "unreachable"  # the chat or the message is gone
    UNCERTAIN = "uncertain"  # the connection broke: it may have been carried out
    WRONG = "wrong"  # Telegram rejects the message itself
    WAIT = "wait"  # not carried out: Telegram asks to wait
    AGAIN = "again"  # not carried out: the network or Telegram's servers failed
    SHUT = "shut"  # not carried out: the bot itself may not send


_STATUS_OF: tuple[tuple[tuple[type[Exception], ...], SendStatus], ...] = (
    ((TelegramRetryAfter,), SendStatus.WAIT),
    ((TelegramForbiddenError,), SendStatus.BLOCKED),
    ((TelegramUnauthorizedError, TelegramConflictError, TelegramNotFound), SendStatus.SHUT),
    ((TelegramServerError,), SendStatus.AGAIN),
    ((TelegramNetworkError, ClientDecodeError), SendStatus.UNCERTAIN),
)


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of a call: status, id of the new message, seconds to wait, text for the log."""

    status: SendStatus
    message_id: int = 0
    seconds: float = 0
    reason: str = ""


async def send(bot: Bot, chat_id: int, screen: Screen) -> SendResult:
    """Send a screen as a new message. Errors of the call become a status and are not raised."""
    try:
        return SendResult(SendStatus.TAKEN, await screens.send(bot, chat_id, screen))
    except (TelegramAPIError, ClientDecodeError) as error:
        return result_of_error(error)


def message_body(screen: Screen, *, paid: bool = False) -> str:
    """The JSON body of a message without its chat, for ``send_body``: built once for many chats.

    ``paid``: above 30 messages a second, for Telegram Stars.
    """
    fields = message_fields(screen)
    return json.dumps(fields | {"allow_paid_broadcast": True} if paid else fields)


async def send_body(bot: Bot, chat_id: int, body: str) -> SendResult:
    """Send a ``message_body`` to a chat, otherwise as ``send``."""
    try:
        message = await bot(SendScreen(body=f'{{"chat_id":{chat_id},{body[1:]}', chat_id=chat_id))
    except (TelegramAPIError, ClientDecodeError) as error:
        return result_of_error(error)
    return SendResult(SendStatus.TAKEN, message["message_id"])


async def edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> SendResult:
    """Replace the content of a sent message, otherwise as ``send``. Unchanged content is TAKEN."""
    try:
        await screens.edit(bot, chat_id, message_id, screen)
    except (TelegramAPIError, ClientDecodeError) as error:
        return result_of_error(error)
    return SendResult(SendStatus.TAKEN, message_id)


async def call_within_budget(
    budget: SendBudget, call: Callable[[], Awaitable[SendResult]]
) -> SendResult:
    """Make one bulk call when the budget has room, and again as long as Telegram asks to wait."""
    while True:
        await budget.acquire()
        result = await call()
        if result.status is not SendStatus.WAIT:
            return result
        budget.freeze(result.seconds)


def result_of_error(error: Exception) -> SendResult:
    """What an error of a call means. Errors that are not known are ``WRONG``."""
    status = next(
        (status for kinds, status in _STATUS_OF if isinstance(error, kinds)), SendStatus.WRONG
    )
    if isinstance(error, TelegramNetworkError) and isinstance(
        error.__cause__, ClientConnectorError
    ):
        # There was no connection, so nothing was sent.
        status = SendStatus.AGAIN
    if isinstance(error, TelegramBadRequest):
        if _NOT_MODIFIED in error.message:
            status = SendStatus.TAKEN
        elif any(text in error.message for text in _UNREACHABLE):
            status = SendStatus.UNREACHABLE
    return SendResult(status, seconds=retry_after(error), reason=str(error))
