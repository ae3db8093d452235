"""Bot session middleware: waits out 429s and retries transient errors.

A 429 holds the chat it was for; the whole bot waits when a second chat gets one too, or while a
notice goes out (decision 8). Bulk sending shares the budget and stops with the bot. A refused call
is repeated here, so that no use case runs twice for it.
"""

import asyncio
import random
from typing import Any

import structlog
from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bot.aio import loop_time, within
from bot.telegram.rate_limit import SendBudget

log = structlog.get_logger()

# A longer wait is not made here: the error is raised and the update waits in its lane.
LONGEST_WAIT = 60.0
ATTEMPTS = 3
FIRST_WAIT = 0.25


class RetryMiddleware(BaseRequestMiddleware):
    """Delays every call while Telegram asks the bot to wait, and retries transient errors."""

    def __init__(self, budget: SendBudget) -> None:
        self._budget = budget
        self._no_drafts_until = 0.0
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End all waits: the calls that wait fail, and their updates stay in the store."""
        self._stopping.set()

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Carry out one call.

        Raises:
            TelegramRetryAfter: Telegram asks to wait longer than ``LONGEST_WAIT``, or at all
                while the process stops.
            TelegramNetworkError, TelegramServerError, ClientDecodeError: it failed three times.
        """
        if method.__api_method__ == "getUpdates":
            return await make_request(bot, method)
        # Answering a tap does not count against Telegram's limits, and is useless when late.
        if method.__api_method__ == "answerCallbackQuery":
            return await self._call_with_retries(make_request, bot, method, paced=False)
        if method.__api_method__ == "sendMessageDraft":
            return await self._call_draft(make_request, bot, method)
        while True:
            try:
                return await self._call_with_retries(make_request, bot, method, paced=True)
            except TelegramRetryAfter as error:
                self._hold(method, error.retry_after)
                if error.retry_after > LONGEST_WAIT or self._stopping.is_set():
                    raise

    async def _call_draft(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Send a draft, which never waits: a 429 for it stops drafts only.

        If Telegram limits the whole bot, the next message gets a 429 of its own.
        """
        left = max(self._budget.held_for(_chat_of(method)), self._no_drafts_until - loop_time())
        if left > 0:
            raise TelegramRetryAfter(
                method=method, message="no drafts now", retry_after=int(left) + 1
            )
        self._budget.charge()
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as error:
            self._no_drafts_until = loop_time() + error.retry_after
            raise

    async def _call_with_retries(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        *,
        paced: bool,
    ) -> Response[TelegramType]:
        """Call, again after a broken connection or a failure of Telegram's servers.

        ``paced``: wait until the budget is not frozen, and charge the call to it.
        """
        for attempt in range(1, ATTEMPTS + 1):
            if paced:
                await self._wait_until_open(method)
                self._budget.charge()
            try:
                return await make_request(bot, method)
            except (TelegramNetworkError, TelegramServerError, ClientDecodeError) as error:
                if attempt == ATTEMPTS or self._stopping.is_set():
                    raise
                log.info("call_tried_again", method=method.__api_method__, error=str(type(error)))
                pause = FIRST_WAIT * 2**attempt * (0.5 + random.random())  # noqa: S311  # jitter
                if await within(pause, self._stopping):
                    raise
        raise AssertionError("unreachable")

    def _hold(self, method: TelegramMethod[Any], seconds: float) -> None:
        whole_bot = self._budget.refused(_chat_of(method), seconds)
        log.warning("telegram_asks_to_wait", seconds=seconds, whole_bot=whole_bot)

    async def _wait_until_open(self, method: TelegramMethod[Any]) -> None:
        while (left := self._budget.held_for(_chat_of(method))) > 0:
            if left > LONGEST_WAIT or await within(left, self._stopping):
                raise TelegramRetryAfter(
                    method=method, message="the bot waits", retry_after=int(left) + 1
                )


def _chat_of(method: TelegramMethod[Any]) -> int | None:
    """The chat that a call goes to; None where it goes to none."""
    chat_id = getattr(method, "chat_id", None)
    return chat_id if isinstance(chat_id, int) else None
