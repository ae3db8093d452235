"""Putting a corrected notice into the messages that were sent with its former words."""

import asyncio
from functools import partial

import structlog
from aiogram import Bot

from bot.broadcast.job import BroadcastJob
from bot.telegram import chat_store, outbound
from bot.telegram.outbound import SendStatus
from bot.telegram.rate_limit import SendBudget
from dialogs import notice as dialog
from locales.words import words
from service.db.errors import STORE_AWAY, describe_outage
from service.deps import Deps
from service.errors import NotFoundError
from service.notices.delivery import corrections
from service.notices.inbox import cases as notice_inbox

log = structlog.get_logger()

FIRST_WAIT = 0.5


async def edit_messages(deps: Deps, bot: Bot, budget: SendBudget, job: BroadcastJob) -> None:
    """Edit segment by segment. What a death interrupts is edited again, which changes nothing."""
    after = 0
    try:
        # A correction of the correction must not count for who was edited before it came.
        while (
            found := await corrections.read_outdated(deps, notice := job.notice, after)
        ) is not None:
            after, sent = found
            for number, message_id in sent:
                await _edit_one(deps, bot, budget, job, number, message_id)
            await corrections.mark_corrected(deps, notice, after)
    except STORE_AWAY as error:
        log.warning("store_away", **describe_outage(error))
    finally:
        job.editing = False


async def _edit_one(
    deps: Deps, bot: Bot, budget: SendBudget, job: BroadcastJob, number: int, message_id: int
) -> None:
    reader = await corrections.read_recipient(deps, job.notice, number)
    if reader is None:
        return
    async with deps.db.read() as conn:
        chats = await chat_store.read_chats_of(conn, [reader.member_id])
    chat_id, blocked = chats.get(reader.member_id, (None, True))
    if chat_id is None or blocked:
        return
    try:
        view = await notice_inbox.read_view(deps, reader.member_id, job.id)
    except NotFoundError:
        return
    screen = dialog.screen(view, words(reader.locale))
    call = partial(outbound.edit, bot, chat_id, message_id, screen)
    while True:
        answer = await outbound.call_within_budget(budget, call)
        if answer.status is not SendStatus.AGAIN:
            return
        await asyncio.sleep(FIRST_WAIT)
