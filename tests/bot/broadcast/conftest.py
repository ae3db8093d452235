"""A sender of notices on a real store, with a Telegram that answers what a test says."""

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.broadcast import controller, digests
from bot.broadcast.controller import BroadcastController
from bot.metrics import Metrics
from bot.telegram import chat_store, outbound, rate_limit
from bot.telegram.outbound import SendResult, SendStatus
from bot.telegram.rate_limit import SendBudget
from bot.updates.lanes import SingleProcessLanes
from service.deps import Deps
from service.mids import store as mid_store
from service.notices.authoring import reporting
from service.notices.values import Notice, NoticeContent, NoticeReport
from service.people import store as people_store
from tests.support.crowd import MID, announce, content, when
from tests.support.stage import NOON, FixedClock, Stage, copied, make_example_store

RATE = 200.0
LOOK = 0.02


class Telegram:
    """Takes every message, but where a test planned something else for a chat."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.edited: list[tuple[int, int, str]] = []
        self.planned: dict[int, list[SendResult | Exception]] = defaultdict(list)
        self.open = asyncio.Event()
        """Calls wait for this before they are answered."""
        self.open.set()
        self.waiting = 0
        self._ids = itertools.count(1)

    def heard(self, chat_id: int) -> int:
        return sum(chat == chat_id for chat, _ in self.sent)

    async def post(self, _bot, chat_id: int, body: str) -> SendResult:
        return await self._take(chat_id, json.loads(body)["text"])

    async def send(self, _bot, chat_id: int, screen) -> SendResult:
        return await self._take(chat_id, str(screen.text))

    async def edit(self, _bot, chat_id: int, message_id: int, screen) -> SendResult:
        await asyncio.sleep(0)
        self.edited.append((chat_id, message_id, str(screen.text)))
        return SendResult(SendStatus.TAKEN, message_id)

    async def _take(self, chat_id: int, text: str) -> SendResult:
        self.waiting += 1
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1
        if self.planned[chat_id]:
            planned = self.planned[chat_id].pop(0)
            if isinstance(planned, Exception):
                # As the bot's own session raises it.
                return outbound.result_of_error(planned)
            if planned.status is not SendStatus.UNCERTAIN:
                return planned
            self.sent.append((chat_id, text))
            return planned
        self.sent.append((chat_id, text))
        return SendResult(SendStatus.TAKEN, next(self._ids))


class Sender:
    """Some people of one MID, and processes that send to them one after the other."""

    def __init__(self, stage: Stage) -> None:
        self.deps = stage.deps
        self.clock = stage.clock
        self.stage = stage
        self.telegram = Telegram()
        self.metrics = Metrics()
        self.told: list[str] = []
        self.people: list[tuple[str, str]] = []
        self.task: asyncio.Task[None] | None = None
        self.controller: BroadcastController | None = None

    async def join(self, count: int, *, language: str = "en") -> None:
        """More members, whose chats are numbered from 0."""
        for _ in range(count):
            number = len(self.people)
            async with self.deps.db.write() as conn:
                member = await people_store.add_member(conn, self.clock.now(), spoken=language)
                await chat_store.put_chat(conn, number, member.id, language)
                row = {"language": language, "tier": "standard", "eligible": []}
                ref = f"X-{number}"
                roster = await mid_store.read_roster(conn, MID)
                await mid_store.put_roster(conn, MID, {**roster, ref: row})
                joined = await people_store.join(conn, member.id, MID, ref, self.clock.now())
            assert joined
            self.people.append((member.id, joined))
        self.clock.tick()

    @asynccontextmanager
    async def running(self, rate: float = RATE) -> AsyncIterator[None]:
        """One process, told to stop at the end; ``kill`` ends it without a word."""
        self.controller = BroadcastController(
            self.deps, SimpleNamespace(), SendBudget(rate), SingleProcessLanes(),
            metrics=self.metrics, rate=rate, told=self._tell,
        )  # fmt: skip
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            self.task = group.create_task(self.controller.run())
            yield
            self.controller.stop()

    async def _tell(self, notice_id: str) -> None:
        self.told.append(notice_id)

    async def kill(self) -> None:
        """The process dies: nothing is tidied."""
        assert self.task
        self.task.cancel()
        await asyncio.wait([self.task])

    async def announce(self, made: NoticeContent | None = None) -> str:
        return await announce(self.deps, made or content())

    async def when(self, notice_id: str, holds: Callable[[NoticeReport], bool]) -> NoticeReport:
        return await when(self.deps, notice_id, holds, seconds=20)

    async def notice(self, notice_id: str) -> Notice:
        return (await reporting.read_report(self.deps, MID, notice_id)).notice

    async def looked(self, times: int = 6) -> None:
        """The sender had time to look at what is due."""
        await asyncio.sleep(times * LOOK)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.005)


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> Path:
    """A store with both MIDs as the examples describe them."""
    folder = tmp_path_factory.mktemp("told")
    asyncio.run(make_example_store(folder))
    return folder


@pytest.fixture
async def sender(told: Path, tmp_path: Path, monkeypatch) -> AsyncIterator[Sender]:
    (tmp_path / "home").mkdir()
    db = copied(told, tmp_path / "home")
    clock = FixedClock(NOON)
    sender = Sender(Stage(Deps(db, clock), clock))
    monkeypatch.setattr(outbound, "send_body", sender.telegram.post)
    monkeypatch.setattr(outbound, "send", sender.telegram.send)
    monkeypatch.setattr(outbound, "edit", sender.telegram.edit)
    monkeypatch.setattr(controller, "LOOK_SECONDS", LOOK)
    monkeypatch.setattr("bot.broadcast.scheduler.FIRST_WAIT", 0.01)
    monkeypatch.setattr("bot.broadcast.committer.WAIT_SECONDS", 0.02)
    monkeypatch.setattr(digests, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(rate_limit, "PER_CHAT_SECONDS", 0.0)
    yield sender
    await db.close()
