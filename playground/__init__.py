"""Telegram in a browser tab: a local Bot API and a chat page, for the demo and for tests."""

from playground.bot_api.faults import SimulatedFault
from playground.bot_api.flood import FloodLimits
from playground.bot_api.server import BotCall
from playground.errors import ApiError
from playground.playground import Playground
from playground.world.groups import PlayGroup
from playground.world.messages import ChatButton, ChatMessage
from playground.world.people import PlayPerson
from playground.world.world import PlayInvite

__all__ = [
    "ApiError",
    "BotCall",
    "ChatButton",
    "ChatMessage",
    "FloodLimits",
    "PlayGroup",
    "PlayInvite",
    "PlayPerson",
    "Playground",
    "SimulatedFault",
]
