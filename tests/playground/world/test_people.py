"""The actions of simulated people, and waiting until the bot has handled them."""

import asyncio

import pytest
from aiogram import Dispatcher, F
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from playground import Playground, PlayInvite


def keyboard(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=text, callback_data=data) for text, data in row]
            for row in rows
        ]
    )


def echo() -> Dispatcher:
    dispatcher = Dispatcher(disable_fsm=True)

    @dispatcher.message(F.text == "silence")
    async def silence(message: Message) -> None:
        return None

    @dispatcher.message()
    async def on_message(message: Message) -> None:
        words = message.text or message.caption or "something"
        await message.answer(
            f"<b>{words}</b>", reply_markup=keyboard([("One", "1"), ("Two", "2")])
        )

    @dispatcher.callback_query(F.data == "2")
    async def two(query: CallbackQuery) -> None:
        await query.answer("Two it is")

    @dispatcher.callback_query()
    async def on_tap(query: CallbackQuery) -> None:
        await query.answer()
        assert isinstance(query.message, Message)
        await asyncio.sleep(0.06)
        await query.message.edit_text(f"You tapped {query.data}")

    return dispatcher


async def test_a_message_gets_its_screen_and_a_tap_redraws_it(pg, serve):
    await serve(echo())
    ana = pg.person("Ana", language="es")
    screen = await ana.say("/start x")
    assert (screen.text, screen.html) == ("/start x", "<b>/start x</b>")
    assert screen.labels == ["One", "Two"]
    assert [message.by_bot for message in ana.messages] == [False, True]
    again = await ana.tap_and_wait("One")
    assert (again.text, again.edits, again.buttons) == ("You tapped 1", 1, [])
    assert again is screen


async def test_a_tap_that_only_answers_shows_its_text(pg, serve):
    await serve(echo())
    ana = pg.person("Ana")
    await ana.say("hello")
    await ana.tap_and_wait("Two")
    assert ana.alerts == ["Two it is"]


async def test_a_message_nobody_answers_ends_in_words_that_show_the_screen(pg, serve):
    await serve(echo())
    ana = pg.person("Ana")
    await ana.say("hello")
    await ana.send("silence")
    with pytest.raises(AssertionError, match=r"(?s)message \(read by the bot: True\).*One"):
        await ana.settled(0.2)
    assert ana.open


async def test_an_unknown_label_is_reported_with_the_screen(pg, serve):
    await serve(echo())
    ana = pg.person("Ana")
    await ana.say("hello")
    with pytest.raises(AssertionError, match=r"(?s)no button 'Three'.*\[ One \]"):
        await ana.tap("Three")


async def test_a_forged_tap_carries_any_data(pg, serve):
    await serve(echo())
    ana = pg.person("Ana")
    await ana.say("hello")
    assert (await ana.tap_and_wait(data="forged")).text == "You tapped forged"


async def test_an_invite_waits_until_its_link_is_used(pg, serve):
    await serve(echo())
    ana = pg.person("Ana", invites=[PlayInvite("Nurses", "abc"), PlayInvite("Guild", "def")])
    await ana.say("/start abc")
    assert ana.user.invites == [PlayInvite("Guild", "def")]


async def test_taps_and_words_in_a_group_reach_the_bot_with_the_group(pg, serve):
    await serve(echo())
    ana, bo = pg.person("Ana"), pg.person("Bo", username="bo")
    group = pg.group("Team", [ana, bo])
    assert (await bo.say("hi", chat=group)).text == "hi"
    assert (await ana.tap_and_wait("One", chat=group)).text == "You tapped 1"
    assert [message.text for message in group.messages] == ["hi", "You tapped 1"]
    assert group.messages[0].sender["username"] == "bo"
    assert pg.people == [ana, bo]
    with pytest.raises(AssertionError, match="the bot has said nothing to Ana"):
        _ = ana.screen


async def test_everybody_is_settled_when_events_and_repeats_were_read_too(pg, serve):
    await serve(echo())
    ana, bo = pg.person("Ana"), pg.person("Bo")
    update = await ana.send("hello")
    await bo.block()
    await pg.settled()
    pg.redeliver(update)
    await ana.settled()
    assert [message.text for message in ana.heard] == ["hello", "hello"]
    tap = await ana.tap("One")
    pg.redeliver(tap)
    await pg.settled()
    assert pg.pending <= 1
    assert [call.status for call in pg.calls if call.method == "answerCallbackQuery"] == [200, 400]


async def test_a_person_without_an_answer_is_open_and_one_who_did_nothing_is_not(pg):
    ana, bo = pg.person("Ana"), pg.person("Bo")
    await ana.send("hello?")
    await bo.settled(0)
    with pytest.raises(AssertionError, match=r"read by the bot: False.*\nAna:\n    hello\?"):
        await ana.settled(0.01)


async def test_settled_works_when_every_call_is_slow(pg, serve):
    await serve(echo())
    ana = pg.person("Ana")
    pg.latency = 0.1
    await ana.say("hello")
    assert (await ana.tap_and_wait("One")).text == "You tapped 1"


async def test_a_link_button_is_no_tap(pg, bot, ana):
    link = InlineKeyboardButton(text="Site", url="https://x.org")
    await bot.send_message(
        ana.id, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[link]])
    )
    with pytest.raises(AssertionError, match="is no callback button"):
        await ana.tap("Site")
    with pytest.raises(AssertionError, match="no button 'Nothing' on"):
        await ana.tap("Nothing", message=ana.screen)


async def test_an_error_of_a_background_task_is_raised_when_the_playground_stops():
    pg = Playground()
    await pg.start()

    async def fail() -> None:
        raise ValueError("broken")

    pg._tasks.start(fail())
    await asyncio.sleep(0)
    with pytest.raises(BaseExceptionGroup, match="background work"):
        await pg.stop()


async def test_a_playground_that_was_not_started_can_be_stopped():
    await Playground().stop()
