"""Structured logs, one line of JSON each, without tokens."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN = re.compile(r"\d{5,}(?::|%3a)[a-z0-9_-]{20,}|(?<=start=)[a-z0-9_-]{20,}", re.IGNORECASE)


def hide_tokens(text: str) -> str:
    """A text without bot tokens and invite tokens."""
    return _TOKEN.sub("[secret]", text)


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take bot tokens and invite tokens out of whatever is about to be logged."""
    return {
        key: hide_tokens(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def set_up(level: str) -> None:
    """Send every log, our own and the libraries', through the same redaction to stderr."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These name chats, URLs and SQL parameters at their lower levels.
    for chatty in ("aiogram", "aiosqlite", "sqlalchemy", "aiohttp", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
