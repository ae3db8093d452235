"""Whatever no other router knows: unknown commands, files, buttons of another age."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import about


async def anything_said(message: Message, who: Who, show: Show) -> None:
    """A command that there is not, or something that is not text."""
    made = about.help_(who.w, unknown=True) if message.text else about.not_text(who.w)
    await show(made, who.w.locale)


async def any_button(_: CallbackQuery, who: Who, show: Show) -> None:
    """An old or forged button."""
    await show(about.old_button(who.w), who.w.locale)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="fallback")
    router.message.register(anything_said)
    router.callback_query.register(any_button)
    return router
