"""What a bot may send, edit and delete, through aiogram and by raw calls."""

from unittest.mock import MagicMock

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from playground.bot_api.methods import method_table
from playground.params import METHODS


def keys(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[list(buttons)])


YES = keys(InlineKeyboardButton(text="Yes", callback_data="y"))
SAME = "message is not modified: specified new message content and reply markup are exactly"


JUNK = [0, -1, 10**20, 1.5, "x", True, [], {}, [[]], [{}], ["x"], {"type": "chat"}, {"type": 5}]
PLAYED = method_table(*[MagicMock()] * 4)


@pytest.mark.parametrize("name", PLAYED)
async def test_nonsense_in_any_parameter_is_answered_and_never_breaks_the_server(raw, ana, name):
    good = {"chat_id": ana.id, "message_id": ana.messages[0].message_id, "text": "x"}
    good |= {"draft_id": 1, "action": "typing", "commands": [], "message_ids": [1]}
    good |= {"callback_query_id": "1", "url": ""}
    for parameter in METHODS[name.lower()].model_fields:
        if parameter == "timeout":
            continue
        for junk in JUNK:
            status, answer = await raw(name, json={**good, parameter: junk})
            assert status in {200, 400, 501}, (parameter, junk)
            assert answer["ok"] is (status == 200)


async def test_a_message_arrives_with_its_text_entities_and_keyboard(bot, ana):
    sent = await bot.send_message(ana.id, "<b>Hello</b>", reply_markup=YES)
    assert (sent.text, sent.entities[0].type, sent.chat.id) == ("Hello", "bold", ana.id)
    assert sent.from_user.id == 42
    assert ana.screen.message_id == sent.message_id
    assert ana.screen.buttons[0][0].data == "y"


async def test_parameters_travel_in_all_four_ways_and_unknown_ones_are_ignored(raw, ana):
    values = {"chat_id": ana.id, "text": "hi", "nonsense": "1", "disable_notification": "Yes"}
    for how in ({"data": values}, {"json": values}, {"params": values}):
        assert (await raw("sendMessage", **how))[0] == 200
    assert (await raw("SENDmessage", verb="GET", params=values))[0] == 200
    assert len(ana.heard) == 4


async def test_wrong_tokens_methods_and_bodies_are_refused(raw, ana):
    assert await raw("getMe", token="43:X") == (
        401,
        {"ok": False, "error_code": 401, "description": "Unauthorized"},
    )
    assert await raw("getYou") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found: method not found"},
    )
    headers = {"Content-Type": "application/json"}
    assert (await raw("getMe", data="{", headers=headers))[0] == 400
    assert (await raw("getMe", data="[]", headers=headers))[0] == 400


async def test_features_that_the_playground_lacks_are_answered_501(raw, ana):
    photo = {"chat_id": ana.id, "photo": "x"}
    status, answer = await raw("sendPhoto", json=photo)
    assert (status, answer["error_code"]) == (501, 501)
    assert "the method sendPhoto" in answer["description"]
    status, answer = await raw(
        "sendMessage", json={"chat_id": ana.id, "text": "x", "business_connection_id": "1"}
    )
    assert (status, "business_connection_id" in answer["description"]) == (501, True)
    status, _ = await raw(
        "sendMessage", json={"chat_id": ana.id, "text": "x", "parse_mode": "MarkdownV2"}
    )
    assert status == 501


