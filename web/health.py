"""The routes for monitoring: liveness, readiness, metrics."""

from http import HTTPStatus

from fastapi import Response
from fastapi.responses import JSONResponse

from web.values import EdgeServices

# The format that every version of Prometheus reads.
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The handlers of ``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(self, services: EdgeServices) -> None:
        self._services = services

    async def alive(self) -> Response:
        """Answer 200: the process is alive."""
        return JSONResponse({"ok": True})

    async def ready(self) -> Response:
        """Answer 200 when the process can do its work, or 503 with the reasons."""
        problems = (await self._services.ready()).problems
        status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
        return JSONResponse({"ok": not problems, "reasons": list(problems)}, status)

    async def metrics(self) -> Response:
        """Counters and gauges in Prometheus' text format; nothing identifies a member."""
        return Response(await self._services.metrics(), media_type=METRICS_TYPE)
