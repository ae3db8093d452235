"""Updates that no other router takes: unknown commands, files, buttons of an earlier version."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.chat.identity import Actor
from bot.chat.show import Presenter
from dialogs import about


async def answer_other_message(message: Message, actor: Actor, show: Presenter) -> None:
    """Answer an unknown command, or a message that is not text."""
    w = actor.words
    await show(about.help_(w, unknown=True) if message.text else about.not_text(w))


async def answer_old_button(_: CallbackQuery, actor: Actor, show: Presenter) -> None:
    """Answer a button whose data is of an earlier version, or forged."""
    await show(about.old_button(actor.words))


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="fallback")
    router.message.register(answer_other_message)
    router.callback_query.register(answer_old_button)
    return router
