"""Standing refusals, pause, stop and resume."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter
from dialogs import choices, home
from dialogs.callbacks import LiftRefusal, Place, Refuse, Resume, ShowLiftRefusal
from service.choices import opt_out as cases
from service.choices.values import RestoreView
from service.deps import Deps
from service.licences.values import Refusal
from service.standing.values import Pause


async def show_choices(
    _: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Handle ``/choices`` and its button: the standing refusals."""
    view = await cases.look_at_refusals(deps, actor.id)
    await show(choices.screen(view, actor.words))


async def refuse(
    _: CallbackQuery, callback_data: Refuse, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Add a standing refusal, which holds in every MID."""
    refusal = Refusal(callback_data.kind, callback_data.value)
    view = await cases.refuse(deps, actor.id, refusal, actor.cause("refuse"))
    await show(choices.screen(view, actor.words))


async def show_lifting(
    _: CallbackQuery, callback_data: ShowLiftRefusal, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show which licences would be back if a refusal were lifted."""
    refusal = Refusal(callback_data.kind, callback_data.value)
    view = await cases.look_at_lifting(deps, actor.id, refusal)
    await show(choices.lift_refusal(view, actor.words))


async def lift(
    _: CallbackQuery, callback_data: LiftRefusal, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Lift a refusal, or show again what would be back if that has changed meanwhile."""
    view = await cases.lift(deps, actor.id, callback_data.nonce, actor.cause("lift"))
    if isinstance(view, RestoreView):
        await show(choices.lift_refusal(view, actor.words))
    else:
        await show(choices.screen(view, actor.words))


async def pause(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Pause every licence."""
    view = await cases.set_pause(deps, actor.id, Pause.PAUSED, actor.cause("pause"))
    await show(choices.paused(view, actor.words))


async def stop(_: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Handle ``/stop`` and its button: out of every licence at once, without a confirmation."""
    view = await cases.set_pause(deps, actor.id, Pause.STOPPED, actor.cause("stop"))
    await show(choices.paused(view, actor.words))


async def show_resuming(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Show which licences would be back after resuming."""
    view = await cases.look_at_resuming(deps, actor.id)
    await show(choices.paused(view, actor.words))


async def resume(
    _: CallbackQuery, callback_data: Resume, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """End the pause, or show again what would be back if that has changed meanwhile."""
    view = await cases.resume(deps, actor.id, callback_data.nonce, actor.cause("resume"))
    if isinstance(view, RestoreView):
        await show(choices.paused(view, actor.words))
    else:
        await show(home.screen(view, actor.words, note=choices.resumed_note(actor.words)))


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="choices")
    router.message.register(show_choices, Command("choices"))
    router.message.register(stop, Command("stop"))
    tap = router.callback_query.register
    tap(show_choices, ToPlace(Place.CHOICES))
    tap(pause, ToPlace(Place.PAUSE))
    tap(stop, ToPlace(Place.STOP))
    tap(show_resuming, ToPlace(Place.RESUME))
    tap(refuse, Refuse.filter())
    tap(show_lifting, ShowLiftRefusal.filter())
    tap(lift, LiftRefusal.filter())
    tap(resume, Resume.filter())
    return router
