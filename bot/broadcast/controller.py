"""The sender of notices: one per bot, durable, in the gaps that replies leave.

Who is about to be sent to is written before, what became of it after, both in one commit. A
process that dies leaves in doubt only who was under way. See decision 4.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiogram import Bot

from bot.aio import loop_time
from bot.broadcast.corrections import edit_messages
from bot.broadcast.digests import send_digests
from bot.broadcast.job import BroadcastJob
from bot.broadcast.scheduler import BroadcastScheduler
from bot.metrics import Metrics
from bot.telegram.rate_limit import SendBudget
from bot.updates.lanes import Lanes
from bot.updates.leader import run_while_leader
from service.db.errors import STORE_AWAY, describe_outage
from service.deps import Deps
from service.notices.audience import read_due_deferred
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion
from service.notices.values import HaltReason, NoticeStatus

log = structlog.get_logger()

LANE = "notices"
LOOK_SECONDS = 0.5
TELL_SECONDS = 3.0
DRAIN_SECONDS = 2.0


class BroadcastController:
    """Sends what is due until it is told to stop. ``told`` hears of notices that got further."""

    def __init__(
        self,
        deps: Deps,
        bot: Bot,
        budget: SendBudget,
        lanes: Lanes,
        *,
        metrics: Metrics,
        rate: float,
        paid: bool = False,
        told: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._deps = deps
        self._bot = bot
        self._budget = budget
        self._lanes = lanes
        self._told = told
        self._metrics = metrics
        self._rate = rate
        self._paid = paid
        self._told_at: dict[str, float] = {}
        self._stopping = asyncio.Event()
        self._out: BroadcastScheduler | None = None
        self._edits: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Begin nothing more; what is under way gets a moment to end."""
        self._stopping.set()
        if self._out is not None:
            self._out.stop()

    async def run(self) -> None:
        """Send whenever this process is the one that sends, until ``stop``."""
        await run_while_leader(
            self._lanes, LANE, self._lead, stop=self._stopping, retry_seconds=LOOK_SECONDS
        )

    async def _lead(self) -> None:
        self._out = out = BroadcastScheduler(
            self._deps,
            self._bot,
            self._budget,
            self._metrics,
            rate=self._rate,
            paid=self._paid,
        )
        try:
            async with asyncio.TaskGroup() as group:
                writing = group.create_task(out.writing.run())
                while not self._stopping.is_set():
                    await self._look(out, group)
                    await out.send_for(LOOK_SECONDS, group)
                # An edit that is cut short is done again, and changes nothing.
                for task in self._edits:
                    task.cancel()
                await self._drain(out)
                writing.cancel()
        except* delivery.SupersededError:
            log.warning("sending_lost")

    async def _look(self, out: BroadcastScheduler, group: asyncio.TaskGroup) -> None:
        """Take over what is new, and see to what runs, was stopped, or was corrected."""
        asked_at = loop_time()
        due = {notice.id: notice for notice in await delivery.list_due(self._deps)}
        for notice_id in [due_id for due_id in due if due_id not in out.jobs]:
            notice = await delivery.take_over(self._deps, notice_id)
            if notice is not None:
                out.jobs[notice_id] = BroadcastJob(
                    notice, await delivery.read_notice_licences(self._deps, notice)
                )
                log.info("notice_taken", notice=notice_id, status=notice.status.value)
        for job in list(out.jobs.values()):
            if job.id in due:
                job.refresh(due[job.id], asked_at)
                await self._see_to(out, job, group)
            elif job.quiet and not job.busy:
                # First: nothing else may be written of it from here on.
                del out.jobs[job.id]
                await self._let_go(job)
                self._told_at.pop(job.id, None)
                await self._tell(job.id)
            else:
                job.rest()
        out.wake()

    async def _see_to(
        self, out: BroadcastScheduler, job: BroadcastJob, group: asyncio.TaskGroup
    ) -> None:
        if loop_time() - self._told_at.get(job.id, 0.0) > TELL_SECONDS:
            self._told_at[job.id] = loop_time()
            await self._tell(job.id)
        if job.notice.rev > job.notice.edited_rev and not job.editing:
            job.editing = True
            task = group.create_task(edit_messages(self._deps, self._bot, self._budget, job))
            self._edits.add(task)
            task.add_done_callback(self._edits.discard)
        if job.notice.status is not NoticeStatus.RUNNING:
            job.rest()
            return
        if not job.wake():
            return
        if await self._has_expired(job):
            return
        if job.wave_is_over() and not job.wave.passes(job.notice):
            await out.halt(job, HaltReason.CANARY, "too many of the first wave failed")
        if not job.retries:
            open_ = job.again
            most = self._budget.under_way
            job.read_again(await read_due_deferred(self._deps, job.looked_at, most), open_)
        mid = job.notice.mid
        if mid.id not in out.digesting:
            out.digesting.add(mid.id)
            group.create_task(send_digests(self._deps, self._bot, self._budget, out, mid))
        done = job.exhausted and job.quiet and not job.buffer
        if done and not job.editing and not job.finishing:
            job.finishing = True
            group.create_task(self._finish(out, job))

    async def _has_expired(self, job: BroadcastJob) -> bool:
        """Whether the moment has passed after which nobody is to get it."""
        end = job.notice.content.expires_at
        if end is None or end > self._deps.clock.now():
            return False
        job.rest()
        await delivery.expire(self._deps, job.id, job.notice.epoch)
        log.info("notice_expired", notice=job.id)
        return True

    async def _finish(self, out: BroadcastScheduler, job: BroadcastJob) -> None:
        try:
            if await delivery.read_next_due(self._deps, job.id) is not None:
                return
            if missed := await completion.finish(self._deps, job.notice):
                # What this process remembers of it has a hole: it begins anew with what is stored.
                out.jobs.pop(job.id, None)
                log.error(
                    "notice_paused", notice=job.id, why=HaltReason.MISSED.value, people=missed
                )
                self._metrics.halted(HaltReason.MISSED)
            else:
                log.info("notice_finished", notice=job.id)
        except STORE_AWAY as error:
            log.warning("store_away", **describe_outage(error))
        finally:
            job.finishing = False

    async def _tell(self, notice_id: str) -> None:
        if self._told is not None:
            await self._told(notice_id)

    async def _let_go(self, job: BroadcastJob) -> None:
        """Leave nobody in doubt who is not."""
        batch = job.last_words()
        if batch is not None:
            await delivery.write_outcomes(self._deps, {job.id: batch}, {job.id: job.notice.epoch})

    async def _drain(self, out: BroadcastScheduler) -> None:
        """Let what is under way end, and write it."""
        for job in out.jobs.values():
            job.rest()
        end = loop_time() + DRAIN_SECONDS
        while not out.quiet and (left := end - loop_time()) > 0:
            out.wake()
            await asyncio.sleep(min(left, 0.02))
        jobs = list(out.jobs.values())
        out.jobs.clear()
        for job in jobs:
            await self._let_go(job)
