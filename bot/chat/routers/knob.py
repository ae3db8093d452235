"""The price knob: setting it for all MIDs or one, undoing it, and its history."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter
from dialogs import knob
from dialogs.callbacks import Place, SetKnob, ShowKnob, ShowKnobHistory, UndoKnob
from service.deps import Deps
from service.knob import cases as knob_cases
from service.price.values import position_of


async def show_knob(
    _: Message | CallbackQuery,
    deps: Deps,
    actor: Actor,
    show: Presenter,
    callback_data: ShowKnob | None = None,
) -> None:
    """Handle ``/price`` and the buttons that show the knob, of all MIDs or of one."""
    scope = callback_data.scope if callback_data else "all"
    view = await knob_cases.look_at_knob(deps, actor.id, scope)
    await show(knob.screen(view, actor.words))


async def show_scopes(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """List the MIDs for which a price of their own can be set."""
    view = await knob_cases.look_at_knob(deps, actor.id)
    await show(knob.scopes(view, actor.words))


async def set_knob(
    _: CallbackQuery, callback_data: SetKnob, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Set the knob to a position."""
    to = position_of(callback_data.to)
    view = await knob_cases.set_knob(deps, actor.id, callback_data.scope, to, actor.cause("knob"))
    await show(knob.screen(view, actor.words))


async def undo(
    _: CallbackQuery, callback_data: UndoKnob, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Undo the last setting of the knob."""
    view = await knob_cases.undo_knob(deps, actor.id, callback_data.event, actor.cause("knob"))
    await show(knob.screen(view, actor.words))


async def show_past(
    _: CallbackQuery, callback_data: ShowKnobHistory, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show earlier settings of the knob."""
    view = await knob_cases.look_at_history(deps, actor.id, callback_data.scope)
    await show(knob.history(view, actor.words))


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="knob")
    router.message.register(show_knob, Command("price"))
    tap = router.callback_query.register
    tap(show_knob, ToPlace(Place.KNOB))
    tap(show_knob, ShowKnob.filter())
    tap(show_scopes, ToPlace(Place.KNOB_SCOPES))
    tap(set_knob, SetKnob.filter())
    tap(undo, UndoKnob.filter())
    tap(show_past, ShowKnobHistory.filter())
    return router
