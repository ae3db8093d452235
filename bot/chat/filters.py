"""Filters that aiogram does not have."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.chat import staff_progress_store
from bot.chat.identity import Who
from dialogs.callbacks import Go, Place
from service.deps import Deps
from service.staff.values import LINK_PREFIX


class To(Filter):
    """A button that leads to one of the named places.

    An async filter on plain strings: a bare ``F.data`` filter would run in a thread and cost
    fifteen times as much.
    """

    def __init__(self, *places: Place) -> None:
        self.data = frozenset(Go(place=place).pack() for place in places)

    async def __call__(self, query: CallbackQuery) -> bool:
        """Whether the button is one of them."""
        return query.data in self.data


class StaffLink(Filter):
    """``/start`` with the token that makes somebody staff, which it gives as ``token``."""

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        """Whether it is one."""
        command, _, token = (message.text or "").partition(" ")
        if command != "/start" or not token.startswith(LINK_PREFIX):
            return False
        return {"token": token.strip()}


class AnswersPrompt(Filter):
    """A text that replies to a message which asked for it, whose ``prompt`` it gives.

    A command is never such a text.
    """

    async def __call__(self, message: Message, deps: Deps, who: Who) -> bool | dict[str, Any]:
        """Whether it is one. Only replies cost a look into the store."""
        asked = message.reply_to_message
        if asked is None or not message.text or message.text.startswith("/"):
            return False
        async with deps.db.read() as conn:
            found = await staff_progress_store.read_prompt(conn, who.id, asked.message_id)
        return False if found is None else {"prompt": found}
