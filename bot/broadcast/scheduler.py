"""The engine of the sender: whose turn is next, and one turn."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from math import inf

import structlog
from aiogram import Bot

from bot.aio import loop_time, within
from bot.broadcast.committer import OutcomeCommitter
from bot.broadcast.job import BroadcastJob
from bot.metrics import Metrics
from bot.telegram import chat_store, outbound
from bot.telegram.outbound import SendResult, SendStatus
from bot.telegram.rate_limit import ChatSpacing, SendBudget
from service.db.errors import STORE_AWAY, describe_outage
from service.deps import Deps
from service.notices import rules
from service.notices.audience import read_next_batch
from service.notices.delivery import cases as delivery
from service.notices.delivery_values import Deferred, Recipient
from service.notices.values import DeferReason, HaltReason, NoticeOutcome, NoticeStatus

log = structlog.get_logger()

STALE_SECONDS = 2.0
FEW, MANY = 10, 100
TRIES = 6
GIVEN_UP_TRIES = 100
FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
LATER = timedelta(minutes=10)

UNDELIVERED = {
    SendStatus.BLOCKED: NoticeOutcome.BLOCKED,
    SendStatus.UNREACHABLE: NoticeOutcome.UNREACHABLE,
    SendStatus.UNCERTAIN: NoticeOutcome.UNCERTAIN,
    SendStatus.WRONG: NoticeOutcome.FAILED,
}
"""What a notice comes to for a person whom a call that ended so did not reach."""


class BroadcastScheduler:
    """Sends the notices in ``jobs``. Many calls are under way at once; commits run one by one."""

    def __init__(
        self,
        deps: Deps,
        bot: Bot,
        budget: SendBudget,
        metrics: Metrics,
        *,
        rate: float,
        paid: bool = False,
    ) -> None:
        self.metrics = metrics
        self.jobs: dict[str, BroadcastJob] = {}
        self.digesting: set[str] = set()
        self.apart = ChatSpacing()
        self._deps = deps
        self._bot = bot
        self._budget = budget
        self._paid = paid
        self._chunk = int(min(max(rate / 4, FEW), MANY))
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self.writing = OutcomeCommitter(
            deps,
            self.jobs,
            rate,
            metrics=metrics,
            done=self._changed.set,
            away=self._store_away,
        )
        self._trouble = 0
        self._shut_until = 0.0

    @property
    def quiet(self) -> bool:
        """Whether nobody is under way and everything is written."""
        return all(job.quiet for job in self.jobs.values())

    def wake(self) -> None:
        """Something changed: look whose turn it is, and write what waits."""
        self.writing.want()
        self._changed.set()

    def stop(self) -> None:
        """Begin no more turns."""
        self._stopping.set()
        self._changed.set()

    async def send_for(self, seconds: float, group: asyncio.TaskGroup) -> None:
        """Begin turns for a while, or until ``stop``."""
        end = loop_time() + seconds
        while not self._stopping.is_set() and (left := end - loop_time()) > 0:
            self._changed.clear()
            for job in self.jobs.values():
                self._read_ahead(job, group)
            wait = max(self._budget.wait(), self._shut_until - loop_time())
            busy = sum(len(job.under_way) for job in self.jobs.values())
            next_ = self._next() if busy < self._budget.under_way else None
            if next_ is None:
                await self.change_within(left)
            elif wait > 0:
                await within(min(wait, left), self._stopping)
            else:
                self._budget.spend()
                group.create_task(self._turn(next_, next_.start()))

    async def change_within(self, seconds: float) -> None:
        """Wait until something changes, but no longer."""
        await within(seconds, self._changed)

    def _next(self) -> BroadcastJob | None:
        """Whose turn it is: urgent notices first, the others one after the other."""
        if any(job.wants_intent() for job in self.jobs.values()):
            self.writing.want()
        ready = [job for job in self.jobs.values() if job.ready()]
        if not ready:
            return None
        chosen = next((job for job in ready if job.notice.content.bypasses_limits), ready[0])
        # To the end of the line.
        self.jobs[chosen.id] = self.jobs.pop(chosen.id)
        return chosen

    def _read_ahead(self, job: BroadcastJob, group: asyncio.TaskGroup) -> None:
        if job.notice.status is not NoticeStatus.RUNNING or job.resting or job.busy:
            return
        if job.buffer and loop_time() - job.read_at > STALE_SECONDS and not job.retries:
            # Who withdrew while Telegram made the bot wait must not be sent to any more.
            if job.quiet:
                job.forget()
            return
        night = rules.mid_quiet_hours_until(job.notice.mid, self._deps.clock.now())
        waits = night is not None and not job.notice.content.bypasses_limits
        if not (job.exhausted or waits or len(job.buffer) >= self._chunk):
            job.busy = True
            group.create_task(self._read(job))

    async def _read(self, job: BroadcastJob) -> None:
        try:
            turn = await read_next_batch(self._deps, job.looked_at, job.after, self._chunk)
            async with self._deps.db.read() as conn:
                member_ids = [recipient.member_id for recipient in turn.send]
                chats = await chat_store.read_chats_of(conn, member_ids)
            job.read(turn, chats, loop_time())
        except STORE_AWAY as error:
            self._store_away(error)
        finally:
            job.busy = False
        self.wake()

    async def _turn(self, job: BroadcastJob, recipient: Recipient) -> None:
        """One person's turn, from the look at their chat to an outcome."""
        known = job.chats.pop(recipient.member_id, None)
        if known is None:
            try:
                async with self._deps.db.read() as conn:
                    found = await chat_store.read_chats_of(conn, [recipient.member_id])
            except STORE_AWAY as error:
                self._store_away(error)
                job.give_back(recipient)
                return
            known = found.get(recipient.member_id)
        chat_id, blocked = known or (None, False)
        if recipient.in_doubt and job.notice.content.on_doubt == "skip":
            job.wave.doubted += 1
            job.settle(recipient, NoticeOutcome.UNCERTAIN)
        elif chat_id is None or blocked:
            job.settle(recipient, NoticeOutcome.BLOCKED if blocked else NoticeOutcome.UNREACHABLE)
        else:
            await self._call(job, recipient, chat_id)
        self.wake()

    async def _call(self, job: BroadcastJob, recipient: Recipient, chat_id: int) -> None:
        await self.apart.wait(chat_id)
        if self._budget.frozen_for:
            return job.give_back(recipient)
        rev, now = job.notice.rev, self._deps.clock.now()
        body = job.letters.to(job.notice, recipient, now, paid=self._paid)
        answer = await outbound.send_body(self._bot, chat_id, body)
        match answer.status:
            case SendStatus.TAKEN:
                self._budget.record_success()
                self._trouble = 0
                job.settle(recipient, NoticeOutcome.SENT, answer.message_id, rev)
            case SendStatus.WAIT:
                self._budget.freeze(answer.seconds)
                job.give_back(recipient)
            case SendStatus.SHUT:
                log.error("bot_may_not_send", reason=answer.reason)
                self.shut(LONGEST_WAIT)
                job.give_back(recipient)
            case SendStatus.AGAIN:
                self._try_again(job, recipient)
            case _:
                job.settle(recipient, UNDELIVERED[answer.status])
                await self._note(job, answer, chat_id)
        return None

    async def _note(self, job: BroadcastJob, answer: SendResult, chat_id: int) -> None:
        """What a refusal means beyond this one turn."""
        try:
            if answer.status is SendStatus.BLOCKED:
                async with self._deps.db.write() as conn:
                    await chat_store.set_blocked(conn, chat_id, self._deps.clock.now())
            if answer.status is SendStatus.WRONG:
                await self.halt(job, HaltReason.REFUSED, answer.reason)
        except STORE_AWAY as error:
            self._store_away(error)

    async def halt(self, job: BroadcastJob, why: HaltReason, reason: str) -> None:
        """Send no more of a notice until a person has looked at it."""
        log.error("notice_paused", notice=job.id, why=why.value, reason=reason)
        self.metrics.halted(why)
        job.halted_at = inf
        await delivery.pause(self._deps, job.id, job.notice.epoch, why, reason)
        job.halted_at = loop_time()

    def _try_again(self, job: BroadcastJob, recipient: Recipient) -> None:
        """Telegram or the network is in trouble: wait longer each time, then let others try."""
        self._trouble += 1
        self.shut(min(FIRST_WAIT * 2.0 ** min(self._trouble, 10), LONGEST_WAIT))
        tries = recipient.tries + 1
        if tries % TRIES:
            job.give_back(recipient, replace(recipient, tries=tries))
        elif tries >= GIVEN_UP_TRIES:
            job.settle(recipient, NoticeOutcome.FAILED)
        else:
            until = self._deps.clock.now() + LATER
            put_off = Deferred(
                number=recipient.number, why=DeferReason.RETRY, until=until, tries=tries
            )
            job.hold(recipient, replace(put_off, in_doubt=recipient.in_doubt))

    def shut(self, seconds: float) -> None:
        """Begin no turn for a while."""
        self._shut_until = max(self._shut_until, loop_time() + seconds)

    def _store_away(self, error: Exception) -> None:
        log.warning("store_away", **describe_outage(error))
        self.shut(FIRST_WAIT)
