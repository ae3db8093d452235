"""The bot's HTTP session: aiogram's, with a short way for the three calls that every tap costs.

Their bodies are prepared JSON, and the answer to an edit or a tap is not turned into a message
object that nobody reads. Polled updates stay plain objects until they are handled.
"""

import json
import re
from functools import cache
from http import HTTPStatus
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import GetUpdates, Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientError, ClientTimeout

_FIRST_ID = re.compile(rb'"update_id"\s*:\s*([0-9]{1,16})\b')
_LONGEST_NUMBER = 40

_JSON = {"Content-Type": "application/json"}


class RawUpdates(GetUpdates):
    """``getUpdates`` whose updates are plain objects, as Telegram wrote them."""

    __returning__ = list[Any]


class UnreadableUpdatesError(Exception):
    """Telegram answered with updates that are no JSON, or nested too deep.

    ``first_id``: the id of the first of them.
    """

    def __init__(self, first_id: int) -> None:
        super().__init__(first_id)
        self.first_id = first_id


class SendScreen(TelegramMethod[dict[str, Any]]):
    """``sendMessage`` with a prepared body; the new message stays a plain object."""

    __returning__ = dict[str, Any]
    __api_method__ = "sendMessage"

    body: str
    chat_id: int


class EditScreen(TelegramMethod[bool]):
    """``editMessageText`` with a prepared body."""

    __returning__ = bool
    __api_method__ = "editMessageText"

    body: str
    chat_id: int


class AnswerTap(TelegramMethod[bool]):
    """``answerCallbackQuery`` with a prepared body."""

    __returning__ = bool
    __api_method__ = "answerCallbackQuery"

    body: str


_RESULT_UNUSED = EditScreen | AnswerTap
"""Calls of which only the success counts. Telegram itself may answer either with a plain True."""

_PREPARED = SendScreen | _RESULT_UNUSED


class LeanSession(AiohttpSession):
    """Carries out prepared calls at half the cost, and all others as aiogram does."""

    async def close(self) -> None:
        """Close every connection, TLS too; they are closed when this returns.

        aiogram sleeps a quarter of a second more, which aiohttp has not needed since it waits
        by itself until its connections are lost.
        """
        if self._session is not None:
            await self._session.close()

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  # aiogram's own signature
    ) -> TelegramType:
        """Carry out one call. Raises as ``AiohttpSession`` does."""
        if isinstance(method, _PREPARED):
            return cast("TelegramType", await self._call_prepared(bot, method, timeout))
        if isinstance(method, RawUpdates):
            return cast("TelegramType", await self._fetch_updates(bot, method, timeout))
        _response_model(method.__returning__)
        return await super().make_request(bot, method, timeout)

    async def _call_prepared(
        self,
        bot: Bot,
        method: SendScreen | EditScreen | AnswerTap,
        timeout: int | None,  # noqa: ASYNC109
    ) -> Any:
        status, content = await self._post(bot, method, method.body.encode(), timeout)
        if status == HTTPStatus.OK and (result := self._result_of(content)) is not None:
            return True if isinstance(method, _RESULT_UNUSED) else result
        return self._judge(bot, method, status, content)

    async def _fetch_updates(
        self,
        bot: Bot,
        method: RawUpdates,
        timeout: int | None,  # noqa: ASYNC109
    ) -> Any:
        """Call ``getUpdates``; what is in the updates cannot make the call fail.

        Raises:
            UnreadableUpdatesError: the answer holds updates and is no JSON.
        """
        body = method.model_dump_json(exclude_none=True).encode()
        status, content = await self._post(bot, method, body, timeout)
        try:
            answer = json.loads(content.decode(errors="replace"), parse_int=_lenient_int)
        except (ValueError, RecursionError):
            found = _FIRST_ID.search(content)
            if status == HTTPStatus.OK and found:
                raise UnreadableUpdatesError(int(found[1])) from None
            answer = None
        if status == HTTPStatus.OK and isinstance(answer, dict) and answer.get("ok") is True:
            result = answer.get("result")
            if isinstance(result, list):
                return result
        return self._judge(bot, method, status, content)

    def _judge(self, bot: Bot, method: TelegramMethod[Any], status: int, content: bytes) -> Any:
        """Let aiogram raise what the answer says."""
        _response_model(method.__returning__)
        text = content.decode(errors="replace")
        return self.check_response(bot=bot, method=method, status_code=status, content=text).result

    async def _post(
        self,
        bot: Bot,
        call: TelegramMethod[Any],
        body: bytes,
        timeout: int | None,  # noqa: ASYNC109
    ) -> tuple[int, bytes]:
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=call.__api_method__)
        limit = ClientTimeout(total=self.timeout if timeout is None else timeout)
        try:
            async with session.post(url, data=body, headers=_JSON, timeout=limit) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TelegramNetworkError(method=call, message="Request timeout error") from error
        except ClientError as error:
            reason = f"{type(error).__name__}: {error}"
            raise TelegramNetworkError(method=call, message=reason) from error

    def _result_of(self, content: bytes) -> Any:
        """The result of a successful answer; None for any other, which aiogram then judges."""
        try:
            answer = self.json_loads(content)
        except ValueError:
            return None
        return (
            answer.get("result") if isinstance(answer, dict) and answer.get("ok") is True else None
        )


def _lenient_int(digits: str) -> int | float:
    """A number, also one of more digits than Python reads; that is no id anyway."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float("inf")


@cache
def _response_model(result: Any) -> Any:
    """Keep aiogram's model of an answer: pydantic drops an unused one and builds it anew."""
    return Response[result]
