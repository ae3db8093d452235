"""Who is acting, and in which language. It comes from the Telegram sender, never from a button."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject, User

from bot.chat.show import Show
from bot.telegram import chat_store
from locales.words import Words, negotiate, words
from service.deps import Deps
from service.journal.values import Cause
from service.people import store as people


@dataclass(frozen=True, slots=True)
class Who:
    """The person acting: their id, their words, and the row in the inbox that made them act."""

    id: str
    w: Words
    row: int

    def by(self, source: str) -> Cause:
        """The cause of a change, named after the screen or command it came from.

        Its key is the same when the update is handled again, and never that of another update.
        """
        return Cause(key=f"in:{self.row}", source=source)

    def speaking(self, locale: str) -> "Who":
        """The same person in another language."""
        return Who(self.id, words(locale), self.row)


async def find(deps: Deps, user: User) -> chat_store.MemberChat:
    """The chat of a Telegram user; a stranger becomes a member of nothing."""
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
    if chat.tag != user.language_code:
        async with deps.db.write() as conn:
            await chat_store.set_tag(conn, user.id, user.language_code)
            await people.set_member(conn, chat.member_id, spoken=negotiate(user.language_code))
    return chat


class Acting(BaseMiddleware):
    """Gives handlers ``who`` and ``show``."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        """Find the person and go on; what comes from no person goes no further."""
        assert isinstance(event, Message | CallbackQuery)
        user = event.from_user
        if user is None or user.is_bot:
            return None
        chat = await find(self._deps, user)
        locale = chat.locale or negotiate(user.language_code)
        data["who"] = who = Who(chat.member_id, words(locale), data["row"])
        data["show"] = Show(self._deps, data["bot"], user.id, who.id, event)
        return await handler(event, data)
