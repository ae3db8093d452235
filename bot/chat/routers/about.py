"""Help, privacy, and what Midline is."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import about, model
from dialogs.about import Operator
from dialogs.callbacks import Place, ShowRequest
from service.assistant import cases as assistant
from service.deps import Deps


async def show_help(_: Message | CallbackQuery, who: Who, show: Show) -> None:
    """``/help``."""
    await show(about.help_(who.w), who.w.locale)


async def show_about(_: Message | CallbackQuery, who: Who, show: Show, operator: Operator) -> None:
    """``/about``."""
    await show(about.about(operator, who.w), who.w.locale)


async def show_privacy(
    _: Message | CallbackQuery, deps: Deps, who: Who, show: Show, operator: Operator
) -> None:
    """``/privacy``."""
    view = await assistant.read_model(deps, who.id)
    await show(about.privacy(operator, view, who.w), who.w.locale)


async def show_model(
    _: CallbackQuery, deps: Deps, who: Who, show: Show, operator: Operator
) -> None:
    """Whether a model may answer."""
    view = await assistant.read_model(deps, who.id)
    await show(model.screen(operator.model, view, who.w), who.w.locale)


async def show_request(
    _: CallbackQuery, callback_data: ShowRequest, deps: Deps, who: Who, show: Show
) -> None:
    """What went to the model last."""
    view = await assistant.read_model(deps, who.id)
    await show(model.request(view, callback_data.page, who.w), who.w.locale)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="about")
    router.message.register(show_help, Command("help"))
    router.message.register(show_about, Command("about"))
    router.message.register(show_privacy, Command("privacy"))
    tap = router.callback_query.register
    tap(show_help, To(Place.HELP))
    tap(show_about, To(Place.ABOUT))
    tap(show_privacy, To(Place.PRIVACY))
    tap(show_model, To(Place.MODEL))
    tap(show_request, ShowRequest.filter())
    return router
