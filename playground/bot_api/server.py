"""The Bot API over HTTP: `/bot<token>/<method>`."""

import asyncio
import inspect
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from playground import params
from playground.bot_api.faults import Fault, Faults
from playground.bot_api.flood import Flood
from playground.errors import Json, Refusal, not_here
from playground.world.idle_watch import Watch

SPEAKING: Final = frozenset({
    "sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessage",
    "deleteMessages",
})  # fmt: skip
_NOT_FROM_WEBHOOK: Final = ("get", "setwebhook", "deletewebhook")


@dataclass(slots=True)
class Call:
    """One call of the bot.

    Attributes:
        method: its name as the docs spell it.
        params: its parameters with their types; unknown ones are left out.
        status: HTTP status of the answer; 0 while it is under way.
        result: the `result` of the answer, or None.
        error: the `description` of a refusal, or None.
        fault: the planned fault that hit it, if any.
    """

    method: str
    params: Json = field(default_factory=dict)
    status: int = 0
    result: Any = None
    error: str | None = None
    fault: Fault | None = None


Method = Callable[[Json], Any]


class Server:
    """Reads calls, checks them, carries them out, and remembers them.

    `latency` is in seconds and can be changed while it runs. `calls` leaves out getUpdates.
    """

    def __init__(
        self, token: str, methods: Mapping[str, Method], watch: Watch, keep_calls: int | None
    ) -> None:
        self._token = token
        self._methods = methods
        self._watch = watch
        self.calls: deque[Call] = deque(maxlen=keep_calls)
        self.faults = Faults()
        self.flood: Flood | None = None
        self.latency = 0.0

    def routes(self) -> list[web.RouteDef]:
        """The routes of the Bot API."""
        path = "/bot{token:[^/]*}/{method:.*}"
        return [web.get(path, self._handle, allow_head=False), web.post(path, self._handle)]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.match_info["method"])
        try:
            await self._answer(request, call)
        except Refusal as refusal:
            call.status, call.error = refusal.code, refusal.description
            return _refused(refusal)
        if call.fault is not None and (call.fault.lost or call.fault.drop):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if call.fault is not None and call.fault.garbage:
            return web.Response(text="<html>502 Bad Gateway</html>", content_type="text/html")
        return web.json_response({"ok": True, "result": call.result})

    async def _answer(self, request: web.Request, call: Call) -> None:
        if request.match_info["token"] != self._token:
            raise Refusal(401, "Unauthorized")
        method = params.METHODS.get(call.method.lower())
        if method is None:
            raise Refusal(404, "Not Found: method not found")
        call.method = method.__api_method__
        if call.method != "getUpdates":
            self.calls.append(call)
        given = await params.read(request)
        await self._run(call, given)

    async def carry_out(self, name: str, values: Json) -> None:
        """A call that came in the answer to a webhook; nobody sees its result."""
        method = params.METHODS.get(name.lower())
        if method is None or name.lower().startswith(_NOT_FROM_WEBHOOK):
            return
        call = Call(method.__api_method__)
        self.calls.append(call)
        try:
            await self._run(call, params.as_text(values))
        except Refusal as refusal:
            call.status, call.error = refusal.code, refusal.description

    async def _run(self, call: Call, given: dict[str, str]) -> None:
        try:
            call.params = params.checked(params.METHODS[call.method.lower()], given)
        except Refusal:
            call.params = dict(given)
            raise
        play = self._methods.get(call.method)
        if play is None:
            raise not_here(f"the method {call.method}")
        call.fault = self.faults.take(call.method, call.params)
        if call.fault is not None and call.fault.hang:
            await asyncio.sleep(call.fault.hang)
        chat_id = call.params.get("chat_id")
        if not isinstance(chat_id, int):
            await self._play(call, play)
            return
        self._watch.call_began(chat_id)
        try:
            await self._play(call, play)
        finally:
            spoke = call.method in SPEAKING and call.status == web.HTTPOk.status_code
            self._watch.call_ended(chat_id, spoke=spoke)

    async def _play(self, call: Call, play: Method) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        if call.fault is not None and call.fault.drop:
            return
        if call.fault is not None and call.fault.error is not None:
            raise call.fault.error
        if self.flood is not None:
            self.flood.check(call.method, call.params)
        result = play(call.params)
        call.result = await result if inspect.isawaitable(result) else result
        call.status = web.HTTPOk.status_code


def _refused(refusal: Refusal) -> web.Response:
    headers = {}
    if (seconds := refusal.parameters.get("retry_after")) is not None:
        headers["Retry-After"] = str(seconds)
    return web.json_response(refusal.body(), status=refusal.code, headers=headers)
