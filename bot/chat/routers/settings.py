"""Settings of a member: language, time zone, and when and how often notices may come."""

from zoneinfo import available_timezones

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import ToPlace
from bot.chat.identity import Actor
from bot.chat.show import Presenter
from dialogs import notice_settings, settings
from dialogs.callbacks import Place, SetLanguage, SetQuiet, SetWeekly, SetZone, ShowZones
from locales.words import SHIPPED
from service.deps import Deps
from service.errors import NotFoundError
from service.notices.inbox import cases as notice_inbox
from service.people import cases
from service.standing import cases as standing_cases


async def show_settings(
    _: Message | CallbackQuery, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Handle ``/settings`` and its button."""
    view = await notice_inbox.read_attention(deps, actor.id)
    await show(settings.screen(view, actor.words))


async def _show_saved(deps: Deps, actor: Actor, show: Presenter) -> None:
    view = await notice_inbox.read_attention(deps, actor.id)
    await show(settings.screen(view, actor.words, saved=True))


async def show_languages(_: Message | CallbackQuery, actor: Actor, show: Presenter) -> None:
    """Handle ``/language`` and its button: the languages to choose from."""
    await show(settings.languages(actor.words))


async def set_language(
    _: CallbackQuery, callback_data: SetLanguage, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Set the language."""
    if callback_data.locale not in SHIPPED:
        raise NotFoundError(f"no language {callback_data.locale!r}")
    await cases.choose_language(deps, actor.id, callback_data.locale)
    await _show_saved(deps, actor.in_language(callback_data.locale), show)


async def show_zones(
    _: CallbackQuery, callback_data: ShowZones, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Show a page of time zones."""
    view = await standing_cases.read_portfolio(deps, actor.id)
    await show(settings.zones(view.snapshot, callback_data.page, actor.words))


async def set_zone(
    _: CallbackQuery, callback_data: SetZone, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Set the time zone."""
    if callback_data.zone not in available_timezones():
        raise NotFoundError(f"no time zone {callback_data.zone!r}")
    await cases.choose_zone(deps, actor.id, callback_data.zone)
    await _show_saved(deps, actor, show)


async def show_weekly(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Show the choices for the number of notices a week."""
    view = await notice_inbox.read_attention(deps, actor.id)
    await show(notice_settings.weekly(view, actor.words))


async def set_weekly(
    _: CallbackQuery, callback_data: SetWeekly, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Set how many notices a week each MID may send at most."""
    await cases.choose_weekly(deps, actor.id, notice_settings.parse_weekly(callback_data.to))
    await _show_saved(deps, actor, show)


async def show_quiet(_: CallbackQuery, deps: Deps, actor: Actor, show: Presenter) -> None:
    """Show the choices for the quiet hours."""
    view = await notice_inbox.read_attention(deps, actor.id)
    await show(notice_settings.quiet(view, actor.words))


async def set_quiet(
    _: CallbackQuery, callback_data: SetQuiet, deps: Deps, actor: Actor, show: Presenter
) -> None:
    """Set the quiet hours, in which only urgent notices come."""
    await cases.choose_quiet(deps, actor.id, notice_settings.parse_quiet_hours(callback_data.to))
    await _show_saved(deps, actor, show)


def build_router() -> Router:
    """Build a new router; an aiogram router can belong to one dispatcher only."""
    router = Router(name="settings")
    router.message.register(show_settings, Command("settings"))
    router.message.register(show_languages, Command("language"))
    tap = router.callback_query.register
    tap(show_settings, ToPlace(Place.SETTINGS))
    tap(show_languages, ToPlace(Place.LANGUAGE))
    tap(set_language, SetLanguage.filter())
    tap(show_zones, ShowZones.filter())
    tap(set_zone, SetZone.filter())
    tap(show_weekly, ToPlace(Place.WEEKLY))
    tap(set_weekly, SetWeekly.filter())
    tap(show_quiet, ToPlace(Place.QUIET))
    tap(set_quiet, SetQuiet.filter())
    return router
