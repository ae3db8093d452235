"""The broadcasters that Midline is compared with: `python -m benchmarks.broadcasters NAME`.

Each answers taps meanwhile as its framework does. Sending starts at a line on standard input.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterable

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter
from aiogram.types import CallbackQuery, Message

from benchmarks.bots import TOKEN
from benchmarks.members import FIRST_ID

PAUSE = 0.05
LEAST_BUSY, BUSY_SECONDS = 8, 0.12
"""How many calls are kept in flight: as many as the rate fills in 1.5 round trips."""

TEXT = "Open evening\n\nCome at 18:00."


async def wait_for_start() -> None:
    """Wait for a line on standard input."""
    await asyncio.to_thread(sys.stdin.readline)


async def aiogram_loop(bot: Bot, chats: Iterable[int]) -> None:
    """The loop of aiogram's own example: one by one, with a pause, and a wait on 429."""
    for chat in chats:
        while True:
            try:
                await bot.send_message(chat, TEXT)
            except TelegramRetryAfter as error:
                await asyncio.sleep(error.retry_after)
            else:
                break
        await asyncio.sleep(PAUSE)


async def aiogram_broadcaster(bot: Bot, chats: Iterable[int]) -> None:
    """The library of that name, with its storage in memory."""
    from aiogram_broadcaster import Broadcaster  # noqa: PLC0415  # not everywhere
    from aiogram_broadcaster.contents import TextContent  # noqa: PLC0415

    caster = Broadcaster(bot)
    mailer = await caster.create_mailer(chats=list(chats), content=TextContent(text=TEXT))
    await mailer.start()


async def with_aiogram(name: str, api: str, chats: range) -> None:
    """An aiogram bot that answers taps and sends to every chat."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()

    async def tapped(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        text = f"You tapped {query.data}"
        chat, message = query.message.chat.id, query.message.message_id
        await asyncio.gather(
            bot.edit_message_text(text, chat_id=chat, message_id=message),
            bot.answer_callback_query(query.id),
        )

    dispatcher.callback_query.register(tapped)
    send_all = {"aiogram loop": aiogram_loop, "aiogram-broadcaster": aiogram_broadcaster}[name]

    async def broadcast() -> None:
        await wait_for_start()
        await send_all(bot, chats)

    await asyncio.gather(dispatcher.start_polling(bot, handle_signals=False), broadcast())


async def with_ptb(api: str, chats: range, rate: float) -> None:
    """python-telegram-bot's own rate limiter, with as many tasks as the rate can use.

    A task for each chat would measure its pool of connections instead: with a thousand calls
    waiting for one, nothing was sent for a minute.
    """
    from telegram.ext import (  # noqa: PLC0415  # not everywhere
        AIORateLimiter,
        Application,
        CallbackQueryHandler,
    )

    limiter = AIORateLimiter(overall_max_rate=rate, max_retries=20)
    app = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{api}/bot")
        .rate_limiter(limiter)
        .concurrent_updates(True)  # noqa: FBT003
        .pool_timeout(600)
        .build()
    )

    async def tapped(update, _context) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        query = update.callback_query
        text = f"You tapped {query.data}"
        await asyncio.gather(query.edit_message_text(text), query.answer())

    app.add_handler(CallbackQueryHandler(tapped))
    await app.initialize()
    await app.start()
    await app.updater.start_polling()
    await wait_for_start()
    remaining = iter(chats)

    async def work() -> None:
        for chat in remaining:
            await app.bot.send_message(chat, TEXT)

    tasks = max(LEAST_BUSY, int(rate * BUSY_SECONDS))
    await asyncio.gather(*(work() for _ in range(tasks)))
    await asyncio.Event().wait()


def main() -> None:
    """Run one broadcaster until it is killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--api", required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    args = parser.parse_args()
    chats = range(FIRST_ID, FIRST_ID + args.people)
    if args.name.startswith("PTB"):
        asyncio.run(with_ptb(args.api, chats, args.rate))
    else:
        asyncio.run(with_aiogram(args.name, args.api, chats))


if __name__ == "__main__":
    main()
