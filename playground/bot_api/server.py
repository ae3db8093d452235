"""The Bot API over HTTP: `/bot<token>/<method>`."""

import asyncio
import inspect
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from playground import params
from playground.bot_api.faults import FaultPlan, SimulatedFault
from playground.bot_api.flood import FloodControl
from playground.errors import ApiError, Json, not_played
from playground.world.idle_watch import IdleWatch

MESSAGE_METHODS: Final = frozenset({
    "sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessage",
    "deleteMessages",
})  # fmt: skip
_NOT_FROM_WEBHOOK: Final = ("get", "setwebhook", "deletewebhook")


@dataclass(slots=True)
class BotCall:
    """One call of the bot.

    Attributes:
        method: its name as the docs spell it.
        params: its parameters with their types; unknown ones are left out.
        status: HTTP status of the answer; 0 while the call is in progress.
        result: the `result` of the answer, or None.
        error: the `description` of an error answer, or None.
        fault: the planned fault that hit it, if any.
    """

    method: str
    params: Json = field(default_factory=dict)
    status: int = 0
    result: Any = None
    error: str | None = None
    fault: SimulatedFault | None = None


Method = Callable[[Json], Any]


class BotApiServer:
    """Reads, checks, executes and records calls.

    `latency` is in seconds and can be changed while it runs. `calls` leaves out getUpdates.
    """

    def __init__(
        self,
        token: str,
        methods: Mapping[str, Method],
        idle_watch: IdleWatch,
        keep_calls: int | None,
    ) -> None:
        self._token = token
        self._methods = methods
        self._idle_watch = idle_watch
        self.calls: deque[BotCall] = deque(maxlen=keep_calls)
        self.faults = FaultPlan()
        self.flood: FloodControl | None = None
        self.latency = 0.0

    def routes(self) -> list[web.RouteDef]:
        """The routes of the Bot API."""
        path = "/bot{token:[^/]*}/{method:.*}"
        return [web.get(path, self._handle, allow_head=False), web.post(path, self._handle)]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = BotCall(request.match_info["method"])
        try:
            await self._answer(request, call)
        except ApiError as error:
            call.status, call.error = error.code, error.description
            return _error_response(error)
        if call.fault is not None and (call.fault.lost or call.fault.drop):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if call.fault is not None and call.fault.garbage:
            return web.Response(text="<html>502 Bad Gateway</html>", content_type="text/html")
        return web.json_response({"ok": True, "result": call.result})

    async def _answer(self, request: web.Request, call: BotCall) -> None:
        if request.match_info["token"] != self._token:
            raise ApiError(401, "Unauthorized")
        method = params.METHODS.get(call.method.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        call.method = method.__api_method__
        if call.method != "getUpdates":
            self.calls.append(call)
        await self._run(call, await params.read_params(request))

    async def run_webhook_method(self, name: str, values: Json) -> None:
        """Execute a method from the answer to a webhook call; its result goes nowhere."""
        method = params.METHODS.get(name.lower())
        if method is None or name.lower().startswith(_NOT_FROM_WEBHOOK):
            return
        call = BotCall(method.__api_method__)
        self.calls.append(call)
        try:
            await self._run(call, params.params_as_text(values))
        except ApiError as error:
            call.status, call.error = error.code, error.description

    async def _run(self, call: BotCall, texts: dict[str, str]) -> None:
        try:
            call.params = params.typed_params(params.METHODS[call.method.lower()], texts)
        except ApiError:
            call.params = dict(texts)
            raise
        implementation = self._methods.get(call.method)
        if implementation is None:
            raise not_played(f"the method {call.method}")
        call.fault = self.faults.take(call.method, call.params)
        if call.fault is not None and call.fault.hang:
            await asyncio.sleep(call.fault.hang)
        chat_id = call.params.get("chat_id")
        if not isinstance(chat_id, int):
            await self._execute(call, implementation)
            return
        self._idle_watch.call_began(chat_id)
        try:
            await self._execute(call, implementation)
        finally:
            spoke = call.method in MESSAGE_METHODS and call.status == web.HTTPOk.status_code
            self._idle_watch.call_ended(chat_id, spoke=spoke)

    async def _execute(self, call: BotCall, implementation: Method) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        if call.fault is not None and call.fault.drop:
            return
        if call.fault is not None and call.fault.error is not None:
            raise call.fault.error
        if self.flood is not None:
            self.flood.check(call.method, call.params)
        result = implementation(call.params)
        call.result = await result if inspect.isawaitable(result) else result
        call.status = web.HTTPOk.status_code


def _error_response(error: ApiError) -> web.Response:
    headers = {}
    if (seconds := error.parameters.get("retry_after")) is not None:
        headers["Retry-After"] = str(seconds)
    return web.json_response(error.body(), status=error.code, headers=headers)