@pytest.mark.parametrize(
    ("method", "values", "words"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "ANA"}, "message text is empty"),
        ("sendMessage", {"chat_id": 1, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
        (
            "sendMessage",
            {"chat_id": "ANA", "text": "x", "reply_markup": "x"},
            "object expected as reply markup",
        ),
        (
            "sendMessage",
            {"chat_id": "ANA", "text": "x", "reply_markup": []},
            "object expected as reply markup",
        ),
        (
            "sendMessage",
            {"chat_id": "ANA", "text": "x", "entities": [{"type": "bold"}]},
            "can't parse entities JSON object: entities.0.offset: Field required",
        ),
        (
            "sendMessage",
            {"chat_id": "ANA", "text": "x", "reply_parameters": {"message_id": 1}},
            "message to be replied not found",
        ),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"chat_id": "ANA", "message_id": 1}, "message text is empty"),
        (
            "editMessageText",
            {"chat_id": "ANA", "message_id": 1, "text": "x"},
            "message to edit not found",
        ),
        (
            "editMessageText",
            {"chat_id": "ANA", "message_id": "x", "text": "x"},
            "wrong parameter message_id: int expected",
        ),
        ("editMessageReplyMarkup", {"message_id": 1}, "message identifier is not specified"),
        ("deleteMessage", {"chat_id": "ANA", "message_id": 1}, "message to delete not found"),
        (
            "deleteMessages",
            {"chat_id": "ANA", "message_ids": []},
            "message identifiers are not specified",
        ),
        (
            "deleteMessages",
            {"chat_id": "ANA", "message_ids": list(range(101))},
            "too many message identifiers specified",
        ),
        ("sendChatAction", {"chat_id": "ANA"}, "wrong parameter action in request"),
        (
            "sendChatAction",
            {"chat_id": "ANA", "action": "dance"},
            "wrong parameter action in request",
        ),
        (
            "sendMessageDraft",
            {"chat_id": "ANA", "draft_id": 0},
            "draft_id must be non-zero",
        ),
        ("setWebhook", {}, 'parameter "url" is required'),
    ],
)
async def test_invalid_calls_are_refused(raw, ana, method, values, words):
    values = {key: ana.id if value == "ANA" else value for key, value in values.items()}
    status, answer = await raw(method, json=values)
    assert (status, answer["description"]) == (400, f"Bad Request: {words}")


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": 5}, 'field "callback_data" must be of type String'),
        ({"text": 5, "callback_data": "x"}, 'field "text" must be of type String'),
        ({"text": "x", "url": "http://localhost"}, "is invalid: Wrong HTTP URL"),
        ({"text": "x", "web_app": {"url": "http://x.org"}}, "Only HTTPS links are allowed"),
        ({"text": "x", "web_app": "x"}, "Only HTTPS links are allowed"),
        ({"text": "x", "copy_text": {"text": "x" * 257}}, "copy_text must have 1-256"),
        ({"text": "x", "callback_data": "x", "style": "loud"}, "invalid button style"),
        ("x", "InlineKeyboardButton must be an Object"),
    ],
)
async def test_a_button_the_server_does_not_take_is_refused(raw, ana, button, words):
    markup = {"inline_keyboard": [[button]]}
    status, answer = await raw(
        "sendMessage", json={"chat_id": ana.id, "text": "x", "reply_markup": markup}
    )
    assert status == 400
    assert words in answer["description"]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ({"inline_keyboard": {}}, 'field "inline_keyboard" must be of type Array'),
        ({"inline_keyboard": [{}]}, "an Array of Arrays expected"),
        (
            {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 8] * 13},
            "reply markup is too long",
        ),
        ({"keyboard": [[5]]}, "can't parse reply keyboard markup JSON object"),
        ({"force_reply": True, "input_field_placeholder": 5}, "can't parse reply keyboard markup"),
        ({"force_reply": True, "input_field_placeholder": "x" * 65}, "1-64 characters"),
    ],
)
async def test_a_keyboard_the_server_does_not_take_is_refused(raw, ana, markup, words):
    status, answer = await raw(
        "sendMessage", json={"chat_id": ana.id, "text": "x", "reply_markup": markup}
    )
    assert status == 400
    assert words in answer["description"]


async def test_callback_data_may_have_64_bytes_and_textless_buttons_are_dropped(raw, ana):
    row = [{"text": "a", "callback_data": "é" * 32}, {"text": "", "callback_data": "x"}, {}]
    row += [{"text": "b", "url": "https://x.org"}, {"text": "c", "copy_text": {"text": "c"}}]
    markup = {"inline_keyboard": [row, [{}]]}
    _, answer = await raw(
        "sendMessage", json={"chat_id": ana.id, "text": "x", "reply_markup": markup}
    )
    assert ana.screen.labels == ["a", "b", "c"]
    assert len(answer["result"]["reply_markup"]["inline_keyboard"]) == 1
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "x"}] * 14]}
    await raw("sendMessage", json={"chat_id": ana.id, "text": "x", "reply_markup": markup})
    assert len(ana.screen.labels) == 12


