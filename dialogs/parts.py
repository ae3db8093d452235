"""Pieces that many screens share: the way back, the way to a person, and words for standings."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dialogs.callbacks import Go, Place
from dialogs.screen import Button
from knowledge.cards.standing import (
    in_brief,
    in_quotes,
    position,
    quoted,
    quoted_list,
    refusal,
    stands,
    title,
)
from locales.words import Words

__all__ = [
    "back",
    "day",
    "home",
    "human",
    "in_brief",
    "in_quotes",
    "position",
    "quoted",
    "quoted_list",
    "refusal",
    "stands",
    "title",
]


def home(w: Words) -> Button:
    """Back to the first screen."""
    return Button(w.p("button", "Home"), Go(place=Place.HOME))


def human(w: Words) -> Button:
    """To a person."""
    return Button(w.p("button", "Ask a person"), Go(place=Place.HUMAN))


def back(w: Words, place: Place) -> Button:
    """Back to a screen that needs nothing but its name."""
    return Button(w.p("button", "Back"), Go(place=place))


def day(at: datetime, zone: str) -> date:
    """The day that a moment falls on where somebody lives."""
    return at.astimezone(ZoneInfo(zone)).date()
