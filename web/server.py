"""The HTTP server inside the process: FastAPI on uvicorn, started and stopped by the bot."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from service.errors import StoreError
from web.answers import Shield, problem
from web.health import Health
from web.values import Rooms
from web.webhook import Webhook

BACKLOG = 2048
DRAIN_SECONDS = 2


def build(rooms: Rooms) -> FastAPI:
    """The application with its routes."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(Shield)
    app.add_exception_handler(HTTPException, _refused)
    health = Health(rooms)
    app.get("/healthz")(health.alive)
    app.get("/readyz")(health.ready)
    app.get("/metrics")(health.metrics)
    if rooms.hook is not None:
        app.post(rooms.hook.path)(Webhook(rooms.hook, rooms.take).receive)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, **(error.headers or {}))


class _Server(uvicorn.Server):
    """Leaves signals to the process that it is a part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: FastAPI, host: str, port: int) -> AsyncIterator[int]:
    """Listen until the block ends; gives the port. Calls under way are answered at the end.

    Raises:
        StoreError: the port is taken, or the host is not of this machine.
    """
    listening = _listen(host, port)
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
        running = group.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            # Not cancelled with the block: Telegram is told of what was stored.
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
