"""Sends the replies that people at MIDs write to members' questions.

Each reply is marked in the store before it is sent and after. If the process dies in between it is
uncertain whether the reply was delivered: it is then sent again, with a note that says so.
"""

import asyncio

import structlog
from aiogram import Bot

from bot.aio import within
from bot.telegram import chat_store, outbound
from bot.telegram.outbound import SendStatus
from bot.updates.lanes import Lanes
from bot.updates.leader import run_while_leader
from dialogs import asking
from locales.words import negotiate, words
from service.deps import Deps
from service.errors import NotFoundError
from service.people import cases as people
from service.questions import delivery as reply_delivery
from service.questions.values import DueReply

log = structlog.get_logger()

LANE = "replies"
POLL_SECONDS = 1.0
FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 3600.0


class ReplySender:
    """Polls for due replies and sends them, in one process at a time."""

    def __init__(self, deps: Deps, bot: Bot, lanes: Lanes) -> None:
        self._deps = deps
        self._bot = bot
        self._lanes = lanes
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Make ``run`` return after the reply that is being sent."""
        self._stopping.set()

    async def run(self) -> None:
        """Send due replies while this process is the leader, until ``stop``."""
        await run_while_leader(
            self._lanes, LANE, self._lead, stop=self._stopping, retry_seconds=POLL_SECONDS
        )

    async def _lead(self) -> None:
        while not self._stopping.is_set():
            for reply in await reply_delivery.list_due(self._deps):
                if self._stopping.is_set():
                    return
                await self._send(reply)
            await within(POLL_SECONDS, self._stopping)

    async def _send(self, due_reply: DueReply) -> None:
        async with self._deps.db.read() as conn:
            chats = await chat_store.read_chats_of(conn, [due_reply.member_id])
        chat_id, blocked = chats.get(due_reply.member_id, (0, True))
        if blocked:
            # The member finds it in the list of their questions when they open the bot again.
            await reply_delivery.give_up(self._deps, due_reply.question.id)
            return
        try:
            member, _ = await people.read_member(self._deps, due_reply.member_id)
        except NotFoundError:
            # The member was erased meanwhile, and the reply with them.
            return
        w = words(negotiate(member.locale or member.spoken))
        screen = asking.reply(due_reply.question, w, maybe_duplicate=due_reply.in_doubt)
        await reply_delivery.mark_sending(self._deps, due_reply.question.id)
        result = await outbound.send(self._bot, chat_id, screen)
        await self._record(due_reply, result)

    async def _record(self, due_reply: DueReply, result: outbound.SendResult) -> None:
        question_id = due_reply.question.id
        if result.status is SendStatus.TAKEN:
            await reply_delivery.mark_finished(self._deps, question_id)
        elif result.status in {SendStatus.BLOCKED, SendStatus.UNREACHABLE, SendStatus.WRONG}:
            log.warning("reply_not_taken", question=question_id, end=result.status.value)
            await reply_delivery.give_up(self._deps, question_id)
        else:
            backoff = min(FIRST_RETRY_SECONDS * 2**due_reply.tries, LONGEST_RETRY_SECONDS)
            # An uncertain attempt may have been delivered, whatever became of later attempts.
            in_doubt = due_reply.in_doubt or result.status is SendStatus.UNCERTAIN
            seconds = max(backoff, result.seconds)
            await reply_delivery.retry_later(
                self._deps, due_reply, seconds=seconds, in_doubt=in_doubt
            )
