"""Work that only one process may do at a time: the one that holds the lane of that name."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from bot.aio import within
from bot.updates.lanes import Lanes
from service.db.errors import STORE_AWAY, describe_outage

log = structlog.get_logger()

RETRY_SECONDS = 1.0


async def run_while_leader(
    lanes: Lanes,
    name: str,
    work: Callable[[], Coroutine[Any, Any, None]],
    *,
    stop: asyncio.Event | None = None,
    retry_seconds: float = RETRY_SECONDS,
) -> None:
    """Run ``work()`` while this process holds the lane ``name``, again and again until ``stop``.

    Each term of leadership is one task: it acquires the lane, awaits ``work()`` and releases the
    lane. When another process holds the lane, when ``work`` returns, when leadership is lost and
    when the store is away (logged as ``store_away``), the next term is tried after
    ``retry_seconds``. Without ``stop`` this never returns.

    Stopping: ``stop`` ends the waits here and allows no further term. It does not interrupt
    ``work``, which is given the same event by its owner and returns when it sees it set.

    Lost leadership: the lane's lock is gone (its connection broke), so the term's task is
    cancelled; the caller is not. ``work`` gets ``CancelledError`` at its current ``await`` and
    must let it pass. From that moment another process may lead, also while ``finally`` blocks of
    ``work`` still run: they may free resources of this process but must write nothing that relies
    on leadership. A write that was sent before the loss may still be committed, so what leaders
    write must be idempotent or carry a check of its own (an epoch). Tasks that ``work`` starts
    must end with it: start them in a ``TaskGroup`` inside ``work``.

    Cancellation: cancelling the caller cancels ``work``, waits until it has ended, and releases
    the lane, which other processes may acquire from then on.

    Raises:
        ExceptionGroup: ``work`` raised anything but an error of an absent store. The lane was
            released before.
    """
    stop = stop or asyncio.Event()

    async def lead() -> None:
        # The lane belongs to the task that acquires it: this one is cancelled when it is lost.
        if not await lanes.acquire(name):
            return
        try:
            await work()
        finally:
            await lanes.release(name)

    while not stop.is_set():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(lead())
        except* STORE_AWAY as error:
            log.warning("store_away", **describe_outage(error))
        await within(retry_seconds, stop)
