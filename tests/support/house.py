"""The whole bot over HTTP: the real process on the stand-in, and members who talk to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiogram.filters.callback_data import CallbackData
from sqlalchemy import func, select

from bot.app import serve
from bot.assistant.live_search import Search
from bot.assistant.model_answers import ModelAnswers
from bot.open_store import open_store
from bot.settings import Settings
from bot.telegram import sync_store
from bot.updates import inbox_store
from locales.words import SHIPPED, Words, negotiate, words
from playground import ChatButton, ChatMessage, Playground, PlayPerson
from service.clock import SystemClock
from service.db.database import Database
from service.deps import Deps
from service.people.cases import make_invites
from tests.support.lexical_search import SHARED

WRITTEN = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""The day the examples were written for."""


class SettableClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = WRITTEN

    def now(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time


class Member:
    """A person in the chat: says things, presses buttons by what they do, reads."""

    def __init__(self, person: PlayPerson) -> None:
        self.person = person
        self.w: Words = words(negotiate(person.user.language))

    @property
    def text(self) -> str:
        """The plain text of the last screen."""
        return self.person.screen.text

    @property
    def labels(self) -> list[str]:
        return [button.text for row in self.person.screen.buttons for button in row]

    async def say(self, text: str) -> str:
        await self.person.say(text)
        return self.text

    def find(
        self, target: type[CallbackData] | CallbackData, on: ChatMessage | None = None
    ) -> ChatButton:
        """The first button with this target, or with a target of this type."""
        for row in (on or self.person.screen).buttons:
            for button in row:
                if isinstance(target, CallbackData):
                    found = button.data == target.pack()
                else:
                    found = (button.data or "").split(":")[0] == target.__prefix__
                if found:
                    return button
        raise AssertionError(f"no button {target} on:\n{self.person.picture()}")

    def has(self, target: type[CallbackData] | CallbackData) -> bool:
        try:
            self.find(target)
        except AssertionError:
            return False
        return True

    async def press(
        self, target: type[CallbackData] | CallbackData, on: ChatMessage | None = None
    ) -> str:
        """Press a button that is there."""
        button = self.find(target, on)
        await self.person.tap_and_wait(data=button.data, message=on or self.person.screen)
        return self.text

    async def forge(self, data: str, on: ChatMessage | None = None) -> str:
        """Press a button that is not there."""
        await self.person.tap_and_wait(data=data, message=on or self.person.screen)
        return self.text

    async def open_card(self, title: str) -> str:
        """From anywhere to a card, by the title on the list."""
        await self.say("/licences")
        await self.person.tap_and_wait(title)
        return self.text


class House:
    """One store, one stand-in, and a bot that can be stopped and started."""

    def __init__(self, playground: Playground, settings: Settings, clock: SettableClock) -> None:
        self.playground = playground
        self.settings = settings
        self.clock = clock
        self.search: Search | None = SHARED
        """None: the shipped one, which takes a second of the processor to make."""
        self.model: Callable[[Deps], ModelAnswers] | None = None
        self._stop = asyncio.Event()
        self._in_process = False

    def member(self, name: str = "Ana", language: str | None = "en") -> Member:
        return Member(self.playground.person(name, language=language))

    @asynccontextmanager
    async def deps(self) -> AsyncIterator[Deps]:
        async with open_store(self.settings, self.clock) as deps:
            yield deps

    async def token(self, mid: str, ref: str) -> str:
        async with self.deps() as deps:
            # A bot in a process of its own goes by the real time, in which an invite that was
            # made on the settable clock is too old.
            made_by = deps if self._in_process else Deps(db=deps.db, clock=SystemClock())
            return (await make_invites(made_by, mid, ref=ref))[0].token

    async def joined(self, member: Member, *refs: tuple[str, str]) -> Member:
        """Bring a member into MIDs through their invites."""
        from dialogs.callbacks import Join

        for mid, ref in refs:
            await member.say(f"/start {await self.token(mid, ref)}")
            await member.press(Join)
        return member

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The bot, until the block ends."""
        stop = asyncio.Event()
        self._in_process = True
        async with asyncio.TaskGroup() as group:
            group.create_task(
                serve(self.settings, stop, clock=self.clock, search=self.search, model=self.model)
            )
            try:
                yield
            finally:
                stop.set()


async def count_open(db: Database) -> int:
    """How many updates are stored and not marked as handled."""
    async with db.read() as conn:
        return len(await inbox_store.read_open(conn))


async def nothing_open(db: Database) -> None:
    """Wait until every update is marked as handled, which happens just after it was."""
    async with asyncio.timeout(20):
        while await count_open(db):  # noqa: ASYNC110  # another process may handle it
            await asyncio.sleep(0.02)


TOLD = 4 * len(SHIPPED) + 1
"""How many things Telegram is told about the bot, once."""


async def all_told(db: Database) -> None:
    """Wait until Telegram has been told all there is about the bot."""
    async with asyncio.timeout(60):
        while True:
            async with db.read() as conn:
                count = select(func.count()).select_from(sync_store.told)
                if (await conn.execute(count)).scalar() == TOLD:
                    return
            await asyncio.sleep(0.01)


NURSE = ("nurses", "N-0001")


TRANSLATOR = ("translators", "T-0002")
