"""The bot's HTTP session: what aiogram's does, without the work that nobody reads.

A call goes out as JSON instead of a form, the answer to an edit or a tap is not made into a
message object that is thrown away, and updates stay plain objects until they are handled.
"""

from functools import cache
from http import HTTPStatus
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import GetUpdates, Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile
from aiohttp import ClientError, ClientTimeout

_JSON = {"Content-Type": "application/json"}


class RawUpdates(GetUpdates):
    """``getUpdates`` whose updates are plain objects, as Telegram wrote them."""

    __returning__ = list[dict[str, Any]]


class SendScreen(TelegramMethod[dict[str, Any]]):
    """``sendMessage`` whose body is made already; what comes back stays a plain object."""

    __returning__ = dict[str, Any]
    __api_method__ = "sendMessage"

    body: str


class EditScreen(TelegramMethod[bool]):
    """``editMessageText`` whose body is made already."""

    __returning__ = bool
    __api_method__ = "editMessageText"

    body: str


class AnswerTap(TelegramMethod[bool]):
    """``answerCallbackQuery`` whose body is made already."""

    __returning__ = bool
    __api_method__ = "answerCallbackQuery"

    body: str


_UNREAD = EditScreen | AnswerTap
"""Calls of which only the success counts. Both may answer a plain True by Telegram's own rules."""

_MADE = SendScreen | _UNREAD


class LeanSession(AiohttpSession):
    """Carries out calls without files at half the cost; all others as aiogram does."""

    async def close(self) -> None:
        """Close every connection, TLS too: it is gone when this returns.

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
        if isinstance(method, _MADE):
            said = method.body
        else:
            body, files = self._body_of(bot, method)
            if files:
                return await super().make_request(bot, method, timeout)
            said = self.json_dumps(body)
        patience = ClientTimeout(total=self.timeout if timeout is None else timeout)
        status, content = await self._post(bot, method, said.encode(), patience)
        if status == HTTPStatus.OK and isinstance(method, _MADE):
            done: Any = self._result(content)
            if done is not None:
                return cast("TelegramType", True if isinstance(method, _UNREAD) else done)
        _kept(method.__returning__)
        response = self.check_response(
            bot=bot, method=method, status_code=status, content=content.decode(errors="replace")
        )
        return cast("TelegramType", response.result)

    def _body_of(
        self, bot: Bot, method: TelegramMethod[Any]
    ) -> tuple[dict[str, Any], dict[str, InputFile]]:
        """What a call says, as JSON, and the files that go with it."""
        files: dict[str, InputFile] = {}
        said = {
            key: self.prepare_value(value, bot=bot, files=files, _dumps_json=False)
            for key, value in method.model_dump(warnings=False, exclude_none=True).items()
        }
        return {key: value for key, value in said.items() if value is not None}, files

    async def _post(
        self, bot: Bot, method: TelegramMethod[Any], body: bytes, patience: ClientTimeout
    ) -> tuple[int, bytes]:
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        try:
            async with session.post(url, data=body, headers=_JSON, timeout=patience) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="Request timeout error") from error
        except ClientError as error:
            said = f"{type(error).__name__}: {error}"
            raise TelegramNetworkError(method=method, message=said) from error

    def _result(self, content: bytes) -> Any:
        """What a call that was carried out says; None when it says anything else."""
        try:
            said = self.json_loads(content)
        except ValueError:
            return None
        return said.get("result") if isinstance(said, dict) and said.get("ok") is True else None


@cache
def _kept(result: Any) -> Any:
    """The model of an answer. pydantic forgets it when nobody holds it, and builds it anew."""
    return Response[result]
