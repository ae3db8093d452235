"""Shows a screen to the member whose update is being handled."""

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
from bot.telegram.threads import thread_of
from dialogs.screen import Screen
from service.deps import Deps
from service.journal import cases as journal

log = structlog.get_logger()


def question_message(event: TelegramObject) -> Message | None:
    """The member's message: the event itself, or the one that the tapped message replies to."""
    if isinstance(event, CallbackQuery):
        message = event.message.reply_to_message if isinstance(event.message, Message) else None
        # In a private chat only the member and the bot write, and the bot asks no questions.
        return message if message and message.from_user and not message.from_user.is_bot else None
    return event if isinstance(event, Message) else None


class Presenter:
    """Shows screens in answer to one update: a tap redraws its message, a message gets a new one.

    A screen with a proof is recorded before it is sent and confirmed once Telegram has taken it.
    ``member_id`` is None for a member who was erased; such a screen cannot have a proof.
    """

    def __init__(
        self, deps: Deps, bot: Bot, chat_id: int, member_id: str | None, event: TelegramObject
    ) -> None:
        self._deps = deps
        self._bot = bot
        self._chat_id = chat_id
        self._member_id = member_id
        self._event = event

    async def __call__(self, screen: Screen, *, new_message: bool = False) -> int | None:
        """Show ``screen``; with ``new_message`` as a new message even after a tap.

        The answer to a typed question replies to its message: a later tap under the answer then
        carries the question with it, and the text of the question is not stored. Returns the id of
        the message, or None if the member has blocked the bot.
        """
        proof = screen.proof
        if proof is not None:
            assert self._member_id is not None
            digest = hashlib.sha256(str(screen.text).encode()).hexdigest()
            await journal.record_text(
                self._deps, self._member_id, proof, locale=screen.locale, text_hash=digest
            )
        if isinstance(self._event, CallbackQuery):
            sends_new = new_message or screen.asks
            drawing = self._send(screen) if sends_new else self._redraw(screen, self._event)
            message_id, _ = await asyncio.gather(drawing, self._answer_tap(self._event))
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
            await self._record_block()
            return None
        return query.message.message_id

    async def _answer_tap(self, query: CallbackQuery) -> None:
        try:
            await screens.answer_tap(self._bot, query.id)
        except (TelegramAPIError, ClientDecodeError) as error:
            # Too old, or already answered by a process that died. The screen is what matters.
            log.debug("tap_not_answered", reason=str(error))

    async def _send(self, screen: Screen) -> int | None:
        try:
            return await screens.send(
                self._bot,
                self._chat_id,
                screen,
                replying_to=_typed_question_id(self._event),
                thread=_thread_of(self._event),
            )
        except TelegramForbiddenError:
            await self._record_block()
            return None

    async def _record_block(self) -> None:
        """Record that the member has blocked the bot. Their choices stay as they are."""
        async with self._deps.db.write() as conn:
            await chat_store.set_blocked(conn, self._chat_id, self._deps.clock.now())


def _typed_question_id(event: TelegramObject) -> int | None:
    message = question_message(event)
    if message is None or not message.text or message.text.startswith("/"):
        return None
    return message.message_id


def _thread_of(event: TelegramObject) -> int | None:
    """The topic that the member wrote or tapped in: the answer stays there."""
    message = event.message if isinstance(event, CallbackQuery) else event
    return thread_of(message) if isinstance(message, Message) else None
