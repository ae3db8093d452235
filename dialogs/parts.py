"""Pieces that many screens share: the way back, the way to a person, and words for standings."""

from dialogs.callbacks import Go, Place
from dialogs.screen import Button
from knowledge.standing import in_brief as in_brief
from knowledge.standing import in_quotes as in_quotes
from knowledge.standing import position as position
from knowledge.standing import quoted as quoted
from knowledge.standing import quoted_list as quoted_list
from knowledge.standing import refusal as refusal
from knowledge.standing import stands as stands
from knowledge.standing import title as title
from locales.words import Words


def home(w: Words) -> Button:
    """Back to the first screen."""
    return Button(w.p("button", "Home"), Go(place=Place.HOME))


def human(w: Words) -> Button:
    """To a person."""
    return Button(w.p("button", "Ask a person"), Go(place=Place.HUMAN))


def back(w: Words, place: Place) -> Button:
    """Back to a screen that needs nothing but its name."""
    return Button(w.p("button", "Back"), Go(place=place))
