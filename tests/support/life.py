"""A bot that dies at a chosen point as under ``kill -9``, and starts again on the same files.

A point is where something leaves the process for good: a commit, or a call to Telegram, each once
just before and once just after it took effect. At the point everything stops: what comes later is
neither committed nor sent, and the tasks are torn down without a chance to tidy the store.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app import serve
from bot.commands.demo import demo_settings
from bot.telegram import chat_store
from bot.telegram.session import LeanSession
from bot.updates import inbox_store
from playground import BotCall, ChatMessage, Playground
from service.db.database import Database, open_embedded
from service.journal.store import events, latest, shown
from service.licences.store import licences, versions
from service.people.store import invites, members, memberships
from tests.support.house import House, Member, SettableClock

ANA = 7_000_000_101
"""The Telegram id of the person in every scenario: the templates know it already."""


class Plug:
    """Counts points, and at the ``at``-th pulls itself."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.count = 0
        self.pulled = asyncio.Event()
        self.torn = False
        self.where = ""

    async def point(self, where: str) -> None:
        """Pass, or never come back."""
        if not self.pulled.is_set():
            self.count += 1
            if self.count != self.at:
                return
            self.where = where
            self.pulled.set()
        if self.torn:
            # A task that tidies up while it is torn down: the dead do not.
            raise asyncio.CancelledError
        await asyncio.get_running_loop().create_future()


class Life:
    """The bot of a house, killed at most once for each plug it is given."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.plug = Plug()
        self.marks: list[int] = []
        """How many calls there had been at the end of each step."""
        self.reader = open_embedded(house.settings.store_file, house.settings.key_file)
        """What another process sees of the store."""
        self.spared: set[Database] = set()
        """Stores that others write to, whose commits are no points."""

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        """Put the points into everything that commits or calls."""
        write, call = Database.write, LeanSession.make_request

        @asynccontextmanager
        async def pluggable_write(db: Database) -> AsyncIterator[AsyncConnection]:
            plug = self.plug
            async with write(db) as conn:
                yield conn
                if db not in self.spared:
                    await plug.point("before a commit")
            if db not in self.spared:
                await plug.point("after a commit")

        async def pluggable_call(session: Any, bot: Any, method: Any, **how: Any) -> Any:
            plug = self.plug
            await plug.point(f"before {method.__api_method__}")
            done = await call(session, bot, method, **how)
            await plug.point(f"after {method.__api_method__}")
            return done

        patch.setattr(Database, "write", pluggable_write)
        patch.setattr(LeanSession, "make_request", pluggable_call)

    @asynccontextmanager
    async def lived(self, *plugs: Plug) -> AsyncIterator[None]:
        """The bot until the block ends, killed by each plug in turn and started again."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._live(stop, [*plugs, Plug()]))
            try:
                yield
            finally:
                stop.set()

    async def _live(self, stop: asyncio.Event, plugs: list[Plug]) -> None:
        for self.plug in plugs:
            async with asyncio.TaskGroup() as group:
                served = group.create_task(self._serve(self.plug, stop))
                pulled = group.create_task(self.plug.pulled.wait())
                await asyncio.wait({served, pulled}, return_when=asyncio.FIRST_COMPLETED)
                self.plug.torn = True
                pulled.cancel()
                served.cancel()
            if stop.is_set():
                return

    async def _serve(self, plug: Plug, stop: asyncio.Event) -> None:
        try:
            house = self.house
            await serve(house.settings, stop, clock=house.clock, search=house.search)
        except Exception:
            # What a dying process complains about, nobody hears.
            if not plug.pulled.is_set():
                raise

    async def quiet(self) -> None:
        """Wait until the bot is alive and has handled everything that was done so far."""
        async with asyncio.timeout(20):
            while not await self._is_quiet():  # noqa: ASYNC110  # another process, as it were
                await asyncio.sleep(0.002)

    async def _is_quiet(self) -> bool:
        plug = self.plug
        if plug.pulled.is_set() or self.house.playground.pending:
            return False
        async with self.reader.read() as conn:
            open_ = await inbox_store.read_open(conn)
        return not open_ and self.plug is plug and not plug.pulled.is_set()

    def mark(self) -> None:
        """A step is over."""
        self.marks.append(len(self.house.playground.calls))

    def steps(self) -> list[Counter[str]]:
        """How often each method was called in each step."""
        calls = list(self.house.playground.calls)
        ends = zip([0, *self.marks], self.marks, strict=False)
        return [Counter(c.method for c in calls[a:b] if _spoken(c)) for a, b in ends]


def _spoken(call: BotCall) -> bool:
    return call.method in {"sendMessage", "editMessageText", "answerCallbackQuery"}


