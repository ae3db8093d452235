"""One pace for everything a bot sends, as a middleware of its session.

A 429 stops the whole bot until it has passed, not one chat: calling earlier does not help and can
lengthen it. What is sent in bulk waits with it, out of the same budget. What was refused is sent
again in place, so that no use case runs twice for it.
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
from bot.telegram.rate_limit import Budget

log = structlog.get_logger()

# Longer than this is not waited for in place: the update goes back to its lane and waits there.
IN_PLACE = 60.0
TRIES = 3
_FIRST_WAIT = 0.25


class Pace(BaseRequestMiddleware):
    """Holds every call while Telegram has asked the bot to wait; mends what mends itself."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._draftless_until = 0.0
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let nobody wait any longer: what waits fails and stays in the store."""
        self._stopping.set()

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Carry out one call.

        Raises:
            TelegramRetryAfter: Telegram asks to wait longer than is waited for in place, or at
                all while the process stops.
            TelegramNetworkError, TelegramServerError: it failed three times.
        """
        if method.__api_method__ == "getUpdates":
            return await make_request(bot, method)
        # Answering a tap is not counted by Telegram, and late it is of no use.
        if method.__api_method__ == "answerCallbackQuery":
            return await self._mended(make_request, bot, method, paced=False)
        if method.__api_method__ == "sendMessageDraft":
            return await self._draft(make_request, bot, method)
        while True:
            try:
                return await self._mended(make_request, bot, method, paced=True)
            except TelegramRetryAfter as error:
                self._freeze(error.retry_after)
                if error.retry_after > IN_PLACE or self._stopping.is_set():
                    raise

    async def _draft(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """A draft is a comfort: it never waits, and what it is refused stops drafts alone.

        Should Telegram mean the whole bot, the next message is told so too.
        """
        left = max(self._budget.frozen_for, self._draftless_until - loop_time())
        if left > 0:
            raise TelegramRetryAfter(
                method=method, message="no drafts now", retry_after=int(left) + 1
            )
        self._budget.charge()
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as error:
            self._draftless_until = loop_time() + error.retry_after
            raise

    async def _mended(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
        *,
        paced: bool,
    ) -> Response[TelegramType]:
        """Try again after a broken connection or a failure on Telegram's side."""
        for tried in range(1, TRIES + 1):
            if paced:
                await self._thaw(method)
                self._budget.charge()
            try:
                return await make_request(bot, method)
            except (TelegramNetworkError, TelegramServerError, ClientDecodeError) as error:
                if tried == TRIES or self._stopping.is_set():
                    raise
                log.info("call_tried_again", method=method.__api_method__, error=str(type(error)))
                if await self._pause(_FIRST_WAIT * 2**tried * (0.5 + random.random())):  # noqa: S311
                    raise
        raise AssertionError("unreachable")

    def _freeze(self, seconds: float) -> None:
        self._budget.freeze(seconds)
        log.warning("telegram_asks_to_wait", seconds=seconds)

    async def _thaw(self, method: TelegramMethod[Any]) -> None:
        while (left := self._budget.frozen_for) > 0:
            if left > IN_PLACE or await self._pause(left):
                raise TelegramRetryAfter(
                    method=method, message="the bot waits", retry_after=int(left) + 1
                )

    async def _pause(self, seconds: float) -> bool:
        """Wait; True when it was cut short because the process stops."""
        return await within(seconds, self._stopping)
