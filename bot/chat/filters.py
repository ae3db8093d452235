"""Filters of the routers, for updates that aiogram's own filters do not tell apart."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.chat import staff_progress_store
from bot.chat.identity import Actor
from dialogs.callbacks import Go, Place
from service.deps import Deps
from service.staff.values import LINK_PREFIX


class ToPlace(Filter):
    """Matches buttons that lead to one of the named places.

    It is an async filter on plain strings: aiogram runs an ``F.data`` filter in a thread, which
    costs fifteen times as much.
    """

    def __init__(self, *places: Place) -> None:
        self.data = frozenset(Go(place=place).pack() for place in places)

    async def __call__(self, query: CallbackQuery) -> bool:
        """Return whether the button's data is that of one of the places."""
        return query.data in self.data


class StaffLink(Filter):
    """Matches ``/start`` with the token of a staff link; adds ``token`` to the arguments."""

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        """Return the token, or False for any other message."""
        command, _, token = (message.text or "").partition(" ")
        if command != "/start" or not token.startswith(LINK_PREFIX):
            return False
        return {"token": token.strip()}


class PromptReply(Filter):
    """Matches a text in reply to a message that asked staff for it; adds ``prompt``.

    A command does not match.
    """

    async def __call__(self, message: Message, deps: Deps, actor: Actor) -> bool | dict[str, Any]:
        """Return the prompt, or False. Only replies cost a query."""
        replied_to = message.reply_to_message
        if replied_to is None or not message.text or message.text.startswith("/"):
            return False
        async with deps.db.read() as conn:
            prompt = await staff_progress_store.read_prompt(conn, actor.id, replied_to.message_id)
        return False if prompt is None else {"prompt": prompt}
