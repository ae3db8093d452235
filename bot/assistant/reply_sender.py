"""The carrier of replies: what a person at a MID wrote reaches the member, once.

A reply is one message, so it needs no broadcast: it is written that it is about to be sent, it is
sent, and it is written that it was. A process that dies in between leaves a doubt; the reply is
then sent again and says so.
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
LOOK_SECONDS = 1.0
FIRST_WAIT = 5.0
LONGEST_WAIT = 3600.0


class ReplySender:
    """Sends replies that are due until it is told to stop."""

    def __init__(self, deps: Deps, bot: Bot, lanes: Lanes) -> None:
        self._deps = deps
        self._bot = bot
        self._lanes = lanes
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()

    async def run(self) -> None:
        """Send due replies while this process is the one that does, until ``stop``."""
        await run_while_leader(
            self._lanes, LANE, self._lead, stop=self._stopping, retry_seconds=LOOK_SECONDS
        )

    async def _lead(self) -> None:
        while not self._stopping.is_set():
            for reply in await reply_delivery.list_due(self._deps):
                if self._stopping.is_set():
                    return
                await self._send(reply)
            await within(LOOK_SECONDS, self._stopping)

    async def _send(self, due_reply: DueReply) -> None:
        async with self._deps.db.read() as conn:
            found = await chat_store.read_chats_of(conn, [due_reply.member_id])
        chat_id, blocked = found.get(due_reply.member_id, (0, True))
        if blocked:
            # It stays in their list, for when they open the bot again.
            await reply_delivery.give_up(self._deps, due_reply.question.id)
            return
        try:
            member, _ = await people.read_member(self._deps, due_reply.member_id)
        except NotFoundError:
            # They had everything erased just now, the reply too.
            return
        w = words(negotiate(member.locale or member.spoken))
        screen = asking.reply(due_reply.question, w, maybe_duplicate=due_reply.in_doubt)
        await reply_delivery.mark_sending(self._deps, due_reply.question.id)
        answer = await outbound.send(self._bot, chat_id, screen)
        await self._write(due_reply, answer)

    async def _write(self, due_reply: DueReply, answer: outbound.SendResult) -> None:
        question = due_reply.question.id
        if answer.status is SendStatus.TAKEN:
            await reply_delivery.mark_finished(self._deps, question)
        elif answer.status in {SendStatus.BLOCKED, SendStatus.UNREACHABLE, SendStatus.WRONG}:
            log.warning("reply_not_taken", question=question, end=answer.status.value)
            await reply_delivery.give_up(self._deps, question)
        else:
            wait = min(FIRST_WAIT * 2**due_reply.tries, LONGEST_WAIT)
            # Once in doubt it stays so, whatever became of the tries after it.
            doubt = due_reply.in_doubt or answer.status is SendStatus.UNCERTAIN
            seconds = max(wait, answer.seconds)
            await reply_delivery.retry_later(
                self._deps, due_reply, seconds=seconds, in_doubt=doubt
            )
