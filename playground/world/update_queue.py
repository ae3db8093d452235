"""Updates that wait for the bot, and long polling for them."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from aiogram.types import Update

from playground import limits
from playground.change_signal import ChangeSignal
from playground.errors import Json, conflict
from playground.world.idle_watch import IdleWatch

_KINDS: Final = frozenset(Update.model_fields) - {"update_id"}
_ASKED_ONLY: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_OTHER_POLLER: Final = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
_HAS_WEBHOOK: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook "
    "first"
)


@dataclass(slots=True)
class UnconfirmedUpdate:
    """An update the bot has not confirmed.

    Attributes:
        body: the update as it travels, `update_id` included.
        chat_id: updates of one chat are delivered in order.
        made: seconds since 1970.
        again: a repeat requested by a test; it is delivered once, whatever the offset is.
    """

    body: Json
    chat_id: int
    created_at: float
    again: bool = False

    @property
    def update_id(self) -> int:
        """The id, by which the bot recognises a repeat."""
        update_id: int = self.body["update_id"]
        return update_id


class UpdateQueue:
    """The queue of updates between people and the bot."""

    def __init__(
        self,
        clock: Callable[[], float],
        changes: ChangeSignal,
        idle_watch: IdleWatch,
        first_id: int,
    ) -> None:
        self._clock = clock
        self._changes = changes
        self._idle_watch = idle_watch
        self._next = first_id
        self._poll_count = 0
        self._last_poll: tuple[int | None, float] = (None, float("-inf"))
        self.allowed: list[str] = []
        self.pending: list[UnconfirmedUpdate] = []
        self.webhook = False
        self.hold_quick_polls = False

    def allow(self, names: list[str] | None) -> None:
        """Set `allowed_updates`: None keeps it, an empty list restores the default."""
        if names is not None:
            self.allowed = [name for name in names if name in _KINDS]

    def is_allowed(self, kind: str) -> bool:
        """Whether the bot gets updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in _ASKED_ONLY

    def add(
        self,
        kind: str,
        payload: Json,
        *,
        chat_id: int,
        user_id: int,
        query_id: str | None = None,
    ) -> Json | None:
        """Queue a new update; None when the bot does not allow this kind."""
        if not self.is_allowed(kind):
            return None
        body: Json = {"update_id": self._next, kind: payload}
        self._next += 1
        action: Literal["message", "tap", "event"] = "event"
        if kind == "callback_query":
            action = "tap"
        elif kind == "message" and not payload.keys() & {"migrate_to_chat_id"}:
            action = "message"
        self._idle_watch.opened(body["update_id"], action, chat_id, user_id, query_id)
        self.pending.append(UnconfirmedUpdate(body, chat_id, self._clock()))
        self._changes.notify()
        return body

    def repeat(self, body: Json, *, chat_id: int, user_id: int) -> None:
        """Queue an update again, with the same id."""
        self._idle_watch.opened(body["update_id"], "event", chat_id, user_id, None)
        self.pending.append(UnconfirmedUpdate(body, chat_id, self._clock(), again=True))
        self._changes.notify()

    def taken(self, items: Iterable[UnconfirmedUpdate]) -> None:
        """Record that these were sent to the bot."""
        for item in items:
            self._idle_watch.taken(item.update_id)

    def confirm(self, items: Iterable[UnconfirmedUpdate]) -> None:
        """Remove these: the bot has confirmed them."""
        confirmed = {id(item) for item in items}
        for item in self.pending:
            if id(item) in confirmed:
                self._idle_watch.confirmed(item.update_id)
        self.pending = [item for item in self.pending if id(item) not in confirmed]
        self._changes.notify()

    def expire(self) -> None:
        """Remove what the bot has not fetched within 24 hours."""
        oldest = self._clock() - limits.UPDATE_LIFE_SECONDS
        if any(item.created_at < oldest for item in self.pending):
            self.confirm([item for item in self.pending if item.created_at < oldest])

    async def poll(self, values: Json) -> list[Json]:
        """The method getUpdates.

        Raises:
            ApiError: 409 while a webhook is set, or when another poll has started after this one.
        """
        self.allow(values.get("allowed_updates"))
        if self.webhook:
            raise conflict(_HAS_WEBHOOK)
        limit = min(max(values.get("limit", 100), 1), limits.UPDATES_AT_ONCE)
        seconds = min(max(values.get("timeout", 0), 0), limits.POLL_SECONDS)
        self._poll_count += 1
        poll = self._poll_count
        self._changes.notify()
        self.expire()
        self._apply_offset(values.get("offset"))
        seconds = max(seconds, self._hold_seconds(values.get("offset"), seconds))
        end = _now() + seconds
        while True:
            if self._poll_count != poll:
                raise conflict(_HAS_WEBHOOK if self.webhook else _OTHER_POLLER)
            if self.pending:
                batch = self.pending[:limit]
                self.taken(batch)
                self.confirm([item for item in batch if item.again])
                return [item.body for item in batch]
            left = end - _now()
            if left <= 0:
                return []
            await self._changes.wait(left)

    def end_polls(self) -> None:
        """End the poll in progress with 409."""
        self._poll_count += 1
        self._changes.notify()

    def _apply_offset(self, offset: int | None) -> None:
        if offset is None:
            return
        if offset < 0:
            self.confirm(self.pending[:offset])
        elif offset > 0:
            self.confirm(
                [item for item in self.pending if item.update_id < offset and not item.again]
            )

    def _hold_seconds(self, offset: int | None, seconds: int) -> float:
        last, when = self._last_poll
        self._last_poll = (offset, _now())
        quick = last == offset and _now() - when < limits.QUICK_POLL_SECONDS
        if self.hold_quick_polls and quick and seconds < limits.QUICK_POLL_SECONDS:
            return limits.QUICK_POLL_SECONDS
        return 0


def _now() -> float:
    return asyncio.get_running_loop().time()
