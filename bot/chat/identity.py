"""Who sent an update, and which language they read: from the sender, never from a button."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from bot.chat.show import Presenter
from bot.telegram import chat_store
from locales.words import Words, negotiate, words
from service.deps import Deps
from service.journal.values import Cause
from service.people import store as people


@dataclass(frozen=True, slots=True)
class Actor:
    """The member who sent an update: their id, their catalogue, and the update's inbox number."""

    id: str
    words: Words
    update_seq: int

    def cause(self, source: str) -> Cause:
        """The cause of a change; ``source`` names the screen or command it came from.

        Its key derives from the update: handling an update twice does not record a change twice.
        """
        return Cause(key=f"in:{self.update_seq}", source=source)

    def in_language(self, locale: str) -> "Actor":
        """A copy that reads another language."""
        return Actor(self.id, words(locale), self.update_seq)


async def ensure_chat(deps: Deps, user: User) -> chat_store.MemberChat:
    """Read the chat of a Telegram user, with a change of their language tag stored.

    A user who is not known yet is added as a member without memberships.
    """
    async with deps.db.read_statement() as conn:
        chat = await chat_store.read_chat(conn, user.id)
    if chat is None:
        async with deps.db.write() as conn:
            chat = await chat_store.hold_chat(conn, user.id)
            if chat is None:
                spoken = negotiate(user.language_code)
                member = await people.add_member(conn, deps.clock.now(), spoken=spoken)
                await chat_store.put_chat(conn, user.id, member.id, user.language_code)
                return chat_store.MemberChat(user.id, member.id, user.language_code, None)
    # Telegram leaves the tag out at times, which says nothing about what the person reads.
    if user.language_code and chat.tag != user.language_code:
        async with deps.db.write() as conn:
            await chat_store.set_tag(conn, user.id, user.language_code)
            await people.set_member(conn, chat.member_id, spoken=negotiate(user.language_code))
    return chat


class IdentityMiddleware(BaseMiddleware):
    """Adds ``actor`` and ``show`` to the handlers' arguments; needs ``update_seq`` among them."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Identify the sender and call the handler. Updates without a human sender are dropped."""
        assert isinstance(event, Message | CallbackQuery)
        user = event.from_user
        if user is None or user.is_bot:
            return None
        chat = await ensure_chat(self._deps, user)
        locale = chat.locale or negotiate(user.language_code or chat.tag)
        data["actor"] = actor = Actor(chat.member_id, words(locale), data["update_seq"])
        data["show"] = Presenter(self._deps, data["bot"], user.id, actor.id, event)
        return await handler(event, data)
