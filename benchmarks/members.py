"""Simulated members, and the messages whose buttons they tap."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FIRST_ID = 5_000_000_000

ME = '{"id":42,"is_bot":true,"first_name":"Midline","username":"midline_bot"}'
BOT = json.loads(ME)


@dataclass(slots=True)
class Member:
    """A member who taps again and again, and the message that the taps are on."""

    chat: dict[str, Any]
    user: dict[str, Any]
    message: str
    taps: int = 0
    began: float = 0.0
    edited: bool = True
    answered: bool = True


@dataclass(slots=True)
class Load:
    """The load: callback data in turn, seconds between taps (``think``), and the waits so far."""

    members: int
    taps: Sequence[str]
    think: float = 0.0
    tapping: bool = False
    waits: list[float] = field(default_factory=list)
    calls: int = 0


def make_member(number: int) -> Member:
    """A member who reads English, with a message to tap on."""
    chat = {"id": FIRST_ID + number, "type": "private", "first_name": f"M{number}"}
    user = {
        "id": FIRST_ID + number,
        "is_bot": False,
        "first_name": f"M{number}",
        "language_code": "en",
    }
    return Member(chat, user, make_message(chat, "Your price", None))


def make_message(chat: dict[str, Any], text: str, markup: Any) -> str:
    """A message of the bot as JSON."""
    body = {
        "message_id": 7,
        "from": BOT,
        "chat": chat,
        "date": 1_795_000_000,
        "edit_date": 1_795_000_000,
        "text": text,
    }
    if markup:
        body["reply_markup"] = json.loads(markup) if isinstance(markup, str) else markup
    return json.dumps(body, ensure_ascii=False)