async def test_an_edit_changes_the_message_and_without_markup_takes_the_keyboard(bot, ana):
    sent = await bot.send_message(ana.id, "one", reply_markup=YES)
    await bot.edit_message_text("two", chat_id=ana.id, message_id=sent.message_id)
    assert (ana.screen.text, ana.screen.buttons, ana.screen.edits) == ("two", [], 1)
    await bot.edit_message_reply_markup(
        chat_id=ana.id, message_id=sent.message_id, reply_markup=YES
    )
    edited = await bot.edit_message_reply_markup(chat_id=ana.id, message_id=sent.message_id)
    assert (edited.text, edited.reply_markup, ana.screen.edits) == ("two", None, 3)
    assert edited.edit_date == 1_800_000_000


async def test_an_edit_that_changes_nothing_is_refused(bot, ana):
    sent = await bot.send_message(ana.id, "<b>one</b>", reply_markup=YES)
    with pytest.raises(TelegramBadRequest, match=SAME):
        await bot.edit_message_text(
            "<strong>one</strong> ", chat_id=ana.id, message_id=sent.message_id, reply_markup=YES
        )
    await bot.edit_message_text(
        "one", chat_id=ana.id, message_id=sent.message_id, reply_markup=YES
    )
    with pytest.raises(TelegramBadRequest, match=SAME):
        await bot.edit_message_reply_markup(
            chat_id=ana.id, message_id=sent.message_id, reply_markup=YES
        )


async def test_only_own_messages_without_a_reply_keyboard_can_be_edited(bot, ana, raw):
    async def refused(message_id: int) -> None:
        with pytest.raises(TelegramBadRequest, match="message can't be edited"):
            await bot.edit_message_text("x", chat_id=ana.id, message_id=message_id)

    await refused(ana.messages[0].message_id)
    remove = {"remove_keyboard": True}
    for markup in (remove, {"keyboard": [["Yes"]]}, {"nonsense": 1}):
        values = {"chat_id": ana.id, "text": "x", "reply_markup": markup}
        assert (await raw("sendMessage", json=values))[0] == 200
    markup = ReplyKeyboardMarkup(keyboard=[[{"text": "Yes"}]])
    sent = await bot.send_message(ana.id, "x", reply_markup=markup)
    assert (sent.reply_markup, ana.screen.reply_keyboard is None) == (None, False)
    await refused(sent.message_id)
    sent = await bot.send_message(ana.id, "x")
    values = {"chat_id": ana.id, "message_id": sent.message_id, "text": "y"}
    _, answer = await raw(
        "editMessageText", json={**values, "reply_markup": {"force_reply": True}}
    )
    assert answer["description"] == "Bad Request: inline keyboard expected"


