"""Two real processes behind one webhook, on one server; one of them is killed."""

import asyncio
import itertools
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.telegram import chat_store
from bot.updates import inbox_store
from dialogs.callbacks import SetKnob
from service.journal.store import events
from tests.e2e.test_kill import environment
from tests.support.house import House, Member, nothing_open
from tests.support.postgres import Server, server_of
from tests.support.webhook_house import free_port

pytestmark = pytest.mark.proof

NURSES = [("nurses", f"N-000{n}") for n in (1, 2, 4)]
SECRET = "a-Secret_of_two"


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    return server_of(request.config)


class Front:
    """The proxy that Telegram calls: to one process and the other in turns, to whoever lives."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        self.taken = dict.fromkeys(ports, 0)
        self._turns = itertools.count()

    async def call(self, request: web.Request) -> web.Response:
        body, turn = await request.read(), next(self._turns)
        async with aiohttp.ClientSession(headers=request.headers) as session:
            for n in range(2):
                port = self.ports[(turn + n) % 2]
                url = f"http://127.0.0.1:{port}{request.path}"
                try:
                    async with session.post(url, data=body) as answer:
                        self.taken[port] += answer.ok
                        return web.Response(status=answer.status)
                except aiohttp.ClientError:
                    continue
        return web.Response(status=502)

    @asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/telegram", self.call)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            await runner.cleanup()


@asynccontextmanager
async def two(house: House, url: str, ports: list[int]) -> AsyncIterator[list]:
    """Two processes that listen."""
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            env=environment(house) | {
                "MIDLINE_WEBHOOK_URL": url,
                "MIDLINE_WEBHOOK_SECRET": SECRET,
                "MIDLINE_HTTP_PORT": str(port),
            },
        )
        for port in ports
    ]  # fmt: skip
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            for port in ports:
                while not await listens(session, port):  # noqa: ASYNC110  # another process
                    await asyncio.sleep(0.05)
        yield started
    finally:
        for one in started:
            if one.returncode is None:
                one.kill()
            await one.wait()


async def listens(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            return answer.ok
    except aiohttp.ClientError:
        return False


async def delivered(house: House) -> None:
    """Whatever was done has been taken by one of the processes, and may not be handled yet."""
    async with asyncio.timeout(30):
        while house.playground.pending:  # noqa: ASYNC110  # the stand-in delivers
            await asyncio.sleep(0.002)


async def test_two_processes_behind_a_webhook_keep_the_order_and_outlive_each_other(
    quiet_house: House,
):
    house, chance = quiet_house, random.Random(5)
    front, port = Front([free_port(), free_port()]), free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    async with front.open(port), two(house, url, front.ports) as processes:
        people: list[Member] = [house.member(f"P{n}") for n in range(len(NURSES))]
        for one, where in zip(people, NURSES, strict=True):
            await house.joined(one, where)
            await one.say("/price")
        steps = [n % 5 + 1 for n in range(24)]
        for n, step in enumerate(steps):
            for one in people:
                data = SetKnob(scope="all", to=str(step)).pack()
                await one.person.tap(data=data, message=one.person.screen)
                await delivered(house)
            if n == len(steps) // 2:
                await asyncio.sleep(chance.random() * 0.02)
                processes[0].send_signal(signal.SIGKILL)
        for one in people:
            await one.person.settled(timeout=60)
            assert f"Your price: +{steps[-1]}" in one.text
        async with house.deps() as deps:
            await nothing_open(deps.db)
            async with deps.db.read() as conn:
                failed = select(func.count()).where(inbox_store.inbox.c.failed)
                assert await conn.scalar(failed) == 0
                for one in people:
                    chat = await chat_store.read_chat(conn, one.person.id)
                    assert chat
                    said = select(events.c.value).where(
                        events.c.member_id == chat.member_id, events.c.kind == "knob"
                    )
                    found = (await conn.execute(said.order_by(events.c.seq))).scalars().all()
                    assert found == [str(step) for step in steps]
        assert min(front.taken.values()) >= len(steps) // 2
        processes[1].send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(processes[1].wait(), 10) == 0
