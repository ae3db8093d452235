import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from playground import Playground


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class QuickSession(AiohttpSession):
    """Closes without the quarter of a second that only TLS connections need."""

    async def close(self) -> None:
        if self._session is not None and not self._session.closed:
            await self._session.close()


@asynccontextmanager
async def bot_at(pg: Playground, *, html: bool = True, token: str | None = None):
    session = QuickSession(api=TelegramAPIServer.from_base(pg.url), timeout=5)
    default = DefaultBotProperties(parse_mode="HTML" if html else None)
    bot = Bot(token or pg.token, session=session, default=default)
    try:
        yield bot
    finally:
        await session.close()


@asynccontextmanager
async def polling(pg: Playground, dispatcher: Dispatcher) -> AsyncIterator[Bot]:
    async with bot_at(pg) as bot, asyncio.TaskGroup() as group:
        work = group.create_task(
            dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False)
        )
        try:
            yield bot
        finally:
            # Only cancelled, aiogram leaves a task of its own running behind.
            with suppress(RuntimeError):  # it has not begun
                await dispatcher.stop_polling()
            work.cancel()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pg(clock: Clock) -> AsyncIterator[Playground]:
    async with Playground(clock=clock, seed=1) as playground:
        yield playground


@pytest.fixture
async def bot(pg: Playground) -> AsyncIterator[Bot]:
    async with bot_at(pg) as one:
        yield one


@pytest.fixture
async def ana(pg: Playground):
    person = pg.person("Ana", language="es")
    await person.send("/start")
    return person


@pytest.fixture
async def serve(pg: Playground) -> AsyncIterator[Callable[[Dispatcher], Awaitable[Bot]]]:
    async with AsyncExitStack() as stack:

        async def run(dispatcher: Dispatcher) -> Bot:
            return await stack.enter_async_context(polling(pg, dispatcher))

        yield run


@pytest.fixture
async def raw(pg: Playground):
    """Calls without aiogram: `await raw("sendMessage", json={...})` gives (status, answer)."""
    async with aiohttp.ClientSession() as session:

        async def call(path: str, *, token: str | None = None, verb: str = "POST", **how):
            url = f"{pg.url}/bot{token or pg.token}/{path}"
            async with session.request(verb, url, **how) as answer:
                return answer.status, await answer.json()

        yield call
