"""The only place that sends or edits screens."""

import asyncio
import hashlib

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
)
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.telegram import chat_store, screens
from dialogs.screen import Screen
from service.deps import Deps
from service.journal import cases as journal

log = structlog.get_logger()


def question_of(event: TelegramObject) -> Message | None:
    """The message that asked: the event itself, or the one that a tapped message replies to."""
    if isinstance(event, CallbackQuery):
        said = event.message.reply_to_message if isinstance(event.message, Message) else None
        # In a private chat only its owner and the bot speak; the bot's own words are no question.
        return said if said and said.from_user and not said.from_user.is_bot else None
    return event if isinstance(event, Message) else None


def _replying_to(event: TelegramObject) -> int | None:
    asked = question_of(event)
    if asked is None or not asked.text or asked.text.startswith("/"):
        return None
    return asked.message_id


class Show:
    """Shows a screen to one person: a tap redraws its message, anything else gets a new one.

    A screen with a proof is recorded before it is sent and confirmed after Telegram took it;
    ``member_id`` is None for who is nobody here any more, of whom nothing can be recorded.
    """

    def __init__(
        self, deps: Deps, bot: Bot, chat_id: int, member_id: str | None, event: TelegramObject
    ) -> None:
        self._deps = deps
        self._bot = bot
        self._chat_id = chat_id
        self._member_id = member_id
        self._event = event

    async def __call__(self, screen: Screen, locale: str, *, anew: bool = False) -> int | None:
        """Show ``screen``, which is written in ``locale``; ``anew`` also after a tap.

        What a question gets is a reply to its message: whoever taps under it later brings the
        question along, so that it need not be kept here. Returns the id of the message, None where
        the person has blocked the bot.
        """
        proof = screen.proof
        if proof is not None:
            assert self._member_id is not None
            digest = hashlib.sha256(str(screen.text).encode()).hexdigest()
            await journal.record_text(
                self._deps, self._member_id, proof, locale=locale, text_hash=digest
            )
        if isinstance(self._event, CallbackQuery):
            afresh = anew or screen.asks
            drawing = self._send(screen) if afresh else self._redraw(screen, self._event)
            message_id, _ = await asyncio.gather(drawing, self._answer(self._event))
        else:
            message_id = await self._send(screen)
        if proof is not None and message_id is not None:
            await journal.confirm_text(self._deps, proof.nonce, message_id)
        return message_id

    async def _redraw(self, screen: Screen, query: CallbackQuery) -> int | None:
        if not isinstance(query.message, Message):
            return await self._send(screen)
        try:
            await screens.edit(self._bot, self._chat_id, query.message.message_id, screen)
        except TelegramBadRequest as error:
            if "message is not modified" in error.message:
                return query.message.message_id
            log.info("edit_refused", reason=error.message)
            return await self._send(screen)
        except TelegramForbiddenError:
            await self._gone()
            return None
        return query.message.message_id

    async def _answer(self, query: CallbackQuery) -> None:
        try:
            await screens.answer_tap(self._bot, query.id)
        except (TelegramAPIError, ClientDecodeError) as error:
            # Too late, answered by the process that died, or not taken: the screen says it all.
            log.debug("tap_not_answered", reason=str(error))

    async def _send(self, screen: Screen) -> int | None:
        try:
            return await screens.send(
                self._bot, self._chat_id, screen, replying_to=_replying_to(self._event)
            )
        except TelegramForbiddenError:
            await self._gone()
            return None

    async def _gone(self) -> None:
        """The person has blocked the bot: remember it, and change nothing they decided."""
        async with self._deps.db.write() as conn:
            await chat_store.set_blocked(conn, self._chat_id, self._deps.clock.now())
