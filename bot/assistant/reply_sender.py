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
from bot.telegram.outbound import End
from bot.updates.lanes import Lanes
from dialogs import asking
from locales.words import negotiate, words
from service.db.errors import STORE_AWAY, why_away
from service.deps import Deps
from service.errors import NotFoundError
from service.people import cases as people
from service.questions import delivery as reply_delivery
from service.questions.values import Due

log = structlog.get_logger()

LANE = "replies"
LOOK_SECONDS = 1.0
FIRST_WAIT = 5.0
LONGEST_WAIT = 3600.0


class Replies:
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
        """Look and send whenever this process is the one that does, until ``stop``."""
        while not self._stopping.is_set():
            try:
                # When the lane is lost the task that holds it is cancelled, and it alone.
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._lead())
            except* STORE_AWAY as away:
                log.warning("store_away", **why_away(away))
            await within(LOOK_SECONDS, self._stopping)

    async def _lead(self) -> None:
        if not await self._lanes.hold(LANE):
            return
        try:
            while not self._stopping.is_set():
                for one in await reply_delivery.due(self._deps):
                    if self._stopping.is_set():
                        return
                    await self._send(one)
                await within(LOOK_SECONDS, self._stopping)
        finally:
            await self._lanes.release(LANE)

    async def _send(self, one: Due) -> None:
        async with self._deps.db.read() as conn:
            found = await chat_store.read_chats_of(conn, [one.member_id])
        chat_id, blocked = found.get(one.member_id, (0, True))
        if blocked:
            # It stays in their list, for when they open the bot again.
            await reply_delivery.gave_up(self._deps, one.asked.id)
            return
        try:
            member, _ = await people.who(self._deps, one.member_id)
        except NotFoundError:
            # They had everything erased just now, the reply too.
            return
        w = words(negotiate(member.locale or member.spoken))
        screen = asking.reply(one.asked, w, perhaps_again=one.in_doubt)
        await reply_delivery.begin(self._deps, one.asked.id)
        answer = await outbound.send(self._bot, chat_id, screen)
        await self._write(one, answer)

    async def _write(self, one: Due, answer: outbound.Answer) -> None:
        question = one.asked.id
        if answer.end is End.TAKEN:
            await reply_delivery.ended(self._deps, question)
        elif answer.end in {End.BLOCKED, End.UNREACHABLE, End.WRONG}:
            log.warning("reply_not_taken", question=question, end=answer.end.value)
            await reply_delivery.gave_up(self._deps, question)
        else:
            wait = min(FIRST_WAIT * 2**one.tries, LONGEST_WAIT)
            # Once in doubt it stays so, whatever became of the tries after it.
            doubt = one.in_doubt or answer.end is End.UNCERTAIN
            seconds = max(wait, answer.seconds)
            await reply_delivery.again(self._deps, one, seconds=seconds, in_doubt=doubt)
