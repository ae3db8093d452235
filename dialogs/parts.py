"""Pieces that many screens share: buttons, paging and notes."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aiogram.filters.callback_data import CallbackData

from dialogs.callbacks import Go, Place
from dialogs.screen import Button, Row
from locales.words import Words
from service.standing.values import Pause


def home(w: Words) -> Button:
    """The button to the first screen."""
    return Button(w.p("button", "Home"), Go(place=Place.HOME))


def human(w: Words) -> Button:
    """The button to the people who can be asked."""
    return Button(w.p("button", "Ask a person"), Go(place=Place.HUMAN))


def back(w: Words, place: Place) -> Button:
    """The button back to a screen that takes no parameter."""
    return Button(w.p("button", "Back"), Go(place=place))


def page_buttons(page: int, pages: int, target: Callable[[int], CallbackData], w: Words) -> Row:
    """Buttons to the page before and the page after, where there is one; pages count from 0."""
    turns = ((w.p("button", "Earlier page"), page - 1), (w.p("button", "Next page"), page + 1))
    return tuple(Button(label, target(number)) for label, number in turns if 0 <= number < pages)


def nearest_page(page: int, pages: int) -> int:
    """``page``, or the first or last of ``pages`` where there is no such page."""
    return min(max(page, 0), pages - 1)


def pause_note(pause: Pause, w: Words) -> str | None:
    """The sentence that says why the member is in no licence, None while nothing is paused."""
    if pause is Pause.STOPPED:
        return w.t("You stopped everything. You are in no licence.")
    if pause is Pause.PAUSED:
        return w.t("You paused everything. You are in no licence.")
    return None


def day(at: datetime, zone: str) -> date:
    """The date of a moment in an IANA time zone."""
    return at.astimezone(ZoneInfo(zone)).date()
