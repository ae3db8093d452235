"""Which errors of a call to Telegram or of the store are worth another attempt."""

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
"""The network, Telegram's servers or a proxy before them (no JSON in the answer), the store."""


def retry_after(error: Exception) -> float:
    """Seconds that Telegram asks to wait before the next attempt; 0 when it asks nothing."""
    return float(error.retry_after) if isinstance(error, TelegramRetryAfter) else 0.0
