"""The webhook route: calls are authenticated by a secret, stored, and only then acknowledged."""

import asyncio
import hmac
import json
from http import HTTPStatus

import structlog
from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from web.answers import problem
from web.values import NotAnUpdateError, StoreUnavailableError, StoreUpdates, WebhookConfig

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
BODY_LIMIT = 1024 * 1024
BODY_SECONDS = 10.0
RETRY_SECONDS = 5
LARGEST_ID = 2**63 - 1


class WebhookEndpoint:
    """Receives Telegram's calls, each with one update."""

    def __init__(self, config: WebhookConfig, store_updates: StoreUpdates) -> None:
        self._secret = config.secret.encode("latin-1")
        self._store_updates = store_updates

    async def receive(self, request: Request) -> Response:
        """Answer one call: 200 means the update is stored, anything else that it is not."""
        secret = request.headers.get(SECRET_HEADER, "").encode("latin-1", "replace")
        if not hmac.compare_digest(secret, self._secret):
            return problem(HTTPStatus.UNAUTHORIZED, Connection="close")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read_body(request)
        except TimeoutError:
            return problem(HTTPStatus.REQUEST_TIMEOUT, Connection="close")
        except ClientDisconnect:
            return problem(HTTPStatus.BAD_REQUEST)
        if body is None:
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Connection="close")
        update = _parse_update(body)
        if update is None:
            return problem(HTTPStatus.BAD_REQUEST)
        return await self._store(update)

    async def _store(self, update: str) -> Response:
        try:
            await self._store_updates([update])
        except NotAnUpdateError:
            return problem(HTTPStatus.BAD_REQUEST)
        except Exception as error:  # noqa: BLE001  # Telegram has to send it again, whatever the error
            if not isinstance(error, StoreUnavailableError):
                log.error("webhook_failed", error=type(error).__name__)  # noqa: TRY400
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, Retry_After=str(RETRY_SECONDS))
        return Response()


async def _read_body(request: Request) -> bytes | None:
    """The body; None when it is too long, and then its rest is not read."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > BODY_LIMIT:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def _parse_update(body: bytes) -> str | None:
    """The update as JSON text; None when the body is no update."""
    try:
        text = body.decode()
        update = json.loads(text)
    except (ValueError, RecursionError):
        return None
    update_id = update.get("update_id") if isinstance(update, dict) else None
    # True is an int in Python but no id; a larger number does not fit into the column.
    if type(update_id) is not int or not 0 <= update_id <= LARGEST_ID:
        return None
    return text
