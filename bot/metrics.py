"""Metrics of the process for Prometheus. No label names a member, a chat or a MID.

``prometheus_client`` is slow to import, hence imported with the first ``Metrics``.
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

from bot.aio import loop_time
from bot.telegram.errors import TRANSIENT
from bot.telegram.update_kinds import ALLOWED_UPDATES, OTHER, kind_in, kind_of
from service.db.database import Database
from service.db.errors import STORE_AWAY
from service.notices.delivery_values import Settled
from service.notices.values import HaltReason

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Upper bounds of the histogram of handling times, in seconds."""


class StoredUpdate(Protocol):
    """An update in the inbox."""

    @property
    def body(self) -> str:
        """The JSON that Telegram sent."""


UpdateT = TypeVar("UpdateT", bound=StoredUpdate)


class Metrics:
    """The collectors of one process in a registry of their own, and the methods that feed them.

    ``last_contact`` is the loop's time of the last answer of Telegram, None before the first.
    """

    def __init__(self) -> None:
        from prometheus_client import (  # noqa: PLC0415  # slow, and not needed to read this module
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            ProcessCollector,
        )

        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._received = Counter(
            "midline_updates_received",
            "Updates that came from Telegram, repeats included",
            ["kind"],
            registry=registry,
        )
        self._set_aside = Counter(
            "midline_updates_set_aside",
            "Updates that were acknowledged and not stored, by the field that is not as it should"
            " be; the log has their ids",
            ["field"],
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
            buckets=BUCKETS,
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
        self._frozen_until = 0.0
        self.last_contact: float | None = None

    def received(self, kind: str) -> None:
        """Count an update that came, by polling or by a webhook call."""
        self._received.labels(kind if kind in ALLOWED_UPDATES else OTHER).inc()

    def set_aside(self, field: str) -> None:
        """Count an update that was acknowledged and not stored; ``field`` is what is wrong."""
        self._set_aside.labels(field).inc()

    def handled(self, kind: str, seconds: float, outcome: str) -> None:
        """Count an update whose handling ended; ``outcome`` is ok, again or failed."""
        self._handled.labels(kind, outcome).inc()
        self._seconds.labels(kind).observe(seconds)

    def instrument(
        self, handle: Callable[[UpdateT], Awaitable[None]]
    ) -> Callable[[UpdateT], Awaitable[None]]:
        """Wrap a handler so that its calls are counted and timed."""

        async def counted(update: UpdateT) -> None:
            started_at, outcome = loop_time(), "failed"
            try:
                await handle(update)
                outcome = "ok"
            except (*TRANSIENT, asyncio.CancelledError):
                outcome = "again"
                raise
            finally:
                self.handled(kind_of(update.body), loop_time() - started_at, outcome)

        return counted

    def called(self, method: str, outcome: str) -> None:
        """Count a call to Telegram that ended; see ``midline_telegram_calls`` for outcomes."""
        self._calls.labels(method, outcome).inc()
        if outcome not in {"network", "5xx"}:
            self.last_contact = loop_time()

    def asked_to_wait(self, seconds: float) -> None:
        """Count the seconds of a 429. Several at the same time count as one wait."""
        now = loop_time()
        until = max(self._frozen_until, now + seconds)
        self._frozen.inc(until - max(self._frozen_until, now))
        self._frozen_until = until

    def settled(self, people: Iterable[Settled]) -> None:
        """Count the outcomes of a notice for some people, once they are committed."""
        for person in people:
            self._notices.labels(person.outcome.name.lower()).inc()

    def halted(self, why: HaltReason) -> None:
        """Count a notice that was put on hold."""
        self._halts.labels(why.value).inc()

    def observe_inbox(self, count: int, oldest: float) -> None:
        """Set the number of waiting updates and the age of the oldest in seconds."""
        self._waiting.set(count)
        self._oldest.set(oldest)

    def observe_webhook(self, pending: int, last_error: datetime | None) -> None:
        """Set what Telegram reports of the webhook: waiting updates, and its last failed call."""
        self._pending.set(pending)
        self._hook_failed.set(last_error.timestamp() if last_error else 0)

    def observe_model(self, mid: float, everybody: float) -> None:
        """Set the used shares of the model's month, 0 to 1: of the MID that used most, of all."""
        self._spent.labels("mid").set(mid)
        self._spent.labels("all").set(everybody)

    def watch_store(self, db: Database) -> None:
        """Count the errors of every connection that mean that the store is out of reach."""

        def count_outage(context: ExceptionContext) -> None:
            if isinstance(context.sqlalchemy_exception, STORE_AWAY):
                self._away.inc()

        for engine in {db.engine.sync_engine, db.reading.sync_engine}:
            event.listen(engine, "handle_error", count_outage)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        from prometheus_client.exposition import generate_latest  # noqa: PLC0415

        return generate_latest(self._registry)


class CallCounter(BaseRequestMiddleware):
    """Counts calls to Telegram. Registered after ``RetryMiddleware``, it sees every attempt."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Make a call and count its outcome; also counts the updates that polling returns."""
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
            # The bot's session returns the result as parsed JSON, not the ``Response`` of aiogram.
            for update in cast("list[object]", answer):
                self._metrics.received(kind_in(update))
        return answer


def _version() -> str:
    try:
        return version("midline")
    except PackageNotFoundError:
        return "unknown"
