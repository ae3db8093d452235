"""The composition root: builds the objects of the process, connects them, and runs the bot."""

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
from bot.broadcast.controller import BroadcastController
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
from knowledge.replies import AvailableModel
from service.clock import Clock
from service.db.integrity import check_at_start
from service.deps import Deps
from service.errors import StoreError

log = structlog.get_logger()

# Two for each handler: it edits a message and answers the tap at the same time.
MAX_CONNECTIONS = 2 * MAX_HANDLERS
# The interpreter's switch interval. A thread that returns from a disk flush waits this long for
# the interpreter lock; Python's 5 ms is longer than most flushes, and the store has one writer.
SWITCH_SECONDS = 0.0005


def operator_of(settings: Settings, model: AvailableModel | None = None) -> Operator:
    """What members are told of this instance: who runs it, and the model that may answer."""
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
    """Build a client of the Bot API with at most ``limit`` connections.

    With ``pace`` its calls keep to the rate limit and are retried; without, they are neither.

    Raises:
        StoreError: the token is missing or malformed.
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
    """Build the dispatcher with every router.

    The default ``assistant`` has no search: it refers every question to a person.
    """
    assistant = assistant or Assistant(deps, contact=settings.operator_contact)
    dispatcher = Dispatcher(
        disable_fsm=True,
        deps=deps,
        operator=operator_of(settings, assistant.available_model),
        assistant=assistant,
    )
    identity = IdentityMiddleware(deps)
    for observer in (dispatcher.message, dispatcher.callback_query):
        observer.outer_middleware(identity)
    dispatcher.include_router(flatten_routers(build_routers()))
    return dispatcher


def build_readiness(settings: Settings, deps: Deps, metrics: Metrics) -> ReadinessCheck:
    """Build the check behind ``/readyz``. With a model it also measures the use of its quota."""
    usage = partial(read_month_usage, deps, limits_from(settings)) if settings.llm_model else None
    return ReadinessCheck(deps, metrics, usage)


@contextmanager
def single_process(settings: Settings) -> Iterator[None]:
    """Hold a lock beside the embedded database, so that one process at a time runs the bot on it.

    With a server as the store there is nothing to lock: several processes may run.

    Raises:
        StoreError: another process holds the lock.
    """
    if settings.database_url:
        yield
        return
    with (settings.data_dir / "midline.lock").open("w") as lock_file:
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
    """Run the bot until ``stop`` is set; updates in progress are finished, the rest stay stored.

    ``search`` and ``model`` replace the ones built from the articles and the settings.

    Raises:
        StoreError: the store cannot be used, or there is no token.
        TelegramUnauthorizedError: the token is not valid.
    """
    webhook_from(settings)
    async with open_store(settings, clock) as deps:
        with single_process(settings):
            await check_at_start(deps.db)
            budget = SendBudget(settings.send_rate)
            pace = RetryMiddleware(budget)
            # Notices have connections of their own, so that no reply to a member waits for one.
            bots = build_bot(settings, pace), build_bot(settings, limit=2 * budget.under_way)
            try:
                async with asyncio.TaskGroup() as group:
                    live_search = LiveSearch(deps)
                    indexing = group.create_task(_keep_indexed(search, live_search))
                    answers = build_model_answers(settings, deps) if model is None else model(deps)
                    if answers:
                        group.create_task(answers.answerer.warm())
                    assistant = Assistant(
                        deps,
                        search or live_search,
                        contact=settings.operator_contact,
                        model=answers,
                    )
                    try:
                        await _serve(bots, budget, pace, settings, deps, stop, assistant)
                    finally:
                        indexing.cancel()
            finally:
                for bot in bots:
                    await bot.session.close()


async def _keep_indexed(replacement: Search | None, live_search: LiveSearch) -> None:
    """Keep the search's index up to date, unless it is not used."""
    if replacement is None:
        await live_search.run()


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
    for client in bots:
        client.session.middleware(CallCounter(metrics))
    bot, bulk_bot = bots
    dispatcher = build_dispatcher(deps, settings, assistant)
    handle = metrics.instrument(UpdateHandler(deps, bot, dispatcher, assistant.stops.stop).handle)
    async with open_lanes(deps.db) as lanes, asyncio.TaskGroup() as group:
        inbox = Inbox(deps, lanes, handle)
        group.create_task(inbox.run())
        delivery = BroadcastController(
            deps,
            bulk_bot,
            budget,
            lanes,
            metrics=metrics,
            rate=settings.send_rate,
            paid=settings.paid_broadcast,
            told=partial(staff_progress.update_progress, bot, deps),
        )
        group.create_task(delivery.run())
        replies = ReplySender(deps, bot, lanes)
        group.create_task(replies.run())
        readiness = build_readiness(settings, deps, metrics)
        receiving = receive_updates(
            bot, settings, inbox, readiness, deps=deps, lanes=lanes, metrics=metrics
        )
        background = (
            group.create_task(receiving),
            group.create_task(profile.update_profile(bot, deps)),
        )
        # The objects that exist now live as long as the process: collections need not visit them.
        gc.freeze()
        log.info("running")
        await stop.wait()
        log.info("stopping")
        delivery.stop()
        replies.stop()
        for task in background:
            task.cancel()
        # Webhook calls in progress are stored and answered before the inbox stops.
        await asyncio.wait(background)
        inbox.stop()
        # Handlers that wait for a rate limit would otherwise be cancelled halfway later.
        pace.stop()
