"""Language and time zone."""

from zoneinfo import available_timezones

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.filters import To
from bot.member import Who
from bot.show import Show
from dialogs import settings
from dialogs.callbacks import Place, SetLanguage, SetZone, ShowZones
from locales.words import SHIPPED
from service.deps import Deps
from service.errors import NotFoundError
from service.people import cases
from service.price import cases as price


async def show_settings(_: Message | CallbackQuery, deps: Deps, who: Who, show: Show) -> None:
    """``/settings``."""
    view = await price.portfolio(deps, who.id)
    await show(settings.screen(view.picture, who.w), who.w.locale)


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
    await show_settings(_, deps, who.speaking(callback_data.locale), show)


async def show_zones(
    _: CallbackQuery, callback_data: ShowZones, deps: Deps, who: Who, show: Show
) -> None:
    """A page of time zones."""
    view = await price.portfolio(deps, who.id)
    await show(settings.zones(view.picture, callback_data.page, who.w), who.w.locale)


async def set_zone(
    _: CallbackQuery, callback_data: SetZone, deps: Deps, who: Who, show: Show
) -> None:
    """Live in another time zone."""
    if callback_data.zone not in available_timezones():
        raise NotFoundError(f"no time zone {callback_data.zone!r}")
    await cases.choose_zone(deps, who.id, callback_data.zone)
    await show_settings(_, deps, who, show)


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
    return router
