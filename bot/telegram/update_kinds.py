"""Kinds of updates: which are asked for, and of which kind one is."""

import json

OTHER = "other"


def kind_of(body: str) -> str:
    """What kind of update a stored body is; one of few words, whatever was sent."""
    update = json.loads(body)
    return next((kind for kind in ALLOWED if kind in update), OTHER)


ALLOWED = ["message", "callback_query", "my_chat_member", "stopped_message_generation"]
