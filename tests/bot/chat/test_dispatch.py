"""Flat dispatch picks the handler that aiogram would pick, and tries few to find it."""

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
COMMAND_TEXTS = [f"/{command}" for command in COMMANDS]
ODD_TEXTS = [
    *("hello", " /price", "/price now", "/price\nnow", "/price@midline_bot", "/price@other_bot"),
    *("/PRICE", "/pric", "/prices", "/", "/ price", "price", "//price", "@price", "!price"),
    *("/start abc", "/start staff_abc", "/start@midline_bot abc", "", " "),
]


class CountingHandler(HandlerObject):
    """A handler that counts in ``count`` how many of its class were tried."""

    count = 0

    async def check(self, *args: Any, **kwargs: Any) -> tuple[bool, dict[str, Any]]:
        CountingHandler.count += 1
        return await super().check(*args, **kwargs)


def record_calls(routers: list[Router]) -> list[str]:
    """Replace every handler by one that appends its place to the list that is returned."""
    calls: list[str] = []
    for router in routers:
        for observer in (router.message, router.callback_query):
            for number, handler in enumerate(observer.handlers):
                name = f"{router.name} {observer.event_name} {number}"

                async def record(*_: object, name: str = name) -> None:
                    calls.append(name)

                handler.__class__ = CountingHandler
                handler.callback = record
                handler.params, handler.varkw = CallableObject(lambda _: None).params, False
                handler.awaitable = True
    return calls


@pytest.fixture
def bot() -> Bot:
    bot = Bot("1:" + "a" * 35)
    bot._me = User(id=1, is_bot=True, first_name="Midline", username="midline_bot")
    return bot


def message(bot: Bot, **more: Any) -> Message:
    chat = {"id": 1, "type": "private"}
    fields = {"message_id": 7, "date": 1, "chat": chat, **more}
    return Message.model_validate(fields, context={"bot": bot})


def tap(bot: Bot, data: str) -> CallbackQuery:
    user = {"id": 1, "is_bot": False, "first_name": "Ana"}
    fields = {"id": "1", "from": user, "chat_instance": "1", "data": data, "message": message(bot)}
    return CallbackQuery.model_validate(fields, context={"bot": bot})


async def compare(bot: Bot, events: list[tuple[str, Any]], most: int) -> list[str]:
    """Dispatch each event flat and by aiogram; returns which handlers answered.

    Asserts that both choose the same handler and that ``most`` handlers at most are tried.
    """
    routers = build_routers()
    calls = record_calls(routers)
    flat, nested = flatten_routers(routers), Router()
    nested.include_routers(*routers)
    answered_by = []
    for kind, event in events:
        for router in (nested, flat):
            CountingHandler.count = 0
            await router.propagate_event(kind, event, bot=bot, deps=None, actor=None)
        assert CountingHandler.count <= most, event
        by_aiogram, by_index = calls
        assert by_aiogram == by_index, event
        answered_by.append(by_aiogram)
        calls.clear()
    return answered_by


async def test_every_button_reaches_its_handler_after_one_try(bot):
    pressed = sorted(
        {button.target.pack() for _, _, screen in all_screens() for button in buttons(screen)}
    )
    taps = [("callback_query", tap(bot, data)) for data in pressed]
    handlers = await compare(bot, taps, 1)
    assert len(set(handlers)) > 60
    assert not [handler for handler in handlers if handler.startswith("fallback")]


async def test_an_old_or_forged_button_is_answered_within_two_tries(bot):
    handlers = await compare(bot, [("callback_query", tap(bot, data)) for data in ODD_TAPS], 2)
    assert "fallback callback_query 0" in handlers


async def test_every_command_and_typed_text_reaches_the_handler_that_aiogram_picks(bot):
    texts = [message(bot, text=text) for text in COMMAND_TEXTS + ODD_TEXTS]
    texts += [message(bot), message(bot, caption="/help"), message(bot, caption="a photo")]
    handlers = await compare(bot, [("message", text) for text in texts], 5)
    assert len(set(handlers)) > 18
