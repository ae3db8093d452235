"""What the operator's log says at its most talkative, and what it never says."""

import asyncio
import io
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from aiogram import Dispatcher
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.logs import configure_logging
from bot.updates import inbox_store
from dialogs.callbacks import DeleteAll, Go, Leave, Place, SayNo, SayYes, SetKnob, SetLanguage
from tests.support.house import NURSE, TRANSLATOR, House
from tests.support.webhook_house import free_port

WORDS = "Unmistakable"
SECRET = "a-Canary_in_the_webhook"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that reaches stderr as a log, as `midline run` sets it up."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("DEBUG")
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


@pytest.fixture(params=["polling", "webhook"])
def talkative(quiet_house: House, request: pytest.FixtureRequest) -> House:
    """The bot of either kind, not running."""
    port = free_port()
    changes = {"http_port": port, "log_level": "DEBUG"}
    if request.param == "webhook":
        url = f"http://127.0.0.1:{port}/telegram"
        changes |= {"webhook_url": url, "webhook_secret": SecretStr(SECRET)}
    quiet_house.settings = quiet_house.settings.model_copy(update=changes)
    return quiet_house


@pytest.fixture
def clumsy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors that quote all they know: of a handler, and of the store."""
    feed, put = Dispatcher.feed_update, inbox_store.put_updates
    away = iter([OperationalError, IntegrityError])

    async def fail(self, bot, update, **data):
        text = update.model_dump_json()
        if "stumble" in text:
            try:
                {}[text]
            except KeyError as error:
                raise ValueError(text) from error
        return await feed(self, bot, update, **data)

    async def fall(conn, updates, at):
        bodies = "".join(one.body for one in updates)
        if "store is away" in bodies and (kind := next(away, None)) is OperationalError:
            raise kind("INSERT", {"body": bodies}, Exception(f"Key (body)=({bodies})"))
        return await put(conn, updates, at)

    monkeypatch.setattr(Dispatcher, "feed_update", fail)
    monkeypatch.setattr(inbox_store, "put_updates", fall)


@pytest.mark.long
async def test_no_log_names_a_member_their_words_or_a_secret(
    talkative: House, written: io.StringIO, clumsy: None
):
    house, faults = talkative, talkative.playground.faults
    member = house.member(f"Ana {WORDS}")
    member.person.user.username = f"{WORDS}_ana"
    tokens = [await house.token(*NURSE), await house.token(*TRANSLATOR)]
    async with house.running():
        await house.joined(member, NURSE, TRANSLATOR)
        await member.say(f"/start {tokens[0]}")
        await member.open_card("Spot sepsis sooner")
        await member.press(SayYes)
        await member.press(SayNo)
        await member.say("/price")
        await member.press(SetKnob)
        await member.say("/language")
        await member.forge(SetLanguage(locale="es").pack())
        await member.say(f"{WORDS} what am I in?")
        await member.forge(f"y1:{WORDS}")
        await member.say(f"{WORDS} stumble")
        for fault in (
            {"retry_after": 1},
            {"error": (403, "Forbidden: bot was blocked by the user")},
            {"error": (400, f"Bad Request: {WORDS} {member.person.id}")},
            {"error": (502, "Bad Gateway"), "times": 4},
            {"garbage": True},
            {"drop": True, "times": 4},
        ):
            met = faults.next("sendMessage", **fault)
            await member.person.send(f"{WORDS} and now?")
            async with asyncio.timeout(10):
                while not met.met:  # noqa: ASYNC110  # it is the stand-in that counts
                    await asyncio.sleep(0.02)
            faults.clear()
        await member.person.send(f"{WORDS} the store is away")
        await asyncio.sleep(2.5)
        await member.say("/help")
        await member.forge(Go(place=Place.STOP).pack())
        await member.say("/leave")
        await member.press(Leave)
        await member.say("/delete")
        await member.press(DeleteAll)
    lines = written.getvalue()
    for event in ("update_failed", "store_away", "refused", "telegram_asks_to_wait", "stopping"):
        assert f'"event": "{event}"' in lines, lines
    token = house.settings.bot_token.get_secret_value()
    for secret in (WORDS, str(member.person.id), token.partition(":")[2], SECRET, *tokens):
        assert secret not in lines, [one for one in lines.splitlines() if secret in one]
