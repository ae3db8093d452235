"""The bare aiogram bots that Midline is compared with: `python -m benchmarks.bots NAME`.

Both edit the message with its two buttons and answer the tap, with aiogram unchanged; one also
makes a durable write through the product's own `Database.write`.
"""

import argparse
import asyncio
from pathlib import Path

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from benchmarks import store

TOKEN = "42:BENCHMARK-TOKEN-OF-NO-BOT-AT-ALL-0000"
SECRET = "a-secret-of-no-bot"


async def serve(app: web.Application, port: int) -> web.AppRunner:
    """Start an aiohttp server on this machine."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


async def run_echo(args: argparse.Namespace, *, write: bool) -> None:
    """Run a bare bot, by webhook or polling, until it is killed."""
    api = TelegramAPIServer.from_base(args.api)
    bot = Bot(TOKEN, session=AiohttpSession(api=api))
    dispatcher = Dispatcher()
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=sign, callback_data=sign) for sign in ("-", "+")]
        ]
    )
    db = None
    if write:
        db = store.open_store(args.folder, args.server)
        await store.create_taps_table(db)

    async def tapped(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        if db:
            await store.write_tap(db, query.from_user.id, query.data or "")
        await asyncio.gather(
            bot.edit_message_text(
                f"You tapped {query.data}",
                chat_id=query.message.chat.id,
                message_id=query.message.message_id,
                reply_markup=keyboard,
            ),
            bot.answer_callback_query(query.id),
        )

    dispatcher.callback_query.register(tapped)
    if args.webhook:
        app = web.Application()
        SimpleRequestHandler(dispatcher, bot, handle_in_background=False).register(app, "/hook")
        await serve(app, args.webhook)
        await bot.set_webhook("http://127.0.0.1/hook")
        await asyncio.Event().wait()
    await dispatcher.start_polling(bot, handle_signals=False)


def arguments() -> argparse.Namespace:
    """Parse the command line, which the benchmark makes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("variant", choices=("echo", "echo+write"))
    parser.add_argument("--api", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--server", help="a PostgreSQL URL instead of the embedded file")
    parser.add_argument("--webhook", type=int, default=0, help="the port to take updates at")
    return parser.parse_args()


async def main() -> None:
    """Run one variant until it is killed."""
    args = arguments()
    await run_echo(args, write=args.variant == "echo+write")


if __name__ == "__main__":
    asyncio.run(main())
