"""Which fields of an update the inbox stores."""

import json

from bot.updates.envelope import from_json


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
    kept = json.loads(from_json(update).body)
    tap = kept["callback_query"]
    assert tap.pop("message") == {
        "message_id": 7,
        "date": 2,
        "chat": chat,
        "reply_to_message": question,
    }
    assert tap == {"id": "1", "from": ana, "data": "s1:all:3"}
    # What came is whole: who counts it, or stores it again, reads the same.
    assert update["callback_query"]["message"] is shown
    assert shown["text"] == "Your price: +3"


def test_a_message_of_a_member_is_stored_whole() -> None:
    message = {
        "message_id": 3,
        "date": 1,
        "chat": {"id": 5, "type": "private"},
        "text": "who pays?",
    }
    update = {"update_id": 9, "message": message}
    assert json.loads(from_json(update).body) == update
