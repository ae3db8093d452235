"""Knowing when the bot is done with what a person did."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from playground.change_signal import Bell

QUIET_SECONDS: Final = 0.03
"""The bot has finished when it has said nothing more for this long."""
QUIET_WITHOUT_ANSWER_SECONDS: Final = 0.15
"""The same after a tap that changed no message, or an event that needs no answer."""

Kind = Literal["message", "tap", "event"]


@dataclass(slots=True)
class _Open:
    kind: Kind
    chat_id: int
    user_id: int
    taken: bool = False
    acted: bool = False


class Watch:
    """Follows every update from the person to the bot's last word about it.

    A message is done when the bot has sent or changed a message in that chat after it got the
    update; a tap when it was answered; any other event when the bot has confirmed it. On top
    of that the chat must be quiet: no call under way and none for `QUIET_SECONDS`.
    """

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._open: dict[int, _Open] = {}
        self._in_chat: dict[int, dict[int, _Open]] = defaultdict(dict)
        self._of_user: dict[int, dict[int, _Open]] = defaultdict(dict)
        self._queries: dict[str, int] = {}
        self._running: dict[int, int] = defaultdict(int)
        self._last: dict[int, float] = defaultdict(float)
        self._long: dict[int, bool] = defaultdict(bool)
        self._chats: dict[int, set[int]] = defaultdict(set)

    def opened(
        self, update_id: int, kind: Kind, chat_id: int, user_id: int, query_id: str | None
    ) -> None:
        """A person did something; a repeat of what is still open changes nothing."""
        if update_id in self._open:
            return
        item = _Open(kind, chat_id, user_id)
        self._open[update_id] = item
        self._in_chat[chat_id][update_id] = item
        self._of_user[user_id][update_id] = item
        if query_id is not None:
            self._queries[query_id] = update_id
        self._chats[user_id].add(chat_id)

    def taken(self, update_id: int) -> None:
        """The bot has read the update."""
        if (item := self._open.get(update_id)) is not None:
            item.taken = True
            self._last[item.chat_id] = _now()

    def confirmed(self, update_id: int) -> None:
        """The bot will not be given the update again."""
        item = self._open.get(update_id)
        if item is not None and item.kind == "event":
            self._close(update_id)
            self._last[item.chat_id] = _now()
            self._long[item.chat_id] = True
            self._bell.ring()

    def call_began(self, chat_id: int) -> None:
        """A call about this chat has come in."""
        self._running[chat_id] += 1

    def call_ended(self, chat_id: int, *, spoke: bool) -> None:
        """It was answered; `spoke` when it has sent, changed or removed a message."""
        self._running[chat_id] -= 1
        self._last[chat_id] = _now()
        if spoke:
            self._long[chat_id] = False
            for update_id, item in list(self._in_chat[chat_id].items()):
                if item.taken:
                    item.acted = True
                    if item.kind == "message":
                        self._close(update_id)
        self._bell.ring()

    def answered(self, query_id: str) -> None:
        """The tap with this query id was answered."""
        update_id = self._queries.pop(query_id, None)
        if update_id is not None and (item := self._open.get(update_id)) is not None:
            self._last[item.chat_id] = _now()
            self._long[item.chat_id] = not item.acted
            self._close(update_id)

    def _close(self, update_id: int) -> None:
        item = self._open.pop(update_id)
        del self._in_chat[item.chat_id][update_id]
        del self._of_user[item.user_id][update_id]

    def is_open(self, user_id: int) -> bool:
        """Whether anything this person did still waits for the bot."""
        return bool(self._of_user[user_id])

    async def settled(self, user_id: int, *, seconds: float, explain: Callable[[], str]) -> None:
        """Wait until nothing of this person is open and her chats are quiet.

        Raises:
            AssertionError: after `seconds`, with what `explain` tells.
        """
        end = _now() + seconds
        while True:
            wait = self._unsettled_for(user_id)
            if wait == 0:
                return
            left = end - _now()
            if left <= 0:
                left_open = self._of_user[user_id].values()
                waiting = [f"{i.kind} (read by the bot: {i.taken})" for i in left_open]
                raise AssertionError(
                    f"not settled after {seconds} s; open: {waiting or 'calls'}\n{explain()}"
                )
            await self._bell.wait(left if wait is None else min(wait, left))

    def _unsettled_for(self, user_id: int) -> float | None:
        """Seconds until it may be settled; None: until something happens; 0: settled."""
        chats = self._chats[user_id]
        if self._of_user[user_id] or any(self._running[chat_id] for chat_id in chats):
            return None
        ends = (
            self._last[chat_id]
            + (QUIET_WITHOUT_ANSWER_SECONDS if self._long[chat_id] else QUIET_SECONDS)
            for chat_id in chats
        )
        return max(0.0, max(ends, default=0.0) - _now())


def _now() -> float:
    return asyncio.get_running_loop().time()
