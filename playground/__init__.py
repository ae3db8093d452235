"""Telegram in a browser tab: a local Bot API and a chat page, for the demo and for tests."""

from playground.bubbles import Bubble, Button
from playground.errors import Refusal
from playground.faults import Fault
from playground.flood import Limits
from playground.ground import Playground
from playground.groups import Group
from playground.people import Person
from playground.server import Call
from playground.world import Invite

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
