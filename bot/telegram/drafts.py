"""A message that grows while a model writes: drafts, with a button that stops it.

Drafts are a comfort and never the answer: whatever becomes of them, the final text is sent as a
message of its own. They are as slow as Telegram wants them, and end when it asks to wait.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter

log = structlog.get_logger()

T = TypeVar("T")
Told = Callable[[str], Awaitable[None]]
Work = Callable[[Told], Awaitable[T]]

BETWEEN = 1.5
LONGEST = 4000


class Stops:
    """Which drafts are being written now, so that a tap on their stop button finds them."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int], asyncio.Event] = {}

    def open(self, chat_id: int, draft_id: int) -> asyncio.Event:
        """A draft begins; the event is set when the member stops it."""
        return self._open.setdefault((chat_id, draft_id), asyncio.Event())

    def close(self, chat_id: int, draft_id: int) -> None:
        """It is over."""
        self._open.pop((chat_id, draft_id), None)

    def stop(self, chat_id: int, draft_id: int) -> None:
        """The member wants no more of it. One that is over already stays as it is."""
        if event := self._open.get((chat_id, draft_id)):
            event.set()


class Drafts:
    """The draft of one answer in one chat."""

    def __init__(self, bot: Bot, chat_id: int, stops: Stops) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._stops = stops
        self._id = secrets.randbelow(2**31 - 1) + 1
        self._text = ""

    async def write(self, begins: str, work: Work[T]) -> T | None:
        """Show drafts while ``work`` goes on; None when the member stopped it.

        ``work`` is given what it calls with each sentence.
        """
        self._text = begins
        said: list[str] = []

        async def told(claim: str) -> None:
            said.append(claim)
            self._text = " ".join(said)[:LONGEST]

        stopped = self._stops.open(self._chat_id, self._id)
        try:
            async with asyncio.TaskGroup() as group:
                drafting = group.create_task(self._draft())
                waiting = group.create_task(stopped.wait())
                working = group.create_task(_of(work, told))
                await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
                for task in (drafting, waiting, working):
                    task.cancel()
        finally:
            self._stops.close(self._chat_id, self._id)
        return None if working.cancelled() else working.result()

    async def _draft(self) -> None:
        shown = None
        while True:
            if self._text != shown:
                shown = self._text
                try:
                    await self._bot.send_message_draft(
                        self._chat_id, self._id, text=shown, parse_mode=None, can_stop=True
                    )
                except TelegramRetryAfter as error:
                    # Insisting would cost the final message: there is no draft any more.
                    log.info("drafts_end", seconds=error.retry_after)
                    return
                except (TelegramAPIError, ClientDecodeError) as error:
                    log.info("draft_not_taken", error=type(error).__name__)
            await asyncio.sleep(BETWEEN)


async def _of(work: Work[T], told: Told) -> T:
    return await work(told)