class Steady(Member):
    """A member who waits for a bot that may die meanwhile."""

    def __init__(self, life: Life) -> None:
        known = life.house.playground.person("Ana", language="en", user_id=ANA)
        super().__init__(known)
        self.life = life
        self.token = ""

    async def say(self, text: str) -> str:
        await self.person.send(text)
        return await self.then()

    async def press(self, target: Any, on: ChatMessage | None = None) -> str:
        screen = on or self.person.screen
        await self.person.tap(data=self.find(target, screen).data, message=screen)
        return await self.then()

    async def choose(self, label: str) -> str:
        await self.person.tap(label)
        return await self.then()

    async def open_card(self, title: str) -> str:
        await self.say("/licences")
        return await self.choose(title)

    async def then(self) -> str:
        await self.life.quiet()
        self.life.mark()
        return self.text

    @property
    def sees(self) -> tuple[str, list[list[tuple[str, str]]]]:
        """The last screen without what is random in it."""
        rows = [[(b.text, (b.data or "").split(":")[0]) for b in row]
                for row in self.person.screen.buttons]  # fmt: skip
        return self.text, rows


@asynccontextmanager
async def house_from(template: Path, folder: Path) -> AsyncIterator[House]:
    """A house on a copy of a template, with a Telegram that has met nobody yet."""
    shutil.copytree(template, folder)
    async with Playground(keep_calls=None) as playground:
        yield House(playground, demo_settings(playground, folder), SettableClock())


async def rows(conn: AsyncConnection, table: Any, *order: Any) -> list[Any]:
    return list(await conn.execute(select(table).order_by(*order)))


class Names:
    """Names for ids, the same in every run: a member's things are numbered one by one."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._count: Counter[str] = Counter()

    def give(self, id_: str, name: str) -> None:
        self._of[id_] = name

    def number(self, id_: str, whose: str, what: str) -> None:
        key = f"{self(whose)} {what}"
        self._count[key] += 1
        self._of[id_] = f"{key} {self._count[key]}"

    def __call__(self, text: str | None) -> str | None:
        if text is None:
            return None
        return "/".join(self._of.get(part, part) for part in text.split("/"))


async def state(db: Database) -> dict[str, Any]:
    """Everything that is stored about members, without what is random or about time."""
    named = Names()
    async with db.read() as conn:
        people = await rows(conn, members, members.c.seq)
        joined = await rows(conn, memberships, memberships.c.joined_at)
        journal = await rows(conn, events, events.c.seq)
        chats = await rows(conn, chat_store.chats)
        for chat in chats:
            named.give(chat.member_id, f"chat {chat.telegram_id}")
        for one in joined:
            named.number(one.id, one.member_id, one.mid_id)
        for one in await rows(conn, licences):
            named.give(one.id, one.slug)
        for one in journal:
            named.number(one.id, one.member_id, "event")
        told = [
            (named(e.member_id), e.kind, named(e.scope), e.value, e.before, e.version,
             e.nonce is not None, named(e.undoes), e.source, e.ordinal, e.detail)
            for e in journal
        ]  # fmt: skip
        seen = await rows(conn, shown)
        return {
            "members": sorted((named(one.id), one.locale, one.zone) for one in people),
            "chats": sorted((c.telegram_id, named(c.member_id), c.tag) for c in chats),
            "memberships": sorted((named(one.id), one.ref.split()[0], one.left_at is None)
                                  for one in joined),
            # Members are side by side; of each the order counts.
            "events": sorted(told, key=lambda event: event[0]),
            "invites": sorted((one.mid_id, one.ref, named(one.used_by) or "nobody")
                              for one in await rows(conn, invites)),
            "shown": {(one.about, named(one.member_id), named(one.membership_id), one.version)
                      for one in seen if one.confirmed_at},
        }  # fmt: skip


async def check_sound(db: Database) -> None:
    """What must hold at any moment, whatever happened."""
    async with db.read() as conn:
        journal = await rows(conn, events, events.c.seq)
        seen = {one.nonce: one for one in await rows(conn, shown)}
        digests = {(one.licence_id, one.version): one.digest for one in await rows(conn, versions)}
        cache = await rows(conn, latest)
    causes = [(one.cause, one.ordinal) for one in journal]
    assert len(causes) == len(set(causes))
    for one in journal:
        if (one.kind, one.value) == ("consent", "yes"):
            proof = seen[one.nonce]
            assert proof.confirmed_at is not None
            assert proof.message_id is not None
            assert proof.digest == digests[one.licence_id, one.version]
            assert (proof.member_id, proof.subject) == (one.member_id, one.licence_id)
    derived = {(one.member_id, one.kind, one.scope): (one.seq, one.id, one.value)
               for one in journal}  # fmt: skip
    cached = {(one.member_id, one.kind, one.scope): (one.seq, one.event_id, one.value)
              for one in cache}  # fmt: skip
    assert cached == derived


async def check_handled(life: Life) -> None:
    """Every update that was acknowledged is handled, and every tap was answered."""
    async with life.reader.read() as conn:
        taken = await rows(conn, inbox_store.inbox)
    assert all(one.done_at and not one.failed for one in taken)
    assert {(one.lane, one.body, one.outcome) for one in taken} == {(None, None, None)}
    assert life.house.playground.pending == 0
    assert all(query.answered for query in life.house.playground._world.queries.values())


async def close(life: Life) -> None:
    with suppress(asyncio.CancelledError):
        await life.reader.close()
