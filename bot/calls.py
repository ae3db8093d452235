"""Every call to Telegram, as the metrics see it."""

import asyncio
from typing import cast

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetUpdates, Response, TelegramMethod
from aiogram.methods.base import TelegramType

from bot.metrics import OTHER, Metrics
from bot.polling import ALLOWED


class Counted(BaseRequestMiddleware):
    """Counts every call to Telegram. Registered after ``Pace``, it sees each try."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Carry out one call, and count it."""
        outcome = "refused"
        try:
            answer = await make_request(bot, method)
            outcome = "ok"
        except TelegramRetryAfter as error:
            outcome = "429"
            self._metrics.asked_to_wait(error.retry_after)
            raise
        except TelegramServerError:
            outcome = "5xx"
            raise
        except (TelegramNetworkError, asyncio.CancelledError):
            outcome = "network"
            raise
        finally:
            self._metrics.called(method.__api_method__, outcome)
        if isinstance(method, GetUpdates):
            # What comes back is the result itself, whatever aiogram's types say.
            for update in cast("list[dict[str, object]]", answer):
                self._metrics.received(next((name for name in ALLOWED if name in update), OTHER))
        return answer
