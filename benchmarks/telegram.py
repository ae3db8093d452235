"""A bare Bot API for load: raw asyncio, no checks, so that it costs less than any bot.

The playground knows the rules of Telegram and checks every call, which costs more than the bot
itself. Here a member taps, gets the message edited and the tap answered, and taps again.
"""

import asyncio
import json
import random
import time
from collections import deque
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.members import FIRST_ID, ME, Load, Member, member, message

MOST_AT_ONCE = 100
WEBHOOK_CONNECTIONS = 40


class Telegram:
    """The server, the members, and, where one is set, the deliverer to a webhook."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.ready = asyncio.Event()
        self.polled_at = 0.0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._pending: deque[str] = deque()
        self._given = 0
        self._poll: Connection | None = None
        # Each run its own: what has been seen before is not handled again.
        self._update = random.randrange(10**9)
        self._members = [member(i) for i in range(load.members)]
        self._posts: deque[str] = deque()
        self._hook = ""
        self._posting: asyncio.Event | None = None

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Hang up."""
        assert self._server
        self._server.close()

    def begin(self) -> None:
        """Everyone taps."""
        self.load.tapping = True
        for i, one in enumerate(self._members):
            if not self.load.think:
                self._tap(one)
            else:
                pause = self.load.think * i / len(self._members)
                asyncio.get_running_loop().call_later(pause, self._tap, one)

    def end(self) -> None:
        """Nobody taps again."""
        self.load.tapping = False

    def _tap(self, one: Member) -> None:
        if not self.load.tapping:
            return
        one.began, one.edited, one.answered = time.perf_counter(), False, False
        data = self.load.taps[one.taps % len(self.load.taps)]
        one.taps += 1
        self._update += 1
        body = (
            f'{{"update_id":{self._update},"callback_query":{{"id":"{one.user["id"]}",'
            f'"from":{json.dumps(one.user)},"chat_instance":"1","data":"{data}",'
            f'"message":{one.message}}}}}'
        )
        if self._posting is not None:
            self._posts.append(body)
            self._posting.set()
            return
        self._pending.append(body)
        self._answer_poll()

    def _seen(self, one: Member) -> None:
        if not (one.edited and one.answered) or not one.began:
            return
        wait = time.perf_counter() - one.began
        one.began = 0.0
        if self.load.tapping:
            self.load.waits.append(wait)
            pause = self.load.think
            if pause:
                asyncio.get_running_loop().call_later(max(0.0, pause - wait), self._tap, one)
            else:
                self._tap(one)

    def call(self, method: str, body: bytes, connection: "Connection") -> None:
        """Carry out one call."""
        if method == "getUpdates":
            self._confirm()
            self._poll = connection
            self.polled_at = self.polled_at or time.time()
            self.ready.set()
            self._answer_poll()
            return
        self.load.calls += 1
        if method == "setWebhook":
            self._hook = values_of(body).get("url", "")
            self.ready.set()
        if method == "getMe":
            connection.answer(ME)
        elif method == "getWebhookInfo":
            url = json.dumps(self._hook)
            connection.answer(
                f'{{"url":{url},"has_custom_certificate":false,"pending_update_count":0}}'
            )
        elif method == "editMessageText":
            values = values_of(body)
            one = self._members[int(values["chat_id"]) - FIRST_ID]
            one.message = message(one.chat, values["text"], values.get("reply_markup"))
            connection.answer(one.message)
            one.edited = True
            self._seen(one)
        elif method == "answerCallbackQuery":
            one = self._members[int(values_of(body)["callback_query_id"]) - FIRST_ID]
            connection.answer("true")
            one.answered = True
            self._seen(one)
        else:
            connection.answer("true")

    def _confirm(self) -> None:
        # One poller, who asks for the next only after it has taken the last.
        for _ in range(self._given):
            self._pending.popleft()
        self._given = 0

    def _answer_poll(self) -> None:
        if self._poll is None or not self._pending:
            return
        self._given = min(len(self._pending), MOST_AT_ONCE)
        given = [self._pending[i] for i in range(self._given)]
        poll, self._poll = self._poll, None
        poll.answer("[" + ",".join(given) + "]")

    async def deliver(self, port: int, secret: str) -> None:
        """Post updates to a webhook on this machine, for ever, over several connections."""
        self._posting = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(WEBHOOK_CONNECTIONS):
                group.create_task(self._deliver(port, secret))

    async def _deliver(self, port: int, secret: str) -> None:
        assert self._posting
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            while not self._posts:
                self._posting.clear()
                await self._posting.wait()
            body = self._posts.popleft().encode()
            writer.write(
                b"POST /hook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"X-Telegram-Bot-Api-Secret-Token: %b\r\nContent-Length: %d\r\n\r\n%b"
                % (secret.encode(), len(body), body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 200 " in head.split(b"\r\n", 1)[0], head
            if b"transfer-encoding: chunked" in head.lower():
                await reader.readuntil(b"0\r\n\r\n")
            elif size := _length(head):
                await reader.readexactly(size)


class Connection(asyncio.Protocol):
    """One kept-alive HTTP connection. Calls on one connection come one after the other."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, mark, rest = self._data.partition(b"\r\n\r\n")
        if not mark:
            return
        size = _length(head)
        if len(rest) < size:
            return
        self._data = rest[size:]
        path = head.split(b" ", 2)[1].decode()
        self._telegram.call(path.rpartition("/")[2], rest[:size], self)

    def answer(self, result: str) -> None:
        """Answer the call with a result."""
        self._write(b"200 OK", f'{{"ok":true,"result":{result}}}'.encode())

    def refuse(self, seconds: int) -> None:
        """Ask to wait."""
        says = f"Too Many Requests: retry after {seconds}"
        self._write(
            b"429 Too Many Requests",
            f'{{"ok":false,"error_code":429,"description":"{says}",'
            f'"parameters":{{"retry_after":{seconds}}}}}'.encode(),
        )

    def _write(self, status: bytes, body: bytes) -> None:
        assert self._transport
        if self._transport.is_closing():
            return
        self._transport.write(
            b"HTTP/1.1 %b\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (status, len(body), body)
        )


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def values_of(body: bytes) -> dict[str, Any]:
    """What a call says, as JSON or as a form."""
    if body.startswith(b"{"):
        found: dict[str, Any] = json.loads(body)
        return found
    return dict(parse_qsl(body.decode()))
