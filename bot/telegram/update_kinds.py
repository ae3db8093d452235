"""The kinds of updates that are asked for, and which kind a stored update is."""

import json

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member", "stopped_message_generation"]
OTHER = "other"


def kind_of(body: str) -> str:
    """The kind of an update, from its JSON; ``OTHER`` where it was not asked for."""
    update = json.loads(body)
    return next((kind for kind in ALLOWED_UPDATES if kind in update), OTHER)
