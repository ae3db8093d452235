"""The webhook route: calls are authenticated by a secret, stored, and only then acknowledged."""

import asyncio
import hmac
from http import HTTPStatus

import structlog
from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from web.answers import problem
from web.values import StoreUnavailableError, StoreUpdates, WebhookConfig

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
BODY_LIMIT = 1024 * 1024
BODY_SECONDS = 10.0
RETRY_SECONDS = 5


class WebhookEndpoint:
    """Receives Telegram's calls, each with one update."""

    def __init__(self, config: WebhookConfig, store_updates: StoreUpdates) -> None:
        self._secret = config.secret.encode("latin-1")
        self._store_updates = store_updates

    async def receive(self, request: Request) -> Response:
        """Answer one call: 200 means that the update need not come again.

        It is stored then, or is no update, which no repeat would mend.
        """
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
        return await self._store(body)

    async def _store(self, body: bytes) -> Response:
        try:
            await self._store_updates([body])
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
