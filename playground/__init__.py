"""Telegram in a browser tab: a local Bot API and a chat page, for the demo and for tests."""

from playground.bot_api.faults import Fault
from playground.bot_api.flood import Limits
from playground.bot_api.server import Call
from playground.errors import Refusal
from playground.playground import Playground
from playground.world.groups import Group
from playground.world.messages import Bubble, Button
from playground.world.people import Person
from playground.world.world import Invite

__all__ = [
    "Bubble",
    "Button",
    "Call",
    "Fault",
    "Group",
    "Invite",
    "Limits",
    "Person",
    "Playground",
    "Refusal",
]
