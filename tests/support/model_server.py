"""A scripted OpenAI-compatible server on loopback: it says what it is told to, well or badly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

Script = Callable[[dict], "str | Bad"]


class Bad:
    """How a server misbehaves."""

    def __init__(
        self, status=200, body="", *, cut=None, hang=False, raw=None, headers=None, finish="stop"
    ):
        self.status, self.body, self.cut, self.hang = status, body, cut, hang
        self.raw, self.headers, self.finish = raw, headers or {}, finish


def reply(status="answered", claims=(), topics=(), actions=(), **more) -> str:
    """A reply of the right shape; claims are pairs of a sentence and its sources."""
    return json.dumps(
        {
            "status": status,
            "claims": [{"text": text, "cites": list(cites)} for text, cites in claims],
            "clarify_topics": list(topics),
            "actions": [{"kind": kind} for kind in actions],
            **more,
        },
        ensure_ascii=False,
    )


def is_probe(body: dict) -> bool:
    return len(body["messages"]) == 1


class ModelServer:
    """Each request is kept; each answer comes from the script, which may be replaced."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.headers: list[dict] = []
        self.script: Script = lambda _body: reply("not_found")
        self.probed: Script = lambda _body: reply("not_found")
        self.chunk = 7
        self.delay = 0.0
        self.now = self.most = 0
        self.url = ""

    @property
    def requests(self) -> list[dict]:
        """What members' questions became; the probes are left out."""
        return [body for raw in self.raw if not is_probe(body := json.loads(raw))]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.raw.append(raw)
        self.headers.append(dict(request.headers))
        body = json.loads(raw)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if self.delay and not is_probe(body):
                await asyncio.sleep(self.delay)
            said = (self.probed if is_probe(body) else self.script)(body)
            return await self.send(request, said)
        finally:
            self.now -= 1

    async def send(self, request: web.Request, said) -> web.StreamResponse:
        bad = said if isinstance(said, Bad) else Bad(body=said)
        if bad.hang:
            await asyncio.sleep(3600)
        if bad.status != 200:
            return web.json_response(
                {"error": {"message": bad.body}}, status=bad.status, headers=bad.headers
            )
        out = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await out.prepare(request)
        if bad.raw is not None:
            await out.write(bad.raw)
            return out
        text = bad.body if bad.cut is None else bad.body[: bad.cut]
        for at in range(0, len(text), self.chunk):
            await out.write(event({"content": text[at : at + self.chunk]}))
        if bad.cut is not None:
            # The connection breaks in the middle of an event.
            await out.write(b'data: {"choices": [{"del')
            request.transport.close()
            return out
        await out.write(event({}, bad.finish))
        usage = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
        await out.write(event(None, usage=usage) + b"data: [DONE]\n\n")
        return out


def event(delta, finish=None, usage=None) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": choices,
        "usage": usage,
    }
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.handle)
    async with TestServer(app, host="127.0.0.1", shutdown_timeout=0.1) as running:
        server.url = str(running.make_url("/v1"))
        yield server
