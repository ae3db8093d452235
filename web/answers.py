"""Answers of the HTTP edge: problems without detail, and headers that keep browsers out."""

from http import HTTPStatus

import structlog
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def problem(status: int, **headers: str) -> JSONResponse:
    """An error answer that names the status and no cause (RFC 9457).

    Underscores in the names of headers become hyphens.
    """
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return JSONResponse(
        body,
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        media_type="application/problem+json",
    )


class ShieldMiddleware:
    """The outermost middleware: adds the headers above, turns uncaught errors into a bare 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            return
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001  # its text may contain personal data
            log.error("http_failed", error=type(error).__name__)  # noqa: TRY400
            if not started:
                await problem(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, send_with_headers)
