"""The HTTP server inside the process: FastAPI on uvicorn, started and stopped by the bot."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.errors import StoreError
from web.answers import ShieldMiddleware, problem
from web.health import Health
from web.values import EdgeServices
from web.webhook import WebhookEndpoint

BACKLOG = 2048
DRAIN_SECONDS = 2


def build_app(services: EdgeServices) -> FastAPI:
    """The application: health, metrics, and the webhook where one is configured."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(ShieldMiddleware)
    app.add_exception_handler(HTTPException, _http_problem)
    health = Health(services)
    app.get("/healthz")(health.alive)
    app.get("/readyz")(health.ready)
    app.get("/metrics")(health.metrics)
    if services.webhook is not None:
        endpoint = WebhookEndpoint(services.webhook, services.store_updates)
        app.post(services.webhook.path)(endpoint.receive)
    return app


async def _http_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, **(error.headers or {}))


class _Server(uvicorn.Server):
    """Leaves signal handling to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(app: FastAPI, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block ends; yields the port. Calls in progress are answered at the end.

    Raises:
        StoreError: the port is taken, or the host is not an address of this machine.
    """
    listener = _listen(host, port)
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            loop="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            # Not cancelled with the block: what was stored must still be acknowledged.
            await asyncio.wait([running], timeout=2 * DRAIN_SECONDS)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise StoreError(
            f"nothing can listen on {host}:{port} ({error.strerror}). Stop what uses it, or "
            "choose another with MIDLINE_HTTP_HOST and MIDLINE_HTTP_PORT; port 0 takes a free one."
        ) from error
