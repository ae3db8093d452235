"""Structured logs, one line of JSON each, without tokens and without what members say."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN = re.compile(r"\d{5,}(?::|%3a)[a-z0-9_-]{20,}|(?<=start=)[a-z0-9_-]{20,}", re.IGNORECASE)

_ROOMS = ("bot", "dialogs", "knowledge", "locales", "playground", "service", "web")


def hide_tokens(text: str) -> str:
    """A text without bot tokens and invite tokens."""
    return _TOKEN.sub("[secret]", text)


def redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take bot tokens and invite tokens out of whatever is about to be logged."""
    return {
        key: hide_tokens(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def replace_exception(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Put where it happened and which kinds of error in place of an exception.

    What an error says may quote a member: a value that did not fit, the key of a row.
    """
    info = event.pop("exc_info", None)
    error = info[1] if isinstance(info, tuple) else info
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = _frames(error)
    return event


def _frames(error: BaseException) -> str:
    parts = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        parts.append(_frames(before))
    if isinstance(error, BaseExceptionGroup):
        parts.extend(_frames(one) for one in error.exceptions)
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return "\n".join([*parts, "".join(traceback.format_tb(error.__traceback__)) + kind])


def configure_logging(level: str) -> None:
    """Send every log, our own and the libraries', through the same redaction to stderr.

    ``level`` is that of our own; libraries are heard from warnings on.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        replace_exception,
        redact_event,
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
                redact_event,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries name chats, URLs and SQL parameters at their lower levels.
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for room in _ROOMS:
        logging.getLogger(room).setLevel(level)
