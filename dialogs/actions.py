"""The buttons of what an article, or a model, may offer to do. Their words are the catalogue's."""

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


def acting(actions: Iterable[Action], w: Words) -> tuple[Button, ...]:
    """The buttons of what an article offers to do. To a person leads a button of its own."""
    return tuple(
        _act(fromkey, w) for fromkey in dict.fromkeys(actions) if fromkey is not Action.HUMAN
    )


def _act(action: Action, w: Words) -> Button:
    says = {
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
        return Button(says[action], ShowLicences(page=0))
    return Button(says[action], Go(place=_PLACES[action]))
