"""Long polling of Telegram into the inbox."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramUnauthorizedError,
)

from bot.aio import Backoff
from bot.telegram.errors import retry_after
from bot.telegram.session import RawUpdates, UnreadableUpdatesError
from bot.telegram.update_kinds import ALLOWED_UPDATES
from bot.updates.envelope import note_set_aside, read_updates
from bot.updates.inbox import Inbox
from bot.updates.known_fields import read_update_id
from service.db.errors import STORE_AWAY, describe_outage

log = structlog.get_logger()

TIMEOUT = 30
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
CONFLICT_SECONDS = 3.0
NO_ID_SECONDS = 0.5
AT_ONCE = 100
STOP_OTHER_POLLER = "stop the other process that uses this bot's token"


async def poll(bot: Bot, inbox: Inbox, set_aside: Callable[[str], None]) -> None:
    """Fetch updates and store them until cancelled; asking for the next acknowledges the last.

    What is no update is acknowledged too, and ``set_aside`` is called with the reason.

    Raises:
        TelegramUnauthorizedError: the token is not valid.
    """
    offset: int | None = None
    at_once = AT_ONCE
    while True:
        pauses = Backoff(FIRST_WAIT, LONGEST_WAIT)
        async for _ in pauses:
            try:
                method = RawUpdates(
                    offset=offset, limit=at_once, timeout=TIMEOUT, allowed_updates=ALLOWED_UPDATES
                )
                # Plain objects as Telegram wrote them, not aiogram's models.
                updates: list[Any] = await bot(method, request_timeout=TIMEOUT + 10)
                offset = await _store(updates, inbox, offset, set_aside)
                at_once = AT_ONCE
            except UnreadableUpdatesError as error:
                # One by one, until the one that cannot be read is found.
                if at_once == 1:
                    note_set_aside(error.first_id, "json")
                    set_aside("json")
                    offset = error.first_id + 1
                at_once = 1
                break
            except TelegramUnauthorizedError:
                raise
            except TelegramConflictError:
                log.warning("another_poller", mend=STOP_OTHER_POLLER)
                await asyncio.sleep(CONFLICT_SECONDS)
                break
            except (TelegramAPIError, ClientDecodeError) as error:
                log.warning("telegram_unreachable", error=type(error).__name__)
                pauses.at_least(retry_after(error))
            except STORE_AWAY as error:
                # Not acknowledged: the same updates come again with the next call.
                log.warning("store_away", **describe_outage(error))
            else:
                break


async def _store(
    updates: Sequence[Any], inbox: Inbox, offset: int | None, set_aside: Callable[[str], None]
) -> int | None:
    """Store what one call brought; returns the offset that acknowledges it."""
    if not updates:
        return offset
    await inbox.take(read_updates(updates, set_aside))
    ids = [found for found in map(read_update_id, updates) if found is not None]
    if not ids:
        # Without an id none can be acknowledged: they come again at once.
        await asyncio.sleep(NO_ID_SECONDS)
        return offset
    return max(ids) + 1
