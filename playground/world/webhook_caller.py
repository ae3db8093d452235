"""Webhooks: real POSTs to the bot, in order within a chat, repeated until it says 2xx."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from playground import limits
from playground.change_signal import Bell
from playground.errors import Json, bad
from playground.params import only
from playground.task_owner import Crew
from playground.world.update_queue import Pending, Updates

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]+")
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_ANSWER_SECONDS: Final = 60.0
_HTTP_OK: Final = range(200, 300)
_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

CarryOut = Callable[[str, Json], Awaitable[None]]


class Webhook:
    """The webhook of the bot, when it has set one.

    Real Telegram wants https and one of four ports; here a bot on this same machine may also
    be reached over plain http on any port.
    """

    def __init__(
        self,
        updates: Updates,
        bell: Bell,
        crew: Crew,
        clock: Callable[[], float],
        carry_out: CarryOut,
        first_retry: float,
    ) -> None:
        self._updates = updates
        self._bell = bell
        self._crew = crew
        self._clock = clock
        self._carry_out = carry_out
        self._first_retry = first_retry
        self._work: asyncio.Task[None] | None = None
        self._url = ""
        self._secret = ""
        self._connections = limits.WEBHOOK_CONNECTIONS_DEFAULT
        self._error: tuple[int, str] | None = None

    def put(self, values: Json) -> bool:
        """The method setWebhook; an empty url is deleteWebhook."""
        only(
            values,
            "url",
            "max_connections",
            "allowed_updates",
            "drop_pending_updates",
            "secret_token",
            "ip_address",
        )
        url = values.get("url", "")
        secret = values.get("secret_token", "")
        if secret and (len(secret) > limits.SECRET_LENGTH or not _SECRET.fullmatch(secret)):
            raise bad("secret token contains unallowed characters")
        if url:
            _check(url)
        self._stop()
        self._updates.allow(values.get("allowed_updates"))
        if values.get("drop_pending_updates"):
            self._updates.confirm(list(self._updates.pending))
        self._url, self._secret, self._error = url, secret, None
        self._connections = min(
            max(values.get("max_connections", limits.WEBHOOK_CONNECTIONS_DEFAULT), 1),
            limits.WEBHOOK_CONNECTIONS,
        )
        self._updates.webhook = bool(url)
        if url:
            self._updates.end_polls()
            self._work = self._crew.start(self._deliver())
        return True

    def delete(self, values: Json) -> bool:
        """The method deleteWebhook."""
        only(values, "drop_pending_updates")
        return self.put(values)

    def info(self, _values: Json) -> Json:
        """The method getWebhookInfo."""
        told: Json = {
            "url": self._url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self._url:
            told["max_connections"] = self._connections
        if self._updates.allowed:
            told["allowed_updates"] = self._updates.allowed
        if self._error is not None:
            told["last_error_date"], told["last_error_message"] = self._error
        return told

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None

    async def _deliver(self) -> None:
        busy: set[int] = set()
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            while True:
                self._updates.expire()
                for item in list(self._updates.pending):
                    if item.chat_id in busy or len(busy) >= self._connections:
                        continue
                    busy.add(item.chat_id)
                    group.create_task(self._one(session, item, busy))
                await self._bell.wait()

    async def _one(self, session: aiohttp.ClientSession, item: Pending, busy: set[int]) -> None:
        wait = self._first_retry
        while any(other is item for other in self._updates.pending):
            self._updates.taken([item])
            asked, answer = await self._post(session, item)
            if asked is None:
                self._updates.confirm([item])
                if answer:
                    await self._carry_out(str(answer.pop("method")), answer)
                break
            await asyncio.sleep(max(asked, wait))
            wait = min(wait * 2, limits.WEBHOOK_RETRY_MOST_SECONDS)
        busy.discard(item.chat_id)
        self._bell.ring()

    async def _post(
        self, session: aiohttp.ClientSession, item: Pending
    ) -> tuple[float | None, Json]:
        """Post one update: (None, its answer), or how many seconds it asks to wait."""
        headers = {_SECRET_HEADER: self._secret} if self._secret else {}
        try:
            async with session.post(
                self._url,
                json=item.body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS),
            ) as response:
                body = await response.text()
                if response.status in _HTTP_OK:
                    return None, _method_in(body)
                self._failed(
                    f"Wrong response from the webhook: {response.status} {response.reason}"
                )
                asked = response.headers.get("Retry-After", "0")
                return float(asked) if asked.isdigit() else 0.0, {}
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0.0, {}

    def _failed(self, words: str) -> None:
        self._error = int(self._clock()), words


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.hostname in _LOCAL and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in limits.WEBHOOK_PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _method_in(body: str) -> Json:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(answer, dict) or not isinstance(answer.get("method"), str):
        return {}
    return answer
