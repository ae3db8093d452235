"""From an update of Telegram to the row the inbox stores: its lane, its body, its priority."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiogram.types import Update

from bot.updates.inbox_store import IncomingUpdate
from bot.updates.known_fields import StrangeUpdateError, known_fields, read_update_id
from dialogs.callbacks import DeleteAll, Go, Leave, Mute, Place, Refuse, SayNo, SetModelConsent
from knowledge.command_names import with_known_command
from service.price.values import NEVER

log = structlog.get_logger()

_KINDS = ("message", "callback_query", "my_chat_member", "stopped_message_generation")
# Consent to the model lets it answer the question at once, which takes as long as a question does.
_MODEL_CONSENT = f"{SetModelConsent.__prefix__}:1:"

_OPT_OUT_COMMANDS = ("/stop", "/leave", "/delete")
_OPT_OUT_PREFIXES = frozenset(kind.__prefix__ for kind in (SayNo, Refuse, Leave, DeleteAll))
_OPT_OUT_PLACES = frozenset(Go(place=place).pack() for place in (Place.STOP, Place.PAUSE))
_NO_MODEL = SetModelConsent(on=False).pack()


def parse_update(body: str | bytes) -> Any:
    """An update from its JSON, whatever it holds; None where it is no JSON."""
    try:
        return json.loads(body.decode(errors="replace") if isinstance(body, bytes) else body)
    except (ValueError, RecursionError):
        return None


def read_updates(updates: Sequence[Any], set_aside: Callable[[str], None]) -> list[IncomingUpdate]:
    """The updates to be stored. A strange one is logged without its content, and left out.

    ``set_aside`` is called with the reason for each of those.
    """
    incoming: list[IncomingUpdate] = []
    for update in updates:
        try:
            taken = from_json(update)
        except StrangeUpdateError as error:
            note_set_aside(read_update_id(update), error.reason)
            set_aside(error.reason)
        else:
            incoming.extend(() if taken is None else (taken,))
    return incoming


def note_set_aside(update_id: int | None, reason: str) -> None:
    """Log that an update was acknowledged and not stored, by the id that finds it."""
    log.warning("update_set_aside", update=update_id, field=reason)


def from_json(update: Any) -> IncomingUpdate | None:
    """An update as the inbox stores it; None for one that nothing is done with.

    Raises:
        StrangeUpdateError: it is not an update as Telegram sends it.
    """
    known = known_fields(update)
    if known is None:
        return None
    message = known.get("message", {})
    if "text" in message:
        # A command that is typed otherwise is stored under the name that handlers know.
        message["text"] = with_known_command(message["text"])
    data = known.get("callback_query", {}).get("data", "")
    return IncomingUpdate(
        update_id=known["update_id"],
        lane=lane_of(known),
        body=json.dumps(known, ensure_ascii=False),
        protects=protects(message.get("text", ""), data),
    )


def from_model(update: Update) -> IncomingUpdate | None:
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
