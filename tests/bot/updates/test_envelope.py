"""Which fields of an update the inbox stores."""

import json
from typing import Any

import pytest

from bot.updates.envelope import from_json, read_updates


def test_of_a_tapped_message_only_the_fields_that_are_read_are_stored() -> None:
    ana = {"id": 5, "is_bot": False, "first_name": "Ana"}
    chat = {"id": 5, "type": "private", "first_name": "Ana"}
    question = {"message_id": 3, "date": 1, "chat": chat, "from": ana, "text": "who pays?"}
    shown = {
        "message_id": 7,
        "date": 2,
        "chat": chat,
        "from": {"id": 42, "is_bot": True, "first_name": "Midline"},
        "text": "Your price: +3",
        "entities": [{"type": "bold", "offset": 0, "length": 4}],
        "reply_markup": {"inline_keyboard": [[{"text": "Home", "callback_data": "g1:home"}]]},
        "reply_to_message": question,
    }
    update = {
        "update_id": 9,
        "callback_query": {"id": "1", "from": ana, "data": "s1:all:3", "message": shown},
    }
    stored = from_json(update)
    assert stored is not None
    tap = json.loads(stored.body)["callback_query"]
    nameless = ana | {"first_name": ""}
    chat = {"id": 5, "type": "private"}
    assert tap.pop("message") == {
        "message_id": 7,
        "date": 2,
        "chat": chat,
        "reply_to_message": question | {"chat": chat, "from": nameless},
    }
    assert tap == {"id": "1", "from": nameless, "data": "s1:all:3", "chat_instance": ""}
    # What came is whole: who counts it, or stores it again, reads the same.
    assert update["callback_query"]["message"] is shown
    assert shown["text"] == "Your price: +3"


def message(**fields: Any) -> dict[str, Any]:
    """A message of Ana to the bot, with some fields added or replaced."""
    chat = {"id": 5, "type": "private", "first_name": "Ana"}
    sender = {"id": 5, "is_bot": False, "first_name": "Ana"}
    return {"message_id": 3, "date": 1, "chat": chat, "from": sender, **fields}


def kept(**fields: Any) -> dict[str, Any] | None:
    """What is stored of such a message."""
    stored = from_json({"update_id": 9, "message": message(**fields)})
    return None if stored is None else json.loads(stored.body)["message"]


def test_parts_that_this_version_does_not_know_do_not_lose_a_message() -> None:
    unknown = {"paid_media": {"star_count": 5, "paid_media": [{"type": "hologram"}]}, "new": [1]}
    told = kept(text="who pays?", reply_to_message=message(text="hello", **unknown), **unknown)
    assert told is not None
    assert told["text"] == "who pays?"
    assert told["reply_to_message"]["text"] == "hello"
    assert "paid_media" not in told.keys() | told["reply_to_message"].keys()
    assert kept(text="who pays?", reply_to_message=7) == kept(text="who pays?")


def test_what_is_written_below_a_picture_is_read_as_text() -> None:
    told = kept(photo=[{"file_id": "x"}], caption="who pays?")
    assert told is not None
    assert told["text"] == "who pays?"
    assert "photo" not in told


@pytest.mark.parametrize(
    "note",
    [
        {"pinned_message": message(text="x")},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400}},
        {"chat_background_set": {"type": {}}},
        {"something_of_a_later_year": {}},
        {"text": ""},
    ],
)
def test_a_note_of_telegram_is_not_a_message_of_the_member(note: dict[str, Any]) -> None:
    assert kept(**note) is None


@pytest.mark.parametrize("tag", ["x" * 36, "de\x00", "\ud800", 5, ["en"], ""])
def test_a_language_that_is_no_tag_is_left_out(tag: Any) -> None:
    told = kept(text="x", **{"from": {"id": 5, "is_bot": False, "language_code": tag}})
    assert told is not None
    assert "language_code" not in told["from"]


@pytest.mark.parametrize("text", ["\ud800 who pays?", "who \x00 pays?"])
def test_a_text_that_no_store_can_hold_is_mended(text: str) -> None:
    told = kept(text=text)
    assert told is not None
    told["text"].encode()
    assert "\x00" not in told["text"]
    assert "pays?" in told["text"]


STRANGE: list[Any] = [
    None,
    5,
    [],
    {},
    {"update_id": 1.5, "message": message(text="x")},
    {"update_id": "one", "message": message(text="x")},
    {"update_id": 2**70, "message": message(text="x")},
    {"message": message(text="x")},
    {"update_id": 1, "message": [message(text="x")]},
    {"update_id": 1, "message": message(text=5)},
    {"update_id": 1, "message": message(text="x", **{"from": {"id": "5"}})},
    {"update_id": 1, "message": message(text="x", chat={"id": 2**80, "type": "private"})},
    {"update_id": 1, "callback_query": {"id": "1", "from": {"id": 5}, "data": ["n1"]}},
    {"update_id": 1, "callback_query": {"id": 1, "from": {"id": 5}, "data": "n1"}},
]


@pytest.mark.parametrize("update", STRANGE)
def test_an_update_of_other_types_is_set_aside_alone(update: Any) -> None:
    sound = {"update_id": 2, "message": message(text="who pays?")}
    reasons: list[str] = []
    taken = read_updates([update, sound], reasons.append)
    assert [incoming.update_id for incoming in taken] == [2]
    assert len(reasons) == 1
