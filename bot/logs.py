"""Structured logs: one line of JSON each, without tokens and without texts of members."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN = re.compile(r"\d{5,}(?::|%3a)[a-z0-9_-]{20,}|(?<=start=)[a-z0-9_-]{20,}", re.IGNORECASE)

_PACKAGES = ("bot", "dialogs", "knowledge", "locales", "playground", "service", "web")


def hide_tokens(text: str) -> str:
    """Replace bot tokens and invite tokens in a text."""
    return _TOKEN.sub("[secret]", text)


def redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide bot tokens and invite tokens in every string of an event; a structlog processor."""
    return {
        key: hide_tokens(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def replace_exception(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by its traceback and class; a structlog processor.

    Its message is left out: it may quote a member (a value that did not fit, the key of a row).
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
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        parts.append(_frames(cause))
    if isinstance(error, BaseExceptionGroup):
        parts.extend(_frames(exception) for exception in error.exceptions)
    class_name = f"{type(error).__module__}.{type(error).__qualname__}"
    return "\n".join([*parts, "".join(traceback.format_tb(error.__traceback__)) + class_name])


def configure_logging(level: str) -> None:
    """Send all logs as redacted JSON to stderr: Midline's from ``level`` on, others from WARNING.

    Logs of libraries go through the same processors as Midline's own.
    """
    processors: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        replace_exception,
        redact_event,
    ]
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *processors],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact_event,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Below WARNING, libraries log chats, URLs and SQL parameters.
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for package in _PACKAGES:
        logging.getLogger(package).setLevel(level)
