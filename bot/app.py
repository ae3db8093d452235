"""The composition root: everything is put together here and nowhere else."""

import asyncio
import fcntl
import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.utils.token import TokenValidationError, validate_token

from bot.assistant.assistant import Assistant
from bot.assistant.live_search import LiveSearch, Search
from bot.assistant.model_answers import ModelAnswers, build_model_answers
from bot.assistant.model_setup import limits_from, read_month_usage
from bot.assistant.reply_sender import ReplySender
from bot.broadcast.controller import Delivery
from bot.chat import staff_progress
from bot.chat.dispatch import flatten_routers
from bot.chat.handle import UpdateHandler
from bot.chat.identity import IdentityMiddleware
from bot.chat.routers import build_routers
from bot.metrics import CallCounter, Metrics
from bot.open_store import open_store
from bot.readiness import ReadinessCheck
from bot.settings import Settings
from bot.telegram import profile
from bot.telegram.rate_limit import SendBudget
from bot.telegram.retry import RetryMiddleware
from bot.telegram.session import LeanSession
from bot.updates.inbox import MAX_HANDLERS, Inbox
from bot.updates.lanes import open_lanes
from bot.updates.receiver import receive_updates
from bot.updates.webhook import webhook_from
from dialogs.about import Operator
from knowledge.replies import ModelHere
from service.clock import Clock
from service.db.integrity import check_at_start
from service.deps import Deps
from service.errors import StoreError

log = structlog.get_logger()

# Twice what may be under way at once: a lane edits a message and answers the tap side by side.
MAX_CONNECTIONS = 2 * MAX_HANDLERS
# How long a thread that is back from the disk waits for the interpreter, in seconds. Python's own
# 5 ms are longer than most disk flushes, and the one writer of the store waits for them.
SWITCH_SECONDS = 0.0005


def operator_of(settings: Settings, model: ModelHere | None = None) -> Operator:
    """Who runs this instance, as the settings say, and the model that may answer."""
    return Operator(
        name=settings.operator,
        contact=settings.operator_contact,
        paid_by=settings.operator_paid_by,
        place=settings.operator_place,
        model=model,
    )


def build_bot(
    settings: Settings, pace: RetryMiddleware | None = None, *, limit: int = MAX_CONNECTIONS
) -> Bot:
    """The client of the Bot API; its calls keep to the pace given, or to none.

    Raises:
        StoreError: there is no token, or it is none.
    """
    if settings.bot_token is None:
        raise StoreError(
            "there is no bot token. Get one from @BotFather and set MIDLINE_BOT_TOKEN."
        )
    token = settings.bot_token.get_secret_value()
    try:
        validate_token(token)
    except TokenValidationError as error:
        raise StoreError(
            "MIDLINE_BOT_TOKEN is no bot token. Copy it whole from @BotFather: digits, a colon, "
            "then letters and digits."
        ) from error
    api = TelegramAPIServer.from_base(settings.bot_api.rstrip("/"))
    session = LeanSession(api=api, limit=limit)
    if pace is not None:
        session.middleware(pace)
    return Bot(
        token,
        session=session,
        default=DefaultBotProperties(parse_mode="HTML"),
    )


def build_dispatcher(
    deps: Deps, settings: Settings, assistant: Assistant | None = None
) -> Dispatcher:
    """The dispatcher with every router, fresh. Without ``answering`` a question finds a person."""
    assistant = assistant or Assistant(deps, contact=settings.operator_contact)
    dispatcher = Dispatcher(
        disable_fsm=True,
        deps=deps,
        operator=operator_of(settings, assistant.model_here),
        assistant=assistant,
    )
    acting = IdentityMiddleware(deps)
    for observer in (dispatcher.message, dispatcher.callback_query):
        observer.outer_middleware(acting)
    dispatcher.include_router(flatten_routers(build_routers()))
    return dispatcher


