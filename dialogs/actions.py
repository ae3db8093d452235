"""Buttons for the actions that an article, or a model's answer, may name.

A model picks an ``Action``; the label and the target of its button are fixed here.
"""

from collections.abc import Iterable

from dialogs.callbacks import Go, Place, ShowLicences
from dialogs.screen import Button
from knowledge.values import Action
from locales.words import Words

_PLACES = {
    Action.PRICE: Place.KNOB,
    Action.CHOICES: Place.CHOICES,
    Action.PAUSE: Place.PAUSE,
    Action.RESUME: Place.RESUME,
    Action.STOP: Place.STOP,
    Action.SETTINGS: Place.SETTINGS,
    Action.LANGUAGE: Place.LANGUAGE,
    Action.MIDS: Place.MIDS,
    Action.HELP: Place.HELP,
    Action.ABOUT: Place.ABOUT,
    Action.PRIVACY: Place.PRIVACY,
    Action.LEAVE: Place.LEAVE,
    Action.DELETE: Place.DELETE,
    Action.NOTICES: Place.NOTICES,
}


def action_buttons(actions: Iterable[Action], w: Words) -> tuple[Button, ...]:
    """A button for each action, once. ``HUMAN`` gets none: every answer has that button anyway."""
    return tuple(
        _button(action, w) for action in dict.fromkeys(actions) if action is not Action.HUMAN
    )


def _button(action: Action, w: Words) -> Button:
    labels = {
        Action.LICENCES: w.p("button", "My licences"),
        Action.PRICE: w.p("button", "My price"),
        Action.CHOICES: w.p("button", "My choices"),
        Action.PAUSE: w.p("button", "Pause everything"),
        Action.RESUME: w.p("button", "Resume"),
        Action.STOP: w.p("button", "Stop everything"),
        Action.SETTINGS: w.p("button", "Settings"),
        Action.LANGUAGE: w.p("button", "Language"),
        Action.MIDS: w.p("button", "My MIDs"),
        Action.HELP: w.p("button", "Help"),
        Action.ABOUT: w.p("button", "What Midline is"),
        Action.PRIVACY: w.p("button", "Privacy"),
        Action.LEAVE: w.p("button", "Leave a MID"),
        Action.DELETE: w.p("button", "Delete everything"),
        Action.NOTICES: w.p("button", "All notices"),
    }
    if action is Action.LICENCES:
        return Button(labels[action], ShowLicences(page=0))
    return Button(labels[action], Go(place=_PLACES[action]))
