"""Which errors of Telegram pass by themselves."""

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from service.db.errors import STORE_AWAY

TRANSIENT = (
    TelegramNetworkError,
    TelegramServerError,
    TelegramRetryAfter,
    ClientDecodeError,
    *STORE_AWAY,
)
"""What mends itself: the network, Telegram's side or what stands before it, the store."""
