"""Standing refusals, pause, stop and resume."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import choices, home
from dialogs.callbacks import Lift, Place, Refuse, Resume, ShowLifting
from service.choices import opt_out as cases
from service.choices.values import RestoreView
from service.deps import Deps
from service.licences.values import Refusal
from service.standing.values import Pause


async def show_choices(_: Message | CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """``/choices``."""
    view = await cases.look_at_refusals(deps, who.id)
    await show(choices.screen(view, who.w), who.w.locale)


async def refuse(
    _: CallbackQuery, callback_data: Refuse, deps: Deps, who: Who, show: Show
) -> None:
    """Refuse something everywhere."""
    refusal = Refusal(callback_data.kind, callback_data.value)
    view = await cases.refuse(deps, who.id, refusal, who.by("refuse"))
    await show(choices.screen(view, who.w), who.w.locale)


async def show_lifting(
    _: CallbackQuery, callback_data: ShowLifting, deps: Deps, who: Who, show: Show
) -> None:
    """What taking a refusal back would bring back."""
    refusal = Refusal(callback_data.kind, callback_data.value)
    view = await cases.look_at_lifting(deps, who.id, refusal)
    await show(choices.lifting(view, who.w), who.w.locale)


async def lift(_: CallbackQuery, callback_data: Lift, deps: Deps, who: Who, show: Show) -> None:
    """Take a refusal back."""
    view = await cases.lift(deps, who.id, callback_data.nonce, who.by("lift"))
    made = (
        choices.lifting(view, who.w)
        if isinstance(view, RestoreView)
        else choices.screen(view, who.w)
    )
    await show(made, who.w.locale)


async def pause(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """Pause everything."""
    view = await cases.set_pause(deps, who.id, Pause.PAUSED, who.by("pause"))
    await show(choices.paused(view, who.w), who.w.locale)


async def stop(_: Message | CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """``/stop``: out of everything, at once, without a question."""
    view = await cases.set_pause(deps, who.id, Pause.STOPPED, who.by("stop"))
    await show(choices.paused(view, who.w), who.w.locale)


async def show_resuming(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """What resuming would bring back."""
    view = await cases.look_at_resuming(deps, who.id)
    await show(choices.paused(view, who.w), who.w.locale)


async def resume(
    _: CallbackQuery, callback_data: Resume, deps: Deps, who: Who, show: Show
) -> None:
    """End the pause."""
    view = await cases.resume(deps, who.id, callback_data.nonce, who.by("resume"))
    made = (
        choices.paused(view, who.w)
        if isinstance(view, RestoreView)
        else home.screen(view, who.w, note=choices.resumed(who.w))
    )
    await show(made, who.w.locale)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="choices")
    router.message.register(show_choices, Command("choices"))
    router.message.register(stop, Command("stop"))
    tap = router.callback_query.register
    tap(show_choices, To(Place.CHOICES))
    tap(pause, To(Place.PAUSE))
    tap(stop, To(Place.STOP))
    tap(show_resuming, To(Place.RESUME))
    tap(refuse, Refuse.filter())
    tap(show_lifting, ShowLifting.filter())
    tap(lift, Lift.filter())
    tap(resume, Resume.filter())
    return router
