"""Help, privacy, what Midline is, and the language model's place in it."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter
from dialogs import about, model
from dialogs.about import Operator
from dialogs.callbacks import Place, ShowModelRequest
from service.assistant import cases as assistant
from service.deps import Deps


async def show_help(_: Message | CallbackQuery, actor: Actor, show: Presenter) -> None:
    """Handle ``/help`` and its button."""
    await show(about.help_(actor.words))


async def show_about(
    _: Message | CallbackQuery, actor: Actor, show: Presenter, operator: Operator
) -> None:
    """Handle ``/about`` and its button."""
    await show(about.about(operator, actor.words))


async def show_privacy(
    _: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter, operator: Operator
) -> None:
    """Handle ``/privacy`` and its button."""
    view = await assistant.read_model(deps, actor.id)
    await show(about.privacy(operator, view, actor.words))


async def show_model(
    _: CallbackQuery, deps: Deps, actor: Actor, show: Presenter, operator: Operator
) -> None:
    """Show whether a language model may answer, and the buttons that change it."""
    view = await assistant.read_model(deps, actor.id)
    await show(model.screen(operator.model, view, actor.words))


async def show_request(
    _: CallbackQuery, callback_data: ShowModelRequest, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show a page of the last request that was sent to the model for this member."""
    view = await assistant.read_model(deps, actor.id)
    await show(model.last_request(view, callback_data.page, actor.words))


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="about")
    router.message.register(show_help, Command("help"))
    router.message.register(show_about, Command("about"))
    router.message.register(show_privacy, Command("privacy"))
    tap = router.callback_query.register
    tap(show_help, ToPlace(Place.HELP))
    tap(show_about, ToPlace(Place.ABOUT))
    tap(show_privacy, ToPlace(Place.PRIVACY))
    tap(show_model, ToPlace(Place.MODEL))
    tap(show_request, ShowModelRequest.filter())
    return router
