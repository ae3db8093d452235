"""Language, time zone, and how much of one's attention notices may take."""

from zoneinfo import available_timezones

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import To
from bot.chat.identity import Who
from bot.chat.show import Show
from dialogs import notice_settings, settings
from dialogs.callbacks import Place, SetLanguage, SetQuiet, SetWeekly, SetZone, ShowZones
from locales.words import SHIPPED
from service.deps import Deps
from service.errors import NotFoundError
from service.notices.inbox import cases as notice_inbox
from service.people import cases
from service.standing import cases as standing_cases


async def show_settings(_: Message | CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """``/settings``."""
    view = await notice_inbox.attention(deps, who.id)
    await show(settings.screen(view, who.w), who.w.locale)


async def _saved(deps: Deps, who: Who, show: Show) -> None:
    view = await notice_inbox.attention(deps, who.id)
    await show(settings.screen(view, who.w, saved=True), who.w.locale)


async def show_languages(_: Message | CallbackQuery, who: Who, show: Show) -> None:
    """``/language``."""
    await show(settings.language(who.w), who.w.locale)


async def set_language(
    _: CallbackQuery, callback_data: SetLanguage, deps: Deps, who: Who, show: Show
) -> None:
    """Speak another language."""
    if callback_data.locale not in SHIPPED:
        raise NotFoundError(f"no language {callback_data.locale!r}")
    await cases.choose_language(deps, who.id, callback_data.locale)
    await _saved(deps, who.speaking(callback_data.locale), show)


async def show_zones(
    _: CallbackQuery, callback_data: ShowZones, deps: Deps, who: Who, show: Show
) -> None:
    """A page of time zones."""
    view = await standing_cases.read_portfolio(deps, who.id)
    await show(settings.zones(view.snapshot, callback_data.page, who.w), who.w.locale)


async def set_zone(
    _: CallbackQuery, callback_data: SetZone, deps: Deps, who: Who, show: Show
) -> None:
    """Live in another time zone."""
    if callback_data.zone not in available_timezones():
        raise NotFoundError(f"no time zone {callback_data.zone!r}")
    await cases.choose_zone(deps, who.id, callback_data.zone)
    await _saved(deps, who, show)


async def show_weekly(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """How many notices a week."""
    view = await notice_inbox.attention(deps, who.id)
    await show(notice_settings.weekly(view, who.w), who.w.locale)


async def set_weekly(
    _: CallbackQuery, callback_data: SetWeekly, deps: Deps, who: Who, show: Show
) -> None:
    """Hear at most so many a week from each MID."""
    await cases.choose_weekly(deps, who.id, notice_settings.number(callback_data.to))
    await _saved(deps, who, show)


async def show_quiet(_: CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """At which hours no notices."""
    view = await notice_inbox.attention(deps, who.id)
    await show(notice_settings.quiet(view, who.w), who.w.locale)


async def set_quiet(
    _: CallbackQuery, callback_data: SetQuiet, deps: Deps, who: Who, show: Show
) -> None:
    """Hear nothing but what is urgent at these hours."""
    await cases.choose_quiet(deps, who.id, notice_settings.hours(callback_data.to))
    await _saved(deps, who, show)


def build_router() -> Router:
    """A fresh router."""
    router = Router(name="settings")
    router.message.register(show_settings, Command("settings"))
    router.message.register(show_languages, Command("language"))
    tap = router.callback_query.register
    tap(show_settings, To(Place.SETTINGS))
    tap(show_languages, To(Place.LANGUAGE))
    tap(set_language, SetLanguage.filter())
    tap(show_zones, ShowZones.filter())
    tap(set_zone, SetZone.filter())
    tap(show_weekly, To(Place.WEEKLY))
    tap(set_weekly, SetWeekly.filter())
    tap(show_quiet, To(Place.QUIET))
    tap(set_quiet, SetQuiet.filter())
    return router
