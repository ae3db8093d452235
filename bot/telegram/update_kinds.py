"""The kinds of updates that are asked for, and which kind a stored update is."""

import json
from typing import Any

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member", "stopped_message_generation"]
OTHER = "other"


def kind_in(update: Any) -> str:
    """The kind of an update; ``OTHER`` where it was not asked for, or is none."""
    known = isinstance(update, dict)
    return next((kind for kind in ALLOWED_UPDATES if known and kind in update), OTHER)


def kind_of(body: str) -> str:
    """The kind of a stored update, from its JSON."""
    return kind_in(json.loads(body))
