"""The commits of the sender: one after the other, each with everything that waits."""

import asyncio
from collections.abc import Callable
from math import ceil

from bot.broadcast.job import BroadcastJob
from bot.metrics import Metrics
from service.db.errors import STORE_AWAY
from service.deps import Deps
from service.notices.delivery import cases as delivery
from service.notices.delivery_values import OutcomeBatch

AHEAD_SECONDS = 0.02
FAST = 100
WINDOW_SECONDS = 0.01
WAIT_SECONDS = 0.5


class OutcomeCommitter:
    """Writes what became of people, and who is about to be sent to."""

    def __init__(
        self,
        deps: Deps,
        jobs: dict[str, BroadcastJob],
        rate: float,
        *,
        metrics: Metrics,
        done: Callable[[], None],
        away: Callable[[Exception], None],
    ) -> None:
        self._deps = deps
        self._jobs = jobs
        self._metrics = metrics
        self._done = done
        self._away = away
        # Who is about to be sent to is in doubt after a death: as few as keep the pace.
        self._ahead = ceil(rate * AHEAD_SECONDS)
        self._window = WINDOW_SECONDS if rate > FAST else 0.0
        self._wanted = asyncio.Event()

    def want(self) -> None:
        """There is something to write."""
        self._wanted.set()

    async def run(self) -> None:
        """Commit whenever something waits, until cancelled.

        Raises:
            SupersededError: another process sends now.
        """
        while True:
            await self._wanted.wait()
            if self._window:
                await asyncio.sleep(self._window)
            self._wanted.clear()
            taken = [(job, job.take(self._ahead)) for job in self._jobs.values()]
            batches = {job.id: (job, batch) for job, batch in taken if batch is not None}
            if not batches:
                continue
            if not await self._commit(batches):
                await asyncio.sleep(WAIT_SECONDS)
                self._wanted.set()
            self._done()

    async def _commit(self, batches: dict[str, tuple[BroadcastJob, OutcomeBatch]]) -> bool:
        try:
            found = await delivery.write_outcomes(
                self._deps,
                {notice_id: batch for notice_id, (_, batch) in batches.items()},
                {notice_id: job.notice.epoch for notice_id, (job, _) in batches.items()},
            )
        except STORE_AWAY as error:
            self._away(error)
            for job, batch in batches.values():
                job.failed(batch)
            return False
        for job, batch in batches.values():
            job.wrote(batch, found[job.id])
            self._metrics.settled(batch.settled)
        return True
