"""Telegram's calls: known by their secret, stored, and only then acknowledged."""

import asyncio
import hmac
import json
from http import HTTPStatus

import structlog
from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from web.answers import problem
from web.values import AwayError, Hook, NotAnUpdateError, Take

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
BODY_LIMIT = 1024 * 1024
BODY_SECONDS = 10.0
RETRY_SECONDS = 5
LARGEST_ID = 2**63 - 1


class Webhook:
    """Takes one update a call."""

    def __init__(self, hook: Hook, take: Take) -> None:
        self._secret = hook.secret.encode("latin-1")
        self._take = take

    async def receive(self, request: Request) -> Response:
        """Answer one call: 200 means the update is stored, anything else that it is not."""
        given = request.headers.get(SECRET_HEADER, "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, self._secret):
            return problem(HTTPStatus.UNAUTHORIZED, Connection="close")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(request)
        except TimeoutError:
            return problem(HTTPStatus.REQUEST_TIMEOUT, Connection="close")
        except ClientDisconnect:
            return problem(HTTPStatus.BAD_REQUEST)
        if body is None:
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Connection="close")
        update = _update(body)
        if update is None:
            return problem(HTTPStatus.BAD_REQUEST)
        return await self._store(update)

    async def _store(self, update: str) -> Response:
        try:
            await self._take([update])
        except NotAnUpdateError:
            return problem(HTTPStatus.BAD_REQUEST)
        except Exception as error:  # noqa: BLE001  # whatever it was, Telegram has to send it again
            if not isinstance(error, AwayError):
                log.error("webhook_failed", error=type(error).__name__)  # noqa: TRY400
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, Retry_After=str(RETRY_SECONDS))
        return Response()


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is too long; then the rest of it is not read."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > BODY_LIMIT:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _update(body: bytes) -> str | None:
    """The update as text, or None when it is none."""
    try:
        text = body.decode()
        update = json.loads(text)
    except (ValueError, RecursionError):
        return None
    known = update.get("update_id") if isinstance(update, dict) else None
    # True is an int to Python and no id to anybody; what is larger fits into no store.
    if type(known) is not int or not 0 <= known <= LARGEST_ID:
        return None
    return text
