"""What the process counts, for Prometheus. No label names a member, a chat or a MID.

The library is imported with the first ``Metrics``; each ``Metrics`` has a registry of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol, TypeVar, cast

from aiogram import Bot
from aiogram.client.session.middlewares.base import (
    BaseRequestMiddleware,
    NextRequestMiddlewareType,
)
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetUpdates, Response, TelegramMethod
from aiogram.methods.base import TelegramType
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext

from bot.telegram.errors import TRANSIENT
from bot.telegram.update_kinds import ALLOWED_UPDATES, OTHER, kind_of
from service.db.database import Database
from service.db.errors import STORE_AWAY
from service.notices.delivery_values import Settled
from service.notices.values import Halt

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class StoredUpdate(Protocol):
    """An update as the inbox has it: its JSON."""

    @property
    def body(self) -> str:
        """The JSON that Telegram sent."""


Stored = TypeVar("Stored", bound=StoredUpdate)


class Metrics:
    """The collectors of one process, and the calls that feed them."""

    def __init__(self) -> None:
        from prometheus_client import (  # noqa: PLC0415  # slow, and not needed to read this module
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            ProcessCollector,
        )

        self._all = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._received = Counter(
            "midline_updates_received",
            "Updates that came from Telegram, repeats included",
            ["kind"],
            registry=registry,
        )
        self._handled = Counter(
            "midline_updates_handled",
            "Updates by how handling ended: ok, again (tried once more later), failed",
            ["kind", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "midline_handling_seconds",
            "How long handling an update took",
            ["kind"],
            buckets=SECONDS,
            registry=registry,
        )
        self._waiting = Gauge(
            "midline_inbox_waiting", "Updates not handled yet", registry=registry
        )
        self._oldest = Gauge(
            "midline_inbox_oldest_seconds", "Age of the oldest of them", registry=registry
        )
        self._calls = Counter(
            "midline_telegram_calls",
            "Calls to Telegram by outcome: ok, 429, 5xx, network, refused",
            ["method", "outcome"],
            registry=registry,
        )
        self._frozen = Counter(
            "midline_telegram_frozen_seconds",
            "Seconds for which Telegram asked the bot to wait",
            registry=registry,
        )
        self._pending = Gauge(
            "midline_telegram_pending", "Updates that wait at Telegram", registry=registry
        )
        self._hook_failed = Gauge(
            "midline_webhook_last_error_timestamp_seconds",
            "When a call of Telegram last failed; 0: never",
            registry=registry,
        )
        self._away = Counter(
            "midline_store_away",
            "Times the store was locked, full or out of reach",
            registry=registry,
        )
        self._spent = Gauge(
            "midline_model_budget_used_ratio",
            "Of the model's tokens of this month: used by the MID that used most, and by all",
            ["whose"],
            registry=registry,
        )
        self._notices = Counter(
            "midline_notice_outcomes",
            "People whose turn in a notice is over, by what became of it",
            ["outcome"],
            registry=registry,
        )
        self._halts = Counter(
            "midline_notices_halted",
            "Notices put on hold until a person looks: wave, refused, missed",
            ["why"],
            registry=registry,
        )
        built = Gauge("midline_build_info", "The version", ["version"], registry=registry)
        built.labels(_version()).set(1)
        self._open_at = 0.0
        self.last_contact: float | None = None

    def received(self, kind: str) -> None:
        """An update came, by either way."""
        self._received.labels(kind if kind in ALLOWED_UPDATES else OTHER).inc()

    def handled(self, kind: str, seconds: float, outcome: str) -> None:
        """Handling an update ended: ok, again or failed."""
        self._handled.labels(kind, outcome).inc()
        self._seconds.labels(kind).observe(seconds)

    def timed(
        self, handle: Callable[[Stored], Awaitable[None]]
    ) -> Callable[[Stored], Awaitable[None]]:
        """The same handling, counted."""

        async def counted(update: Stored) -> None:
            began, outcome = _now(), "failed"
            try:
                await handle(update)
                outcome = "ok"
            except (*TRANSIENT, asyncio.CancelledError):
                outcome = "again"
                raise
            finally:
                self.handled(kind_of(update.body), _now() - began, outcome)

        return counted

    def called(self, method: str, outcome: str) -> None:
        """A call to Telegram ended."""
        self._calls.labels(method, outcome).inc()
        if outcome not in {"network", "5xx"}:
            self.last_contact = _now()

    def asked_to_wait(self, seconds: float) -> None:
        """Telegram asked the bot to wait; refusals of calls under way at once are one wait."""
        now = _now()
        until = max(self._open_at, now + seconds)
        self._frozen.inc(until - max(self._open_at, now))
        self._open_at = until

    def settled(self, people: Iterable[Settled]) -> None:
        """The turn of some people in a notice is over, and it is written."""
        for one in people:
            self._notices.labels(one.outcome.name.lower()).inc()

    def halted(self, why: Halt) -> None:
        """A notice was put on hold."""
        self._halts.labels(why.value).inc()

    def observe_inbox(self, count: int, oldest: float) -> None:
        """How many updates wait, and the age of the oldest in seconds."""
        self._waiting.set(count)
        self._oldest.set(oldest)

    def observe_webhook(self, pending: int, last_error: datetime | None) -> None:
        """What Telegram says of its calls."""
        self._pending.set(pending)
        self._hook_failed.set(last_error.timestamp() if last_error else 0)

    def observe_model(self, mid: float, everybody: float) -> None:
        """How much of the model's month is used, 1 is all: by one MID at most, by all of them."""
        self._spent.labels("mid").set(mid)
        self._spent.labels("all").set(everybody)

    def watch_store(self, db: Database) -> None:
        """Count whenever the store is away, whoever asked it."""

        def failed(context: ExceptionContext) -> None:
            if isinstance(context.sqlalchemy_exception, STORE_AWAY):
                self._away.inc()

        for engine in {db.engine.sync_engine, db.reading.sync_engine}:
            event.listen(engine, "handle_error", failed)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        from prometheus_client.exposition import generate_latest  # noqa: PLC0415

        return generate_latest(self._all)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _version() -> str:
    try:
        return version("midline")
    except PackageNotFoundError:
        return "unknown"


class CallCounter(BaseRequestMiddleware):
    """Counts every call to Telegram. Registered after ``Pace``, it sees each try."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Carry out one call, and count it."""
        outcome = "refused"
        try:
            answer = await make_request(bot, method)
            outcome = "ok"
        except TelegramRetryAfter as error:
            outcome = "429"
            self._metrics.asked_to_wait(error.retry_after)
            raise
        except TelegramServerError:
            outcome = "5xx"
            raise
        except (TelegramNetworkError, asyncio.CancelledError):
            outcome = "network"
            raise
        finally:
            self._metrics.called(method.__api_method__, outcome)
        if isinstance(method, GetUpdates):
            # What comes back is the result itself, whatever aiogram's types say.
            for update in cast("list[dict[str, object]]", answer):
                self._metrics.received(
                    next((name for name in ALLOWED_UPDATES if name in update), OTHER)
                )
        return answer
