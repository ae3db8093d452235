"""A minimal Bot API for load tests: raw asyncio without checks, cheaper than any bot.

The playground checks every call by Telegram's rules, which takes more CPU than the bot itself.
Here each member taps, waits until the message is edited and the tap answered, and taps again.
"""

import asyncio
import json
import random
import time
from collections import deque
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.members import FIRST_ID, ME, Load, Member, make_member, make_message

MOST_AT_ONCE = 100
WEBHOOK_CONNECTIONS = 40


class Telegram:
    """The server and its members; updates are polled, or posted to a webhook by ``deliver``."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.ready = asyncio.Event()
        self.polled_at = 0.0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._pending: deque[str] = deque()
        self._delivered = 0
        self._poll: Connection | None = None
        # Each run starts elsewhere: the bot ignores update ids that it has seen before.
        self._update = random.randrange(10**9)
        self._members = [make_member(i) for i in range(load.members)]
        self._posts: deque[str] = deque()
        self._hook = ""
        self._posting: asyncio.Event | None = None

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening."""
        assert self._server
        self._server.close()

    def begin(self) -> None:
        """Let every member start tapping, spread over ``think`` where it is set."""
        self.load.tapping = True
        for i, member in enumerate(self._members):
            if not self.load.think:
                self._tap(member)
            else:
                pause = self.load.think * i / len(self._members)
                asyncio.get_running_loop().call_later(pause, self._tap, member)

    def end(self) -> None:
        """Let nobody tap again."""
        self.load.tapping = False

    def _tap(self, member: Member) -> None:
        if not self.load.tapping:
            return
        member.began, member.edited, member.answered = time.perf_counter(), False, False
        data = self.load.taps[member.taps % len(self.load.taps)]
        member.taps += 1
        self._update += 1
        body = (
            f'{{"update_id":{self._update},"callback_query":{{"id":"{member.user["id"]}",'
            f'"from":{json.dumps(member.user)},"chat_instance":"1","data":"{data}",'
            f'"message":{member.message}}}}}'
        )
        if self._posting is not None:
            self._posts.append(body)
            self._posting.set()
            return
        self._pending.append(body)
        self._answer_poll()

    def _on_response(self, member: Member) -> None:
        """Record the wait and tap again once the message is edited and the tap answered."""
        if not (member.edited and member.answered) or not member.began:
            return
        wait = time.perf_counter() - member.began
        member.began = 0.0
        if self.load.tapping:
            self.load.waits.append(wait)
            pause = self.load.think
            if pause:
                asyncio.get_running_loop().call_later(max(0.0, pause - wait), self._tap, member)
            else:
                self._tap(member)

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
            member = self._members[int(values["chat_id"]) - FIRST_ID]
            member.message = make_message(member.chat, values["text"], values.get("reply_markup"))
            connection.answer(member.message)
            member.edited = True
            self._on_response(member)
        elif method == "answerCallbackQuery":
            member = self._members[int(values_of(body)["callback_query_id"]) - FIRST_ID]
            connection.answer("true")
            member.answered = True
            self._on_response(member)
        else:
            connection.answer("true")

    def _confirm(self) -> None:
        # There is one poller, which asks for more only after it has received the last updates.
        for _ in range(self._delivered):
            self._pending.popleft()
        self._delivered = 0

    def _answer_poll(self) -> None:
        if self._poll is None or not self._pending:
            return
        self._delivered = min(len(self._pending), MOST_AT_ONCE)
        updates = [self._pending[i] for i in range(self._delivered)]
        poll, self._poll = self._poll, None
        poll.answer("[" + ",".join(updates) + "]")

    async def deliver(self, port: int, secret: str) -> None:
        """Post updates to a webhook on this machine over several connections, until cancelled."""
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
    """One kept-alive HTTP connection, whose calls are sequential."""

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
        """Answer with 429 and the seconds to wait."""
        description = f"Too Many Requests: retry after {seconds}"
        self._write(
            b"429 Too Many Requests",
            f'{{"ok":false,"error_code":429,"description":"{description}",'
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
    """The parameters of a call, from JSON or a form."""
    if body.startswith(b"{"):
        values: dict[str, Any] = json.loads(body)
        return values
    return dict(parse_qsl(body.decode()))
