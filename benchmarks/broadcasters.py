"""What others do to tell many people something: `python -m benchmarks.broadcasters NAME`.

Each answers taps beside it as its framework does. It begins when a line comes in.
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
"""How many calls are kept under way: one and a half round trips of the stand-in."""

TEXT = "Open evening\n\nCome at 18:00."


async def told_to() -> None:
    """Wait for a line."""
    await asyncio.to_thread(sys.stdin.readline)


async def aiogram_loop(bot: Bot, chats: Iterable[int]) -> None:
    """The loop of aiogram's own example: one after the other, a pause, wait when asked to."""
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
    """A bot that answers taps and tells everyone."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()

    async def tapped(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        said = f"You tapped {query.data}"
        chat, message = query.message.chat.id, query.message.message_id
        await asyncio.gather(
            bot.edit_message_text(said, chat_id=chat, message_id=message),
            bot.answer_callback_query(query.id),
        )

    dispatcher.callback_query.register(tapped)
    tell = {"aiogram loop": aiogram_loop, "aiogram-broadcaster": aiogram_broadcaster}[name]

    async def broadcast() -> None:
        await told_to()
        await tell(bot, chats)

    await asyncio.gather(dispatcher.start_polling(bot, handle_signals=False), broadcast())


async def with_ptb(api: str, chats: range, rate: float) -> None:
    """python-telegram-bot's own rate limiter, kept busy by as many tasks as the rate can use.

    All people at once would measure its pool of connections instead: with a thousand calls waiting
    for one, it was seen to tell nobody for a minute.
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
        said = f"You tapped {query.data}"
        await asyncio.gather(query.edit_message_text(said), query.answer())

    app.add_handler(CallbackQueryHandler(tapped))
    await app.initialize()
    await app.start()
    await app.updater.start_polling()
    await told_to()
    left = iter(chats)

    async def work() -> None:
        for chat in left:
            await app.bot.send_message(chat, TEXT)

    busy = max(LEAST_BUSY, int(rate * BUSY_SECONDS))
    await asyncio.gather(*(work() for _ in range(busy)))
    await asyncio.Event().wait()


def main() -> None:
    """Run one until it is killed."""
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