async def test_a_deleted_message_is_gone_for_edits_and_deletes(bot, ana):
    sent = await bot.send_message(ana.id, "x")
    assert await bot.delete_message(ana.id, sent.message_id)
    assert ana.heard == []
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("y", chat_id=ana.id, message_id=sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(ana.id, sent.message_id)
    other = await bot.send_message(ana.id, "x")
    assert await bot.delete_messages(ana.id, [sent.message_id, other.message_id, 1])
    assert ana.heard == []


async def test_a_message_can_be_deleted_for_48_hours(bot, ana, clock):
    sent = await bot.send_message(ana.id, "x")
    clock.now += 48 * 3600 + 1
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(ana.id, sent.message_id)


async def test_a_reply_shows_what_it_replies_to(bot, ana):
    sent = await bot.send_message(
        ana.id, "x", reply_parameters=ReplyParameters(message_id=ana.messages[0].message_id)
    )
    assert sent.reply_to_message.text == "/start"
    sent = await bot.send_message(
        ana.id,
        "x",
        reply_parameters=ReplyParameters(message_id=1, allow_sending_without_reply=True),
    )
    assert sent.reply_to_message is None


async def test_a_mention_of_somebody_unknown_is_dropped(bot, ana):
    markup = f'<a href="tg://user?id={ana.id}">a</a> <a href="tg://user?id=7">b</a>'
    (entity,) = (await bot.send_message(ana.id, markup)).entities
    assert (entity.type, entity.user.first_name) == ("text_mention", "Ana")


async def test_the_bot_cannot_write_to_a_person_who_has_not_started_it_or_has_blocked_it(
    bot, pg, ana
):
    async def refused(words: str, kind=TelegramForbiddenError) -> None:
        with pytest.raises(kind, match=words):
            await bot.send_message(person.id, "x")

    person = pg.person("Bo")
    await refused("chat not found", TelegramBadRequest)
    pg.group("Team", [ana, person])
    await refused("bot can't initiate conversation with a user")
    await person.send("/start")
    await bot.send_message(person.id, "x")
    await person.block()
    await refused("bot was blocked by the user")
    with pytest.raises(AssertionError, match="unblock"):
        await person.send("hi")
    await person.unblock()
    await bot.send_message(person.id, "x")
    await person.deactivate()
    await refused("user is deactivated")


async def test_a_group_can_put_the_bot_out_or_become_a_supergroup(bot, pg, ana):
    group = pg.group("Team", [ana])
    await bot.send_message(group.id, "hello")
    assert group.screen.text == "hello"
    new = await group.upgrade(ana.user)
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(group.id, "hello")
    assert moved.value.migrate_to_chat_id == new.id
    await bot.send_message(new.id, "here")
    await new.remove_bot(ana.user)
    with pytest.raises(TelegramForbiddenError, match="is not a member of the supergroup chat"):
        await bot.send_message(new.id, "hello")
    other = pg.group("Other", [ana])
    await ana.send("hi all", chat=other)
    with pytest.raises(TelegramBadRequest, match="message can't be deleted"):
        await bot.delete_message(other.id, other.messages[-1].message_id)
    app = InlineKeyboardButton(text="x", web_app={"url": "https://x.org"})
    with pytest.raises(TelegramBadRequest, match="BUTTON_TYPE_INVALID"):
        await bot.send_message(other.id, "x", reply_markup=keys(app))
    with pytest.raises(TelegramBadRequest, match="only to private chats"):
        await bot.send_message_draft(other.id, 1, text="x")
    await other.remove_bot(ana.user)
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the group chat"):
        await bot.send_message(other.id, "x")


async def test_a_tap_can_be_answered_once_and_within_15_seconds(bot, pg, ana, clock):
    await bot.send_message(ana.id, "x", reply_markup=YES)

    async def tapped() -> str:
        return (await ana.tap("Yes"))["callback_query"]["id"]

    query = await tapped()
    with pytest.raises(TelegramBadRequest, match="MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(query, text="x" * 201)
    with pytest.raises(TelegramBadRequest, match="URL_INVALID"):
        await bot.answer_callback_query(query, url="https://x.org")
    await bot.answer_callback_query(query, url=f"t.me/{pg.username}?start=x")
    for late in (query, "7"):
        with pytest.raises(TelegramBadRequest, match="query is too old and response timeout"):
            await bot.answer_callback_query(late)
    query = await tapped()
    clock.now += 16
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(query)
    await bot.answer_callback_query(await tapped(), text="Saved", show_alert=True)
    assert ana.alerts == ["Saved"]
    assert ana.user.alerts[0].modal


async def test_a_tap_on_a_deleted_message_brings_an_inaccessible_one(bot, ana):
    await bot.send_message(ana.id, "x", reply_markup=YES)
    old = ana.screen
    await bot.delete_message(ana.id, old.message_id)
    update = await ana.tap("Yes", message=old)
    assert update["callback_query"]["message"]["date"] == 0
    received = await bot.get_updates(offset=-1)
    assert type(received[0].callback_query.message).__name__ == "InaccessibleMessage"


async def test_a_draft_is_seen_until_the_message_comes_and_can_be_stopped(bot, pg, ana, clock):
    world = pg._world
    await bot.send_chat_action(ana.id, "typing")
    assert world.live_action(ana.chat)[0] == "typing"
    clock.now += 6
    assert world.live_action(ana.chat) is None
    await bot.send_message_draft(ana.id, 7, text="<i>Think</i>")
    assert world.live_draft(ana.chat).text == "Think"
    with pytest.raises(AssertionError, match="nothing to stop"):
        await ana.press_stop()
    await bot.send_message(ana.id, "Thought")
    assert world.live_draft(ana.chat) is None
    await bot.send_message_draft(ana.id, 8, text="More", can_stop=True, keep_on_stop=True)
    await ana.press_stop()
    assert world.live_draft(ana.chat).text == "More"
    (update,) = await bot.get_updates(offset=-1)
    assert update.stopped_message_generation.draft_id == 8
    await bot.send_message_draft(ana.id, 8, text="More", can_stop=True)
    await ana.press_stop()
    assert world.live_draft(ana.chat) is None
    await bot.send_message_draft(ana.id, 9)
    clock.now += 31
    assert world.live_draft(ana.chat) is None
