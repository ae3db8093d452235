"""Long polling into the inbox."""

import asyncio
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from bot.telegram.session import RawUpdates
from bot.telegram.update_kinds import ALLOWED
from bot.updates.envelope import arrived
from bot.updates.inbox import Inbox
from service.db.errors import STORE_AWAY, why_away

log = structlog.get_logger()

TIMEOUT = 30
LONGEST_WAIT = 30.0


async def poll(bot: Bot, inbox: Inbox) -> None:
    """Fetch updates and store them, for ever. An update is acknowledged by asking for the next.

    Raises:
        TelegramUnauthorizedError: the token is not valid.
    """
    offset: int | None = None
    wait = 1.0
    while True:
        try:
            asking = RawUpdates(offset=offset, timeout=TIMEOUT, allowed_updates=ALLOWED)
            # The updates as Telegram wrote them, whatever aiogram's types say.
            updates: list[Any] = await bot(asking, request_timeout=TIMEOUT + 10)
            if updates:
                await inbox.take([arrived(one) for one in updates])
                offset = updates[-1]["update_id"] + 1
        except TelegramUnauthorizedError:
            raise
        except TelegramConflictError:
            log.warning("another_poller", mend="stop the other process that uses this bot's token")
            await asyncio.sleep(3)
        except (TelegramAPIError, ClientDecodeError) as error:
            asked = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
            log.warning("telegram_unreachable", error=type(error).__name__)
            await asyncio.sleep(max(wait, asked))
            wait = min(wait * 2, LONGEST_WAIT)
        except STORE_AWAY as error:
            # Not acknowledged: the same updates come again with the next call.
            log.warning("store_away", **why_away(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        else:
            wait = 1.0
