"""Of an update only the fields that are used, each of the type that it should have.

What the bot does not use is not stored, whatever it is: a type that a newer Bot API brings inside
a message, or a file, cannot make the message unreadable. A used field of another type makes the
whole update strange, because what the sender meant is then unknown.
"""

import re
from typing import Any

LARGEST_ID = 2**53 - 1
"""The largest id that is taken: Telegram's have at most 52 significant bits."""

LONGEST_TEXT = 16_384
LONGEST_DATA = 256
LONGEST_ID_TEXT = 128
_TAG = re.compile(r"[A-Za-z0-9-]{1,35}", re.ASCII)
# Half of a character, which no encoding can write, and NUL, which PostgreSQL does not store.
_UNWRITABLE = re.compile("[\ud800-\udfff\x00]")

# Messages that somebody wrote or sent. All others are notes of Telegram: pinned, a timer, a title.
_CONTENTS = frozenset({
    "animation", "audio", "checklist", "contact", "dice", "document", "game", "giveaway",
    "live_photo", "location", "paid_media", "photo", "poll", "rich_message", "sticker", "story",
    "venue", "video", "video_note", "voice",
})  # fmt: skip

_CHAT_TYPES = frozenset({"private", "group", "supergroup", "channel"})


class StrangeUpdateError(ValueError):
    """An update, or a field of it that is used, is not what the Bot API says.

    ``reason`` names the field and nothing of its content.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_update_id(update: Any) -> int | None:
    """The id of an update; None where it has none that could be acknowledged."""
    found = update.get("update_id") if isinstance(update, dict) else None
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, str) and re.fullmatch(r"[0-9]{1,16}", found, re.ASCII):
        found = int(found)
    return found if type(found) is int and 0 <= found <= LARGEST_ID else None


def known_fields(update: Any) -> dict[str, Any] | None:
    """The used fields of an update; None for one that nothing is done with.

    Raises:
        StrangeUpdateError: a used field has another type or is missing.
    """
    if not isinstance(update, dict):
        raise StrangeUpdateError("update")
    update_id = read_update_id(update)
    if update_id is None:
        raise StrangeUpdateError("update_id")
    for kind, read in _KINDS.items():
        # An update has one kind. Telegram sends no empty ones.
        if update.get(kind) is not None:
            event = read(_object(update[kind], kind), kind)
            return None if event is None else {"update_id": update_id, kind: event}
    return None


def _message(message: dict[str, Any], path: str) -> dict[str, Any] | None:
    chat = _chat(message.get("chat"), f"{path}.chat")
    text = message.get("text")
    # What is written below a picture is as much said as what is written alone.
    text = message.get("caption") if text is None else text
    kept = _base_message(message, chat, path)
    if text is not None:
        kept["text"] = _text(text, LONGEST_TEXT, f"{path}.text")
    if not kept.get("text"):
        kept.pop("text", None)
        if not message.keys() & _CONTENTS:
            return None
    if chat["type"] != "private" and not kept.get("text", "").startswith("/"):
        return None
    if isinstance(message.get("media_group_id"), str):
        kept["media_group_id"] = _text(message["media_group_id"], LONGEST_ID_TEXT, path)
    replied = _replied(message.get("reply_to_message"), path)
    return kept if replied is None else {**kept, "reply_to_message": replied}


def _base_message(message: dict[str, Any], chat: dict[str, Any], path: str) -> dict[str, Any]:
    kept = {
        "message_id": _id(message.get("message_id"), f"{path}.message_id"),
        "date": _date(message.get("date")),
        "chat": chat,
    }
    if message.get("from") is not None:
        kept["from"] = _user(message["from"], f"{path}.from")
    thread = message.get("message_thread_id")
    if message.get("is_topic_message") is True and type(thread) is int:
        kept |= {
            "message_thread_id": _id(thread, f"{path}.message_thread_id"),
            "is_topic_message": True,
        }
    return kept


def _replied(message: Any, path: str) -> dict[str, Any] | None:
    """What a message replies to: its text and its author. Without them the reply stands alone."""
    if not isinstance(message, dict):
        return None
    try:
        kept = _base_message(message, _chat(message.get("chat"), path), path)
        text = message.get("text")
        text = message.get("caption") if text is None else text
        if text is not None:
            kept["text"] = _text(text, LONGEST_TEXT, path)
    except StrangeUpdateError:
        return None
    return kept


def _tap(tap: dict[str, Any], path: str) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "id": _text(tap.get("id"), LONGEST_ID_TEXT, f"{path}.id"),
        "from": _user(tap.get("from"), f"{path}.from"),
        "chat_instance": "",
    }
    if tap.get("data") is not None:
        kept["data"] = _text(tap["data"], LONGEST_DATA, f"{path}.data")
    shown = tap.get("message")
    if shown is not None:
        kept["message"] = _tapped(_object(shown, f"{path}.message"), f"{path}.message")
    return kept


def _tapped(message: dict[str, Any], path: str) -> dict[str, Any]:
    """The tapped message. What it shows was written by this bot and is never read back.

    What counts is who tapped, on which message, and what that message replies to.
    """
    kept = _base_message(message, _chat(message.get("chat"), f"{path}.chat"), path)
    kept.pop("from", None)
    replied = _replied(message.get("reply_to_message"), path)
    return kept if replied is None else {**kept, "reply_to_message": replied}


def _membership(event: dict[str, Any], path: str) -> dict[str, Any] | None:
    """That a person blocked or unblocked the bot; None for groups."""
    chat = _chat(event.get("chat"), f"{path}.chat")
    new = _object(event.get("new_chat_member"), f"{path}.new_chat_member")
    status = _text(new.get("status"), LONGEST_ID_TEXT, f"{path}.new_chat_member.status")
    if chat["type"] != "private":
        return None
    user = _user(event.get("from"), f"{path}.from")
    # Other states have fields of their own, which are not used.
    member = (
        {"status": "kicked", "user": user, "until_date": 0}
        if status == "kicked"
        else {"status": "member", "user": user}
    )
    return {
        "chat": chat,
        "from": user,
        "date": _date(event.get("date")),
        "old_chat_member": {"status": "left", "user": user},
        "new_chat_member": member,
    }


def _stopped(event: dict[str, Any], path: str) -> dict[str, Any]:
    return {
        "chat": _chat(event.get("chat"), f"{path}.chat"),
        "draft_id": _id(event.get("draft_id"), f"{path}.draft_id"),
    }


_KINDS = {
    "message": _message,
    "callback_query": _tap,
    "my_chat_member": _membership,
    "stopped_message_generation": _stopped,
}


def _chat(chat: Any, path: str) -> dict[str, Any]:
    chat = _object(chat, path)
    type_ = chat.get("type")
    if not isinstance(type_, str) or type_ not in _CHAT_TYPES:
        raise StrangeUpdateError(f"{path}.type")
    return {"id": _id(chat.get("id"), f"{path}.id"), "type": type_}


def _user(user: Any, path: str) -> dict[str, Any]:
    """The sender, without a name: nothing that Midline says or stores has one."""
    user = _object(user, path)
    if type(user.get("is_bot", False)) is not bool:
        raise StrangeUpdateError(f"{path}.is_bot")
    kept = {
        "id": _id(user.get("id"), f"{path}.id"),
        "is_bot": user.get("is_bot", False),
        "first_name": "",
    }
    tag = user.get("language_code")
    if isinstance(tag, str) and _TAG.fullmatch(tag):
        kept["language_code"] = tag
    return kept


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise StrangeUpdateError(path)
    return value


def _id(value: Any, path: str) -> int:
    # True is an int in Python but no id.
    if type(value) is not int or abs(value) > LARGEST_ID:
        raise StrangeUpdateError(path)
    return value


def _date(value: Any) -> int:
    """When it was sent, which is not used except to tell that a message is still there."""
    return value if type(value) is int and 0 <= value < 2**32 else 1


def _text(value: Any, longest: int, path: str) -> str:
    if not isinstance(value, str):
        raise StrangeUpdateError(path)
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", value[:longest])
