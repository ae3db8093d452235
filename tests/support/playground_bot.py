"""A bot of aiogram on the stand-in for Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

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