def build_readiness(settings: Settings, deps: Deps, metrics: Metrics) -> ReadinessCheck:
    """The check behind ``/readyz``; it also measures how much of a model's month is used."""
    usage = partial(read_month_usage, deps, limits_from(settings)) if settings.llm_model else None
    return ReadinessCheck(deps, metrics, usage)


@contextmanager
def single_process(settings: Settings) -> Iterator[None]:
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
    sys.setswitchinterval(SWITCH_SECONDS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    try:
        await serve(settings, stop, clock=clock)
    finally:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


async def serve(
    settings: Settings,
    stop: asyncio.Event,
    *,
    clock: Clock | None = None,
    search: Search | None = None,
    model: Callable[[Deps], ModelAnswers] | None = None,
) -> None:
    """Run the bot until ``stop``: what is being handled is finished, the rest stays stored.

    ``search`` and ``model`` are others than those that the articles and the settings make.

    Raises as ``run`` does.
    """
    webhook_from(settings)
    async with open_store(settings, clock) as deps:
        with single_process(settings):
            await check_at_start(deps.db)
            budget = SendBudget(settings.send_rate)
            pace = RetryMiddleware(budget)
            # Notices have connections of their own, so that no reply waits for one.
            bots = build_bot(settings, pace), build_bot(settings, limit=2 * budget.under_way)
            try:
                async with asyncio.TaskGroup() as group:
                    knowing = group.create_task(_know(search, made := LiveSearch(deps)))
                    asked = build_model_answers(settings, deps) if model is None else model(deps)
                    if asked:
                        group.create_task(asked.answerer.warm())
                    answering = Assistant(
                        deps, search or made, contact=settings.operator_contact, model=asked
                    )
                    try:
                        await _serve(bots, budget, pace, settings, deps, stop, answering)
                    finally:
                        knowing.cancel()
            finally:
                for bot in bots:
                    await bot.session.close()


async def _know(other: Search | None, knowing: LiveSearch) -> None:
    """Keep the search up to date, unless another one is used."""
    if other is None:
        await knowing.run()


async def _serve(
    bots: tuple[Bot, Bot],
    budget: SendBudget,
    pace: RetryMiddleware,
    settings: Settings,
    deps: Deps,
    stop: asyncio.Event,
    assistant: Assistant,
) -> None:
    metrics = Metrics()
    metrics.watch_store(deps.db)
    bot, bulk = bots
    for one in bots:
        one.session.middleware(CallCounter(metrics))
    dispatcher = build_dispatcher(deps, settings, assistant)
    handle = metrics.timed(UpdateHandler(deps, bot, dispatcher, assistant.stops.stop).handle)
    async with open_lanes(deps.db) as held, asyncio.TaskGroup() as group:
        inbox = Inbox(deps, held, handle)
        group.create_task(inbox.run())
        delivery = Delivery(
            deps,
            bulk,
            budget,
            held,
            metrics=metrics,
            rate=settings.send_rate,
            paid=settings.paid_broadcast,
            told=partial(staff_progress.update_progress, bot, deps),
        )
        group.create_task(delivery.run())
        replies = ReplySender(deps, bot, held)
        group.create_task(replies.run())
        ready = build_readiness(settings, deps, metrics)
        coming_in = receive_updates(
            bot, settings, inbox, ready, deps=deps, lanes=held, metrics=metrics
        )
        background = (
            group.create_task(coming_in),
            group.create_task(profile.update_profile(bot, deps)),
        )
        # What is there now stays for good: no need to search it for garbage again and again.
        gc.freeze()
        log.info("running")
        await stop.wait()
        log.info("stopping")
        delivery.stop()
        replies.stop()
        for task in background:
            task.cancel()
        # Calls that are under way are stored and answered before the inbox ends.
        await asyncio.wait(background)
        inbox.stop()
        # Who waits for Telegram now would only be cancelled in the middle later.
        pace.stop()
