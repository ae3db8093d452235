"""From an update of Telegram to the row the inbox stores: its lane, its body, its priority."""

import json
from typing import Any

from aiogram.types import Update

from bot.updates.inbox_store import IncomingUpdate
from dialogs.callbacks import DeleteAll, Go, Leave, Mute, Place, Refuse, SayNo, SetModelConsent
from knowledge.command_names import with_known_command
from service.price.values import NEVER

_KINDS = ("message", "callback_query", "my_chat_member", "stopped_message_generation")
# Consent to the model lets it answer the question at once, which takes as long as a question does.
_MODEL_CONSENT = f"{SetModelConsent.__prefix__}:1:"
# What a tapped message shows was written by this bot and is never read back. What counts is who
# tapped, on which message, and what that message replies to.
_UNUSED_OF_TAPPED = frozenset({"from", "text", "entities", "reply_markup", "link_preview_options"})

_OPT_OUT_COMMANDS = ("/stop", "/leave", "/delete")
_OPT_OUT_PREFIXES = frozenset(kind.__prefix__ for kind in (SayNo, Refuse, Leave, DeleteAll))
_OPT_OUT_PLACES = frozenset(Go(place=place).pack() for place in (Place.STOP, Place.PAUSE))
_NO_MODEL = SetModelConsent(on=False).pack()


def from_json(update: dict[str, Any]) -> IncomingUpdate:
    """An update as the inbox stores it; of a tapped message only what is used later."""
    text = with_known_command((update.get("message") or {}).get("text") or "")
    data = (update.get("callback_query") or {}).get("data") or ""
    return IncomingUpdate(
        update_id=update["update_id"],
        lane=lane_of(update),
        body=json.dumps(_without_unused(update), ensure_ascii=False),
        protects=protects(text, data),
    )


def from_model(update: Update) -> IncomingUpdate:
    """The same for an update that aiogram has parsed."""
    return from_json(update.model_dump(mode="json", by_alias=True, exclude_unset=True))


def lane_of(update: dict[str, Any]) -> str:
    """The lane of an update: its sender's id, with ``?`` appended for a question.

    Questions have a lane of their own because answering takes long and must not hold up taps.
    """
    message = update.get("message") or {}
    event: dict[str, Any] = next((update[kind] for kind in _KINDS if update.get(kind)), {})
    sender = event.get("from") or event.get("chat") or {}
    text = message.get("text")
    data = event.get("data") or ""
    question = (text is not None and not text.startswith("/")) or data.startswith(_MODEL_CONSENT)
    return f"{sender.get('id')}{'?' if question else ''}"


def protects(text: str, data: str) -> bool:
    """Whether a message text or callback data is an opt-out: stop, no, refuse, pause, mute, leave.

    Opt-outs always work, so the flood guard never drops them.
    """
    return (
        text.startswith(_OPT_OUT_COMMANDS)
        or data.partition(":")[0] in _OPT_OUT_PREFIXES
        or data in _OPT_OUT_PLACES
        or data == _NO_MODEL
        or data.endswith(f":{NEVER}")
        or (data.startswith(f"{Mute.__prefix__}:") and data.endswith(":1"))
    )


def _without_unused(update: dict[str, Any]) -> dict[str, Any]:
    tap = update.get("callback_query") or {}
    if not tap.get("message"):
        return update
    message = {key: value for key, value in tap["message"].items() if key not in _UNUSED_OF_TAPPED}
    return {**update, "callback_query": {**tap, "message": message}}
