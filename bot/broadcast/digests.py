"""One message in place of several: what was too much for the week."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
from aiogram import Bot

from bot.broadcast.job import BroadcastJob
from bot.broadcast.scheduler import UNDELIVERED, BroadcastScheduler
from bot.telegram import chat_store, outbound
from bot.telegram.outbound import SendResult, SendStatus
from bot.telegram.rate_limit import SendBudget
from dialogs import notice as dialog
from locales.words import words
from service.db.errors import STORE_AWAY, describe_outage
from service.deps import Deps
from service.mids.values import Mid
from service.notices.delivery import cases as delivery
from service.notices.delivery import digests
from service.notices.delivery.digests import Digest
from service.notices.delivery_values import Deferred, OutcomeBatch, Recipient, Settled
from service.notices.values import DeferReason, Notice, NoticeOutcome

log = structlog.get_logger()

AT_ONCE = 10
LATER = timedelta(minutes=10)
FIRST_WAIT = 0.5

_OUTCOMES = {SendStatus.TAKEN: NoticeOutcome.IN_DIGEST, **UNDELIVERED}


async def send_digests(
    deps: Deps, bot: Bot, budget: SendBudget, out: BroadcastScheduler, mid: Mid
) -> None:
    """Send what is due of one MID. Only where every notice of a digest is this process's own.

    Raises:
        SupersededError: another process sends now.
    """
    try:
        for due_digest in await digests.list_due_digests(deps, mid, AT_ONCE):
            ids = {notice.id for notice in due_digest.notices} | due_digest.other.keys()
            if ids <= out.jobs.keys():
                jobs = {notice_id: out.jobs[notice_id] for notice_id in ids}
                await _send(deps, bot, budget, out, jobs, due_digest)
    except STORE_AWAY as error:
        log.warning("store_away", **describe_outage(error))
    finally:
        out.digesting.discard(mid.id)


async def _send(
    deps: Deps,
    bot: Bot,
    budget: SendBudget,
    out: BroadcastScheduler,
    jobs: Mapping[str, BroadcastJob],
    digest: Digest,
) -> None:
    batches = {
        notice_id: OutcomeBatch(settled=(end,))
        if isinstance(end, Settled)
        else OutcomeBatch(deferred=(end,))
        for notice_id, end in digest.other.items()
    }
    if digest.to is not None and digest.notices:
        async with deps.db.read() as conn:
            chats = await chat_store.read_chats_of(conn, [digest.to.member_id])
        chat_id, blocked = chats.get(digest.to.member_id, (None, False))
        if chat_id is None or blocked:
            answer = SendResult(SendStatus.BLOCKED if blocked else SendStatus.UNREACHABLE)
        else:
            trying = OutcomeBatch(trying=(digest.to.number,))
            await _write(deps, jobs, {notice.id: trying for notice in digest.notices})
            answer = await _call(deps, bot, budget, out, jobs, digest, chat_id)
        for notice in digest.notices:
            batches[notice.id] = _batch(deps, digest.to, notice, answer)
    await _commit_until_written(deps, jobs, batches)
    out.metrics.settled([settled for batch in batches.values() for settled in batch.settled])


async def _commit_until_written(
    deps: Deps, jobs: Mapping[str, BroadcastJob], batches: Mapping[str, OutcomeBatch]
) -> None:
    """Write what became of a message until it is written: it was sent, and is not sent again."""
    while True:
        try:
            return await _write(deps, jobs, batches)
        except STORE_AWAY as error:
            log.warning("store_away", **describe_outage(error))
            batches = {key: replace(batch, again=True) for key, batch in batches.items()}
            await asyncio.sleep(FIRST_WAIT)


async def _write(
    deps: Deps, jobs: Mapping[str, BroadcastJob], batches: Mapping[str, OutcomeBatch]
) -> None:
    epochs = {batch: jobs[batch].notice.epoch for batch in batches}
    await delivery.write_outcomes(deps, batches, epochs)


async def _call(
    deps: Deps,
    bot: Bot,
    budget: SendBudget,
    out: BroadcastScheduler,
    jobs: Mapping[str, BroadcastJob],
    digest: Digest,
    chat_id: int,
) -> SendResult:
    assert digest.to is not None
    now, w = deps.clock.now(), words(digest.to.locale)
    views = [
        delivery.build_first_view(
            notice, digest.to.membership_id, digest.to.zone, jobs[notice.id].about, now
        )
        for notice in digest.notices
    ]
    note = dialog.maybe_duplicate_note(w) if digest.to.in_doubt else None
    screen = dialog.digest(views, digest.notices[0].mid, w, note=note)
    await out.apart.wait(chat_id)
    return await outbound.call_within_budget(budget, partial(outbound.send, bot, chat_id, screen))


def _batch(deps: Deps, to: Recipient, notice: Notice, answer: SendResult) -> OutcomeBatch:
    if answer.status not in _OUTCOMES:
        held = Deferred(
            number=to.number,
            why=DeferReason.DIGEST,
            until=deps.clock.now() + LATER,
            in_doubt=to.in_doubt,
        )
        return OutcomeBatch(deferred=(held,))
    settled = Settled(
        number=to.number,
        outcome=_OUTCOMES[answer.status],
        language=notice.content.language_for(to.locale),
        message_id=answer.message_id,
        rev=notice.rev,
    )
    return OutcomeBatch(settled=(settled,))
