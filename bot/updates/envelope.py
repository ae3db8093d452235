"""An update the way the inbox keeps it, and whose it is."""

import json
from typing import Any

from aiogram.types import Update

from bot.updates.inbox_store import Arrived
from dialogs.callbacks import DeleteAll, Go, Leave, Mute, Place, Refuse, SayNo, SetModel
from service.price.values import NEVER

_KINDS = ("message", "callback_query", "my_chat_member", "stopped_message_generation")
# A yes to the model lets it answer the question at once, which takes as long as a question does.
_ASKS_AGAIN = f"{SetModel.__prefix__}:1:"


def lane_of(update: dict[str, Any]) -> str:
    """Who an update is from, and whether it is a question."""
    message = update.get("message") or {}
    event: dict[str, Any] = next((update[kind] for kind in _KINDS if update.get(kind)), {})
    sender = event.get("from") or event.get("chat") or {}
    text = message.get("text")
    data = event.get("data") or ""
    question = (text is not None and not text.startswith("/")) or data.startswith(_ASKS_AGAIN)
    return f"{sender.get('id')}{'?' if question else ''}"


# What a tapped message shows was written here, and nobody reads it from there. What counts is who
# tapped, on which message, and what that replies to.
_SHOWN = frozenset({"from", "text", "entities", "reply_markup", "link_preview_options"})


def _without_what_is_shown(update: dict[str, Any]) -> dict[str, Any]:
    tap = update.get("callback_query") or {}
    if not tap.get("message"):
        return update
    message = {key: value for key, value in tap["message"].items() if key not in _SHOWN}
    return {**update, "callback_query": {**tap, "message": message}}


def arrived(update: dict[str, Any]) -> Arrived:
    """An update the way the inbox keeps it; of a tapped message, all but what it shows."""
    text = (update.get("message") or {}).get("text") or ""
    data = (update.get("callback_query") or {}).get("data") or ""
    return Arrived(
        update_id=update["update_id"],
        lane=lane_of(update),
        body=json.dumps(_without_what_is_shown(update), ensure_ascii=False),
        protects=protects(text, data),
    )


_COMMANDS = ("/stop", "/leave", "/delete")


_PREFIXES = frozenset(kind.__prefix__ for kind in (SayNo, Refuse, Leave, DeleteAll))


_PLACES = frozenset(Go(place=place).pack() for place in (Place.STOP, Place.PAUSE))


_NO_MODEL = SetModel(on=False).pack()


def protects(text: str, data: str) -> bool:
    """Whether an update takes its sender out of something."""
    return (
        text.startswith(_COMMANDS)
        or data.partition(":")[0] in _PREFIXES
        or data in _PLACES
        or data == _NO_MODEL
        or data.endswith(f":{NEVER}")
        or (data.startswith(f"{Mute.__prefix__}:") and data.endswith(":1"))
    )


def stored(update: Update) -> Arrived:
    """An update as the inbox keeps it."""
    return arrived(update.model_dump(mode="json", by_alias=True, exclude_unset=True))
