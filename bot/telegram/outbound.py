"""One bulk call to Telegram, and what its answer means for the person and for the notice."""

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
from bot.telegram.rate_limit import Budget
from bot.telegram.screens import written
from bot.telegram.session import SendScreen
from dialogs.screen import Screen

log = structlog.get_logger()

_SAME = "message is not modified"
_GONE = (
    "chat not found",
    "user is deactivated",
    "PEER_ID_INVALID",
    "bot can't initiate",
    "message to edit not found",
    "message can't be edited",
)


class End(StrEnum):
    """How a call ended."""

    TAKEN = "taken"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNCERTAIN = "uncertain"
    WRONG = "wrong"  # the notice itself is not what Telegram takes
    WAIT = "wait"  # Telegram asks to wait
    AGAIN = "again"  # not carried out: the network or Telegram's side
    SHUT = "shut"  # the bot itself may not send


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: its end, the message it made, seconds to wait, words for the log."""

    end: End
    message_id: int = 0
    seconds: float = 0
    reason: str = ""


async def send(bot: Bot, chat_id: int, screen: Screen) -> Answer:
    """Send a screen to somebody who did not ask for it."""
    try:
        return Answer(End.TAKEN, await screens.send(bot, chat_id, screen))
    except (TelegramAPIError, ClientDecodeError) as error:
        return meaning(error)


def letter(screen: Screen, *, paid: bool = False) -> str:
    """The body of ``send`` without the chat, for ``post``: made once for many people."""
    said = written(screen)
    return json.dumps(said | {"allow_paid_broadcast": True} if paid else said)


async def post(bot: Bot, chat_id: int, body: str) -> Answer:
    """Send a ``letter`` to somebody."""
    try:
        message = await bot(SendScreen(body=f'{{"chat_id":{chat_id},{body[1:]}'))
    except (TelegramAPIError, ClientDecodeError) as error:
        return meaning(error)
    return Answer(End.TAKEN, message["message_id"])


async def until_open(budget: Budget, call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Make one bulk call in a gap of the budget; again whenever Telegram asks to wait."""
    while True:
        await budget.slot()
        answer = await call()
        if answer.end is not End.WAIT:
            return answer
        budget.freeze(answer.seconds)


async def edit(bot: Bot, chat_id: int, message_id: int, screen: Screen) -> Answer:
    """Put other words into a message that was sent."""
    try:
        await screens.edit(bot, chat_id, message_id, screen)
    except (TelegramAPIError, ClientDecodeError) as error:
        return meaning(error)
    return Answer(End.TAKEN, message_id)


def meaning(error: Exception) -> Answer:
    """What an error says about the person, the notice or the bot."""
    end = next((end for kinds, end in _MEANINGS if isinstance(error, kinds)), End.WRONG)
    seconds = float(error.retry_after) if isinstance(error, TelegramRetryAfter) else 0.0
    if isinstance(error, TelegramNetworkError) and isinstance(
        error.__cause__, ClientConnectorError
    ):
        # It never left this machine.
        end = End.AGAIN
    if isinstance(error, TelegramBadRequest):
        if _SAME in error.message:
            end = End.TAKEN
        elif any(one in error.message for one in _GONE):
            end = End.UNREACHABLE
    return Answer(end, seconds=seconds, reason=str(error))


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], End], ...] = (
    ((TelegramRetryAfter,), End.WAIT),
    ((TelegramForbiddenError,), End.BLOCKED),
    ((TelegramUnauthorizedError, TelegramConflictError, TelegramNotFound), End.SHUT),
    ((TelegramServerError,), End.AGAIN),
    # It may have been carried out before the connection broke.
    ((TelegramNetworkError, ClientDecodeError), End.UNCERTAIN),
)
