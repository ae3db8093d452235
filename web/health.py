"""What watches the process: is it alive, can it work, how is it doing."""

from http import HTTPStatus

from fastapi import Response
from fastapi.responses import JSONResponse

from web.values import Rooms

# What every version of Prometheus reads.
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The three pages for machines."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def alive(self) -> Response:
        """The process answers."""
        return JSONResponse({"ok": True})

    async def ready(self) -> Response:
        """The process can do its work, or the reasons why not."""
        problems = (await self._rooms.ready()).problems
        status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
        return JSONResponse({"ok": not problems, "reasons": list(problems)}, status)

    async def metrics(self) -> Response:
        """Counts and gauges in Prometheus' text format; no member is in them."""
        return Response(await self._rooms.metrics(), media_type=METRICS_TYPE)
