"""Long polling of Telegram into the inbox."""

import asyncio
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
from bot.telegram.session import RawUpdates
from bot.telegram.update_kinds import ALLOWED_UPDATES
from bot.updates.envelope import from_json
from bot.updates.inbox import Inbox
from service.db.errors import STORE_AWAY, describe_outage

log = structlog.get_logger()

TIMEOUT = 30
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
CONFLICT_SECONDS = 3.0
STOP_OTHER_POLLER = "stop the other process that uses this bot's token"


async def poll(bot: Bot, inbox: Inbox) -> None:
    """Fetch updates and store them until cancelled; asking for the next acknowledges the last.

    Raises:
        TelegramUnauthorizedError: the token is not valid.
    """
    offset: int | None = None
    while True:
        pauses = Backoff(FIRST_WAIT, LONGEST_WAIT)
        async for _ in pauses:
            try:
                method = RawUpdates(
                    offset=offset, timeout=TIMEOUT, allowed_updates=ALLOWED_UPDATES
                )
                # Plain objects as Telegram wrote them, not aiogram's models.
                updates: list[Any] = await bot(method, request_timeout=TIMEOUT + 10)
                if updates:
                    await inbox.take([from_json(update) for update in updates])
                    offset = updates[-1]["update_id"] + 1
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
