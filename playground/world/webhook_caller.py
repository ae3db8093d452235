"""Webhook calls: real POSTs to the bot, in order within a chat, repeated until it answers 2xx."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from playground import limits
from playground.change_signal import ChangeSignal
from playground.errors import Json, bad_request
from playground.params import allow_only
from playground.task_owner import TaskOwner
from playground.world.update_queue import UnconfirmedUpdate, UpdateQueue

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]+")
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_ANSWER_SECONDS: Final = 60.0
_HTTP_OK: Final = range(200, 300)
_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name

RunMethod = Callable[[str, Json], Awaitable[None]]


class WebhookCaller:
    """Calls the webhook of the bot, if one is set.

    Real Telegram requires https and one of four ports; here a bot on this machine may also be
    called over plain http on any port. A method in the answer is passed to `run_method`.
    """

    def __init__(
        self,
        updates: UpdateQueue,
        changes: ChangeSignal,
        tasks: TaskOwner,
        clock: Callable[[], float],
        run_method: RunMethod,
        first_retry: float,
    ) -> None:
        self._updates = updates
        self._changes = changes
        self._tasks = tasks
        self._clock = clock
        self._run_method = run_method
        self._first_retry = first_retry
        self._work: asyncio.Task[None] | None = None
        self._url = ""
        self._secret = ""
        self._connections = limits.WEBHOOK_CONNECTIONS_DEFAULT
        self._error: tuple[int, str] | None = None

    def set_webhook(self, values: Json) -> bool:
        """The method setWebhook; an empty url is deleteWebhook."""
        allow_only(
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
            raise bad_request("secret token contains unallowed characters")
        if url:
            _check_url(url)
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
            self._work = self._tasks.start(self._deliver())
        return True

    def delete_webhook(self, values: Json) -> bool:
        """The method deleteWebhook."""
        allow_only(values, "drop_pending_updates")
        return self.set_webhook(values)

    def webhook_info(self, _values: Json) -> Json:
        """The method getWebhookInfo."""
        fields: Json = {
            "url": self._url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self._url:
            fields["max_connections"] = self._connections
        if self._updates.allowed:
            fields["allowed_updates"] = self._updates.allowed
        if self._error is not None:
            fields["last_error_date"], fields["last_error_message"] = self._error
        return fields

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
                    group.create_task(self._deliver_one(session, item, busy))
                await self._changes.wait()

    async def _deliver_one(
        self, session: aiohttp.ClientSession, item: UnconfirmedUpdate, busy: set[int]
    ) -> None:
        wait = self._first_retry
        while any(other is item for other in self._updates.pending):
            self._updates.taken([item])
            seconds, answer = await self._post(session, item)
            if seconds is None:
                self._updates.confirm([item])
                if answer:
                    await self._run_method(str(answer.pop("method")), answer)
                break
            await asyncio.sleep(max(seconds, wait))
            wait = min(wait * 2, limits.WEBHOOK_RETRY_MOST_SECONDS)
        busy.discard(item.chat_id)
        self._changes.notify()

    async def _post(
        self, session: aiohttp.ClientSession, item: UnconfirmedUpdate
    ) -> tuple[float | None, Json]:
        """Post an update: (None, method in the answer), or (seconds to wait, {}) on failure."""
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
                self._record_error(
                    f"Wrong response from the webhook: {response.status} {response.reason}"
                )
                wait = response.headers.get("Retry-After", "0")
                return float(wait) if wait.isdigit() else 0.0, {}
        except (aiohttp.ClientError, TimeoutError) as error:
            self._record_error(f"Connection failed: {type(error).__name__}")
            return 0.0, {}

    def _record_error(self, text: str) -> None:
        self._error = int(self._clock()), text


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.hostname in _LOCAL and parts.scheme in {"http", "https"}:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in limits.WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _method_in(body: str) -> Json:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(answer, dict) or not isinstance(answer.get("method"), str):
        return {}
    return answer
