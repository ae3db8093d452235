"""The composition root: everything is put together here and nowhere else."""

import asyncio
import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot import profile
from bot.edge import Edge
from bot.intake import SIDE_BY_SIDE, Inbox
from bot.lanes import lanes
from bot.member import Acting
from bot.metrics import Counted, Metrics
from bot.opening import opened
from bot.pacing import Pace
from bot.routers import build_routers
from bot.serving import telegram_side, webhook_of
from bot.settings import Settings
from dialogs.about import Operator
from service.clock import Clock
from service.deps import Deps
from service.errors import StoreError

log = structlog.get_logger()

# Twice what may be under way at once: a lane edits a message and answers the tap side by side.
CONNECTIONS = 2 * SIDE_BY_SIDE


def operator(settings: Settings) -> Operator:
    """Who runs this instance, as the settings say."""
    return Operator(
        name=settings.operator,
        contact=settings.operator_contact,
        paid_by=settings.operator_paid_by,
        place=settings.operator_place,
    )


def build_bot(settings: Settings) -> Bot:
    """The client of the Bot API.

    Raises:
        StoreError: there is no token.
    """
    if settings.bot_token is None:
        raise StoreError(
            "there is no bot token. Get one from @BotFather and set MIDLINE_BOT_TOKEN."
        )
    api = TelegramAPIServer.from_base(settings.bot_api.rstrip("/"))
    session = AiohttpSession(api=api, limit=CONNECTIONS)
    session.middleware(Pace())
    return Bot(
        settings.bot_token.get_secret_value(),
        session=session,
        default=DefaultBotProperties(parse_mode="HTML"),
    )


def build_dispatcher(deps: Deps, settings: Settings) -> Dispatcher:
    """The dispatcher with every router, fresh."""
    dispatcher = Dispatcher(disable_fsm=True, deps=deps, operator=operator(settings))
    acting = Acting(deps)
    for observer in (dispatcher.message, dispatcher.callback_query):
        observer.outer_middleware(acting)
    dispatcher.include_routers(*build_routers())
    return dispatcher


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the lock of the embedded file, of which one process at a time may run the bot.

    Raises:
        StoreError: another process holds it.
    """
    if settings.database_url:
        yield
        return
    with (settings.data_dir / "midline.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                f"another midline is running on {settings.data_dir}. Stop it, or use another "
                "folder with MIDLINE_DATA_DIR."
            ) from error
        yield


async def run(settings: Settings, clock: Clock | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises:
        StoreError: the store cannot be used, or there is no token.
        TelegramUnauthorizedError: the token is not valid.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        await serve(settings, stop, clock=clock)
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


async def serve(settings: Settings, stop: asyncio.Event, *, clock: Clock | None = None) -> None:
    """Run the bot until ``stop``: what is being handled is finished, the rest stays stored.

    Raises as ``run`` does.
    """
    webhook_of(settings)
    async with opened(settings, clock) as deps:
        with only_one(settings):
            bot = build_bot(settings)
            try:
                await _serve(bot, settings, deps, stop)
            finally:
                await bot.session.close()


async def _serve(bot: Bot, settings: Settings, deps: Deps, stop: asyncio.Event) -> None:
    metrics = Metrics()
    metrics.watch_store(deps.db)
    bot.session.middleware(Counted(metrics))
    handle = metrics.timed(Edge(deps, bot, build_dispatcher(deps, settings)).handle)
    async with lanes(deps.db) as held, asyncio.TaskGroup() as group:
        inbox = Inbox(deps, held, handle)
        group.create_task(inbox.run())
        coming_in = telegram_side(bot, settings, inbox, deps=deps, lanes=held, metrics=metrics)
        background = (
            group.create_task(coming_in),
            group.create_task(profile.tell(bot, deps)),
        )
        log.info("running")
        await stop.wait()
        log.info("stopping")
        for task in background:
            task.cancel()
        # Calls that are under way are stored and answered before the inbox ends.
        await asyncio.wait(background)
        inbox.stop()
