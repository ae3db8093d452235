"""A draft message that grows while a model writes, with a button that stops it.

Drafts are a convenience and never the answer: whether or not they are shown, the final text is
sent as a message of its own. A draft ends as soon as Telegram asks to wait.
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
OnSentence = Callable[[str], Awaitable[None]]
"""Called with each sentence that is ready to be shown."""
Work = Callable[[OnSentence], Awaitable[T]]

UPDATE_SECONDS = 1.5
LONGEST_TEXT = 4000


class DraftStops:
    """The drafts that are shown now, so that a tap on a stop button finds its draft."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int], asyncio.Event] = {}

    def open(self, chat_id: int, draft_id: int) -> asyncio.Event:
        """Register a draft; the event is set when the member stops it."""
        return self._open.setdefault((chat_id, draft_id), asyncio.Event())

    def close(self, chat_id: int, draft_id: int) -> None:
        """Unregister a draft that has ended."""
        self._open.pop((chat_id, draft_id), None)

    def stop(self, chat_id: int, draft_id: int) -> None:
        """Set the draft's event, unless it has ended already."""
        if event := self._open.get((chat_id, draft_id)):
            event.set()


class DraftStream:
    """The draft of one answer in one chat."""

    def __init__(self, bot: Bot, chat_id: int, stops: DraftStops) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._stops = stops
        self._id = secrets.randbelow(2**31 - 1) + 1
        self._text = ""

    async def show_while(self, first_text: str, work: Work[T]) -> T | None:
        """Run ``work`` and show the sentences it reports; None when the member stopped it.

        ``work`` is cancelled when it is stopped, and gets the callback for its sentences. Before
        the first of them the draft shows ``first_text``.
        """
        self._text = first_text
        sentences: list[str] = []

        async def on_sentence(sentence: str) -> None:
            sentences.append(sentence)
            self._text = " ".join(sentences)[:LONGEST_TEXT]

        stopped = self._stops.open(self._chat_id, self._id)
        try:
            async with asyncio.TaskGroup() as group:
                drafting = group.create_task(self._draft())
                waiting = group.create_task(stopped.wait())
                working = group.create_task(_run(work, on_sentence))
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
                    # Trying again would delay the final message: no more drafts for this answer.
                    log.info("drafts_end", seconds=error.retry_after)
                    return
                except (TelegramAPIError, ClientDecodeError) as error:
                    log.info("draft_not_taken", error=type(error).__name__)
            await asyncio.sleep(UPDATE_SECONDS)


async def _run(work: Work[T], on_sentence: OnSentence) -> T:
    """Turn any awaitable into the coroutine that a task needs."""
    return await work(on_sentence)
