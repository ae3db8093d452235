from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiogram import Bot, Dispatcher

from playground import Playground
from tests.support.playground_bot import Clock, bot_at, polling


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pg(clock: Clock) -> AsyncIterator[Playground]:
    async with Playground(clock=clock, seed=1) as playground:
        yield playground


@pytest.fixture
async def bot(pg: Playground) -> AsyncIterator[Bot]:
    async with bot_at(pg) as bot:
        yield bot


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
