"""One stored update through the dispatcher, and what the member hears when it fails."""

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.types import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Message,
    MessageGenerationStopped,
    Update,
)

from bot.chat import erasure
from bot.chat.erasure import Outcome
from bot.chat.identity import find
from bot.chat.show import Show
from bot.telegram import chat_store
from bot.telegram.errors import TRANSIENT
from bot.updates.inbox_store import PendingUpdate
from dialogs import about
from dialogs.screen import Screen
from locales.words import Words, negotiate, words
from service.deps import Deps
from service.errors import MidlineError

log = structlog.get_logger()


class Edge:
    """Hands stored updates to the dispatcher; ``stopped`` hears of drafts that a member ended."""

    def __init__(
        self,
        deps: Deps,
        bot: Bot,
        dispatcher: Dispatcher,
        stopped: Callable[[int, int], None] | None = None,
    ) -> None:
        self._stopped = stopped
        self._deps = deps
        self._bot = bot
        self._dispatcher = dispatcher
        # Built now, where models are built at their first use: nobody who taps waits for it.
        Update.model_rebuild()

    async def handle(self, one: PendingUpdate) -> None:
        """Handle one update. What Telegram will mend is raised, so that it is tried again."""
        update = Update.model_validate_json(one.body, context={"bot": self._bot})
        event = update.event
        if isinstance(event, ChatMemberUpdated):
            await self._opened_or_blocked(event)
            return
        if isinstance(event, MessageGenerationStopped):
            if self._stopped is not None:
                self._stopped(event.chat.id, event.draft_id)
            return
        if one.outcome is not None:
            await self._say_what_was_done(event, Outcome.model_validate_json(one.outcome))
            return
        chat = _chat(event)
        if chat is None or chat.type != "private":
            await self._elsewhere(event)
            return
        try:
            await self._dispatcher.feed_update(self._bot, update, row=one.seq)
        except TRANSIENT:
            raise
        except MidlineError as error:
            log.info("refused", reason=str(error))
            await self._say(event, partial(about.refused, error.key))
        except Exception:
            await self._say(event, about.trouble)
            raise

    async def _say_what_was_done(self, event: Any, outcome: Outcome) -> None:
        """Say what an earlier try has erased, without making the person's acquaintance again."""
        show = Show(self._deps, self._bot, event.from_user.id, None, event)
        await show(await erasure.screen(self._deps, outcome), outcome.locale)

    async def _say(self, event: Any, screen: Callable[[Words], Screen]) -> None:
        """Show a screen that needs no view, to whoever sent the event."""
        chat = await find(self._deps, event.from_user)
        w = words(chat.locale or negotiate(event.from_user.language_code))
        show = Show(self._deps, self._bot, event.from_user.id, chat.member_id, event)
        await show(screen(w), w.locale)

    async def _elsewhere(self, event: Any) -> None:
        """In a group: silence, but for a command, which is told where to go."""
        if isinstance(event, Message) and event.text and event.text.startswith("/"):
            tag = event.from_user.language_code if event.from_user else None
            text = about.in_a_group(words(negotiate(tag))).text
            await self._bot.send_message(event.chat.id, str(text))
        elif isinstance(event, CallbackQuery):
            await self._bot.answer_callback_query(event.id)

    async def _opened_or_blocked(self, event: ChatMemberUpdated) -> None:
        """Remember that a person blocked the bot or opened it again. Nothing else changes."""
        if event.chat.type == "private":
            blocked = event.new_chat_member.status == "kicked"
            at = self._deps.clock.now() if blocked else None
            async with self._deps.db.write() as conn:
                await chat_store.set_blocked(conn, event.chat.id, at)


def _chat(event: Any) -> Chat | None:
    if isinstance(event, Message):
        return event.chat
    if isinstance(event, CallbackQuery) and event.message:
        return event.message.chat
    # A tap on a message that Telegram no longer has still comes from a private chat with the bot.
    return (
        Chat(id=event.from_user.id, type="private") if isinstance(event, CallbackQuery) else None
    )
