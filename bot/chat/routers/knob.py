"""The price knob."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import knob
from dialogs.callbacks import Place, SetKnob, ShowKnob, ShowPast, UndoKnob
from service.deps import Deps
from service.knob import cases as knob_cases
from service.price.values import position_of


async def show_knob(
    _: Message | CallbackQuery,
    deps: Deps,
    who: Who,
    show: Show,
    callback_data: ShowKnob | None = None,
) -> None:
    """``/price``, and the knob of one MID."""
    scope = callback_data.scope if callback_data else "all"
    view = await knob_cases.look_at_knob(deps, who.id, scope)
    await show(knob.screen(view, who.w), who.w.locale)


async def show_scopes(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """Which MID to set a price of its own for."""
    view = await knob_cases.look_at_knob(deps, who.id)
    await show(knob.scopes(view, who.w), who.w.locale)


async def set_knob(
    _: CallbackQuery, callback_data: SetKnob, deps: Deps, who: Who, show: Show
) -> None:
    """Set it."""
    to = position_of(callback_data.to)
    view = await knob_cases.set_knob(deps, who.id, callback_data.scope, to, who.by("knob"))
    await show(knob.screen(view, who.w), who.w.locale)


async def undo(
    _: CallbackQuery, callback_data: UndoKnob, deps: Deps, who: Who, show: Show
) -> None:
    """Take the last setting back."""
    view = await knob_cases.undo_knob(deps, who.id, callback_data.event, who.by("knob"))
    await show(knob.screen(view, who.w), who.w.locale)


async def show_past(
    _: CallbackQuery, callback_data: ShowPast, deps: Deps, who: Who, show: Show
) -> None:
    """Earlier settings."""
    view = await knob_cases.look_at_history(deps, who.id, callback_data.scope)
    await show(knob.past(view, who.w), who.w.locale)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="knob")
    router.message.register(show_knob, Command("price"))
    tap = router.callback_query.register
    tap(show_knob, To(Place.KNOB))
    tap(show_knob, ShowKnob.filter())
    tap(show_scopes, To(Place.KNOB_SCOPES))
    tap(set_knob, SetKnob.filter())
    tap(undo, UndoKnob.filter())
    tap(show_past, ShowPast.filter())
    return router
