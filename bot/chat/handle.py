"""Handles one stored update: gives it to the dispatcher, and tells the member if that fails."""

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
from bot.chat.albums import Albums
from bot.chat.erasure import ErasureOutcome
from bot.chat.groups import GroupAnswers
from bot.chat.identity import ensure_chat
from bot.chat.show import Presenter
from bot.telegram import chat_store
from bot.telegram.errors import TRANSIENT
from bot.updates.inbox_store import PendingUpdate
from dialogs import about
from dialogs.screen import Screen
from locales.words import Words, negotiate, words
from service.deps import Deps
from service.errors import MidlineError

log = structlog.get_logger()


class UpdateHandler:
    """Hands stored updates to the dispatcher.

    ``on_draft_stopped`` is called with a chat id and a draft id when a member stops a draft.
    """

    def __init__(
        self,
        deps: Deps,
        bot: Bot,
        dispatcher: Dispatcher,
        on_draft_stopped: Callable[[int, int], None] | None = None,
    ) -> None:
        self._on_draft_stopped = on_draft_stopped
        self._deps = deps
        self._bot = bot
        self._dispatcher = dispatcher
        self._groups = GroupAnswers(bot)
        self._albums = Albums()
        # Models are built at their first use. This one takes long, and no member should wait.
        Update.model_rebuild()

    async def handle(self, pending: PendingUpdate) -> None:
        """Handle one update.

        Raises:
            Exception: one of ``TRANSIENT``, after which the inbox tries the update again; any
                other when a handler failed, of which the member has been told.
        """
        update = Update.model_validate_json(pending.body, context={"bot": self._bot})
        event = update.event
        if isinstance(event, ChatMemberUpdated):
            await self._record_block(event)
            return
        if isinstance(event, MessageGenerationStopped):
            if self._on_draft_stopped is not None:
                self._on_draft_stopped(event.chat.id, event.draft_id)
            return
        if pending.outcome is not None:
            outcome = ErasureOutcome.model_validate_json(pending.outcome)
            await self._confirm_erasure(event, outcome)
            return
        chat = _chat(event)
        if chat is None or chat.type != "private":
            await self._groups.answer(event)
            return
        if isinstance(event, Message) and self._albums.answered(event, pending.seq):
            return
        try:
            await self._dispatcher.feed_update(self._bot, update, update_seq=pending.seq)
        except TRANSIENT:
            raise
        except MidlineError as error:
            log.info("refused", reason=str(error))
            await self._show(event, partial(about.refused, error.key))
        except Exception:
            await self._show(event, about.trouble)
            raise

    async def _confirm_erasure(self, event: Any, outcome: ErasureOutcome) -> None:
        """Confirm what an earlier try has erased, without adding the person as a member again."""
        show = Presenter(self._deps, self._bot, event.from_user.id, None, event)
        await show(await erasure.confirmation(self._deps, outcome))

    async def _show(self, event: Any, screen: Callable[[Words], Screen]) -> None:
        """Show the sender of an event a screen that needs nothing but words."""
        chat = await ensure_chat(self._deps, event.from_user)
        w = words(chat.locale or negotiate(event.from_user.language_code or chat.tag))
        show = Presenter(self._deps, self._bot, event.from_user.id, chat.member_id, event)
        await show(screen(w))

    async def _record_block(self, event: ChatMemberUpdated) -> None:
        """Record that a member blocked or unblocked the bot. Their choices stay as they are."""
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
    # A tap without its message, which Telegram no longer has, comes from the private chat.
    return (
        Chat(id=event.from_user.id, type="private") if isinstance(event, CallbackQuery) else None
    )
