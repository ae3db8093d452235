"""Every command that the bot answers is in Telegram's menu and in the help, or excepted."""

import re

import pytest
from aiogram.filters import Command

from bot.chat.routers import build_routers
from bot.telegram.profile import commands
from dialogs import about
from dialogs.callbacks import Go, Place, ShowLicences
from knowledge.command_names import _WORDS
from locales.words import words

NOT_IN_MENU = {
    "announce": "for staff, who are told of it when they open their link",
    "start": "Telegram shows it by itself",
}
"""Commands that are answered and stand in no menu, each with the reason."""

BY_BUTTON = {
    "licences": ShowLicences,
    "price": Go(place=Place.KNOB),
    "notices": Go(place=Place.NOTICES),
    "settings": Go(place=Place.SETTINGS),
}
"""Commands that the help offers as a button in place of their name."""

NOT_IN_HELP = {
    "about": "a page of the menu, and nothing that helps",
    "choices": "named in words: what you refuse everywhere, and the pause",
    "help": "it is the help",
    "language": "a button of the settings",
    "mid": "a button of the first screen",
    "privacy": "a page of the menu, and nothing that helps",
}
"""Commands of the menu that the help does not name, each with the reason."""


def answered_commands() -> set[str]:
    """The names of all commands that a router has a handler for."""
    return {
        name
        for router in build_routers()
        for handler in router.message.handlers
        for filter_ in handler.filters or ()
        if isinstance(filter_.callback, Command)
        for name in filter_.callback.commands
        if isinstance(name, str)
    }


def menu_commands() -> set[str]:
    return {command.command for command in commands(words("en"))}


def test_commands_are_found_in_the_routers():
    assert {"licences", "price", "stop", "announce", "start"} <= answered_commands()


def test_every_answered_command_is_in_telegrams_menu_or_excepted():
    assert answered_commands() - menu_commands() == set(NOT_IN_MENU)


def test_every_command_of_telegrams_menu_is_answered():
    assert menu_commands() <= answered_commands()


def test_every_answered_command_is_understood_in_other_spellings():
    assert answered_commands() == set(_WORDS)


def test_every_command_of_the_menu_is_named_by_the_help_or_excepted():
    screen = about.help_(words("en"))
    named = set(re.findall(r"/([a-z]+)", str(screen.text)))
    targets = [button.target for row in screen.rows for button in row]
    offered = {
        name
        for name, target in BY_BUTTON.items()
        if any(
            button == target or (isinstance(target, type) and isinstance(button, target))
            for button in targets
        )
    }
    assert offered == set(BY_BUTTON)
    assert menu_commands() - named - offered == set(NOT_IN_HELP)


@pytest.mark.parametrize("reasons", [NOT_IN_MENU, NOT_IN_HELP])
def test_every_exception_has_its_reason(reasons):
    assert all(reasons.values())
