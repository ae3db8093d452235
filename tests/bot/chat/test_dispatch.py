"""Looking handlers up finds the very one that asking all in turn finds, and asks few."""

from typing import Any

import pytest
from aiogram import Bot, Router
from aiogram.dispatcher.event.handler import CallableObject, HandlerObject
from aiogram.types import CallbackQuery, Message, User

from bot.chat.dispatch import flatten_routers
from bot.chat.routers import build_routers
from tests.support.screens import all_screens, buttons

ODD_TAPS = ["", ":", "g1", "g1:", "g1:nowhere", "c1", "c1:", "c1:a:b", "s1:all:9", "C1:x", "??"]
COMMANDS = [
    *("start", "licences", "price", "choices", "notices", "statement", "mydata", "delete"),
    *("receipt", "language", "human", "privacy", "about", "settings", "help", "mid", "stop"),
    *("leave", "announce"),
]
SAID = [f"/{one}" for one in COMMANDS]
ODD_TEXTS = [
    *("hello", " /price", "/price now", "/price\nnow", "/price@midline_bot", "/price@other_bot"),
    *("/PRICE", "/pric", "/prices", "/", "/ price", "price", "//price", "@price", "!price"),
    *("/start abc", "/start staff_abc", "/start@midline_bot abc", "", " "),
]


class Asked(HandlerObject):
    """A handler that counts how often one like it was asked."""

    count = 0

    async def check(self, *args: Any, **kwargs: Any) -> tuple[bool, dict[str, Any]]:
        Asked.count += 1
        return await super().check(*args, **kwargs)


def told(routers: list[Router]) -> list[str]:
    """Let every handler say only its place, into the list that is returned."""
    said: list[str] = []
    for router in routers:
        for observer in (router.message, router.callback_query):
            for number, one in enumerate(observer.handlers):
                name = f"{router.name} {observer.event_name} {number}"

                async def say(*_: object, name: str = name) -> None:
                    said.append(name)

                one.__class__ = Asked
                one.callback = say
                one.params, one.varkw = CallableObject(lambda _: None).params, False
                one.awaitable = True
    return said


@pytest.fixture
def bot() -> Bot:
    made = Bot("1:" + "a" * 35)
    made._me = User(id=1, is_bot=True, first_name="Midline", username="midline_bot")
    return made


def message(bot: Bot, **more: Any) -> Message:
    chat = {"id": 1, "type": "private"}
    given = {"message_id": 7, "date": 1, "chat": chat, **more}
    return Message.model_validate(given, context={"bot": bot})


def tap(bot: Bot, data: str) -> CallbackQuery:
    user = {"id": 1, "is_bot": False, "first_name": "Ana"}
    given = {"id": "1", "from": user, "chat_instance": "1", "data": data}
    return CallbackQuery.model_validate(given | {"message": message(bot)}, context={"bot": bot})


async def compare(bot: Bot, events: list[tuple[str, Any]], most: int) -> list[str]:
    """Let both dispatch each event; returns who answered, and holds how many were asked."""
    routers = build_routers()
    said = told(routers)
    ours, plain = flatten_routers(routers), Router()
    plain.include_routers(*routers)
    found = []
    for kind, event in events:
        for way in (plain, ours):
            Asked.count = 0
            await way.propagate_event(kind, event, bot=bot, deps=None, actor=None)
        assert Asked.count <= most, event
        in_turn, looked_up = said
        assert in_turn == looked_up, event
        found.append(in_turn)
        said.clear()
    return found


async def test_every_button_finds_who_answers_it_after_asking_one(bot):
    pressed = sorted({one.target.pack() for _, _, made in all_screens() for one in buttons(made)})
    taps = [("callback_query", tap(bot, data)) for data in pressed]
    found = await compare(bot, taps, 1)
    assert len(set(found)) > 60
    assert not [one for one in found if one.startswith("fallback")]


async def test_an_old_or_forged_button_is_answered_after_asking_two(bot):
    found = await compare(bot, [("callback_query", tap(bot, data)) for data in ODD_TAPS], 2)
    assert "fallback callback_query 0" in found


async def test_every_command_and_whatever_is_typed_finds_who_answers_it(bot):
    texts = [message(bot, text=text) for text in SAID + ODD_TEXTS]
    texts += [message(bot), message(bot, caption="/help"), message(bot, caption="a photo")]
    found = await compare(bot, [("message", one) for one in texts], 5)
    assert len(set(found)) > 18
