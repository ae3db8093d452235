"""Detects when the bot has finished handling what a person did."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from playground.change_signal import ChangeSignal

QUIET_SECONDS: Final = 0.03
"""The bot has finished when it has sent nothing more for this long."""
QUIET_WITHOUT_ANSWER_SECONDS: Final = 0.15
"""The same after a tap that changed no message, or an event that needs no answer."""

ActionKind = Literal["message", "tap", "event"]


@dataclass(slots=True)
class _OpenAction:
    kind: ActionKind
    chat_id: int
    user_id: int
    taken: bool = False
    acted: bool = False


class IdleWatch:
    """Follows every update from the person to the bot's last message about it.

    A message is done when the bot has sent or changed a message in that chat after it got the
    update; a tap when it was answered; any other event when the bot has confirmed it. Then the
    chat must also be quiet: no call in progress and none for `QUIET_SECONDS`.
    """

    def __init__(self, changes: ChangeSignal) -> None:
        self._changes = changes
        self._open: dict[int, _OpenAction] = {}
        self._in_chat: dict[int, dict[int, _OpenAction]] = defaultdict(dict)
        self._of_user: dict[int, dict[int, _OpenAction]] = defaultdict(dict)
        self._queries: dict[str, int] = {}
        self._running: dict[int, int] = defaultdict(int)
        self._last: dict[int, float] = defaultdict(float)
        self._needs_longer: dict[int, bool] = defaultdict(bool)
        self._chats: dict[int, set[int]] = defaultdict(set)

    def opened(
        self, update_id: int, kind: ActionKind, chat_id: int, user_id: int, query_id: str | None
    ) -> None:
        """Record an update that a person caused; a repeat of an open one changes nothing."""
        if update_id in self._open:
            return
        item = _OpenAction(kind, chat_id, user_id)
        self._open[update_id] = item
        self._in_chat[chat_id][update_id] = item
        self._of_user[user_id][update_id] = item
        if query_id is not None:
            self._queries[query_id] = update_id
        self._chats[user_id].add(chat_id)

    def taken(self, update_id: int) -> None:
        """Record that the bot has received the update."""
        if (item := self._open.get(update_id)) is not None:
            item.taken = True
            self._last[item.chat_id] = _now()

    def confirmed(self, update_id: int) -> None:
        """Record that the bot has confirmed the update."""
        item = self._open.get(update_id)
        if item is not None and item.kind == "event":
            self._close(update_id)
            self._last[item.chat_id] = _now()
            self._needs_longer[item.chat_id] = True
            self._changes.notify()

    def call_began(self, chat_id: int) -> None:
        """Record the start of a call about this chat."""
        self._running[chat_id] += 1

    def call_ended(self, chat_id: int, *, spoke: bool) -> None:
        """Record the end of a call; `spoke`: it has sent, changed or removed a message."""
        self._running[chat_id] -= 1
        self._last[chat_id] = _now()
        if spoke:
            self._needs_longer[chat_id] = False
            for update_id, item in list(self._in_chat[chat_id].items()):
                if item.taken:
                    item.acted = True
                    if item.kind == "message":
                        self._close(update_id)
        self._changes.notify()

    def answered(self, query_id: str) -> None:
        """Record that the tap with this query id was answered."""
        update_id = self._queries.pop(query_id, None)
        if update_id is not None and (item := self._open.get(update_id)) is not None:
            self._last[item.chat_id] = _now()
            self._needs_longer[item.chat_id] = not item.acted
            self._close(update_id)

    def _close(self, update_id: int) -> None:
        item = self._open.pop(update_id)
        del self._in_chat[item.chat_id][update_id]
        del self._of_user[item.user_id][update_id]

    def is_open(self, user_id: int) -> bool:
        """Whether any update of this person is still open."""
        return bool(self._of_user[user_id])

    async def settled(self, user_id: int, *, seconds: float, explain: Callable[[], str]) -> None:
        """Wait until no update of this person is open and their chats are quiet.

        Raises:
            AssertionError: after `seconds`, with the text of `explain`.
        """
        end = _now() + seconds
        while True:
            wait = self._unsettled_for(user_id)
            if wait == 0:
                return
            left = end - _now()
            if left <= 0:
                actions = self._of_user[user_id].values()
                waiting = [
                    f"{action.kind} (read by the bot: {action.taken})" for action in actions
                ]
                raise AssertionError(
                    f"not settled after {seconds} s; open: {waiting or 'calls'}\n{explain()}"
                )
            await self._changes.wait(left if wait is None else min(wait, left))

    def _unsettled_for(self, user_id: int) -> float | None:
        """Seconds until it may be settled; None: until something happens; 0: settled."""
        chats = self._chats[user_id]
        if self._of_user[user_id] or any(self._running[chat_id] for chat_id in chats):
            return None
        ends = (
            self._last[chat_id]
            + (QUIET_WITHOUT_ANSWER_SECONDS if self._needs_longer[chat_id] else QUIET_SECONDS)
            for chat_id in chats
        )
        return max(0.0, max(ends, default=0.0) - _now())


def _now() -> float:
    return asyncio.get_running_loop().time()
