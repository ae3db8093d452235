"""Flat dispatch: which handlers an update may be for is looked up, so that few are asked.

The routers stay the place where a handler stands beside its button or its command. aiogram asks
the handlers of all routers in turn, and every question costs. Here those that may be meant are
found by what the button or the command begins with; only they are asked, in the same order.
"""

from collections.abc import Sequence
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import To

_KINDS = ("message", "callback_query")


def flat(routers: Sequence[Router]) -> Router:
    """One router with the handlers of several, which have nothing else: no filter, no middleware.

    The order of routers and handlers is kept, so that a fallback still stands last.
    """
    made = Router(name="flat")
    for kind in _KINDS:
        handlers = [handler for router in routers for handler in router.observers[kind].handlers]
        made.observers[kind] = _Table(made, kind, handlers)
    return made


class _Table(TelegramEventObserver):
    """The handlers of one kind of update: all, and by key those that it leaves."""

    def __init__(self, router: Router, kind: str, handlers: list[HandlerObject]) -> None:
        super().__init__(router, kind)
        self.handlers = handlers
        keyed = [(handler, _keys(handler)) for handler in handlers]
        self._rest = self._of([one for one, keys in keyed if not keys])
        self._by_key = {
            key: self._of([one for one, keys in keyed if not keys or key in keys])
            for key in frozenset().union(*(keys for _, keys in keyed))
        }

    def _of(self, handlers: list[HandlerObject]) -> TelegramEventObserver:
        some = TelegramEventObserver(self.router, self.event_name)
        some.handlers = handlers
        return some

    async def trigger(self, event: Any, **kwargs: Any) -> Any:
        """Ask those that may be meant, the way aiogram asks them."""
        meant = next(filter(None, map(self._by_key.get, _begins(event))), self._rest)
        return await meant.trigger(event, **kwargs)


def _keys(handler: HandlerObject) -> frozenset[str]:
    """What an update for this handler begins with; nothing when that cannot be said."""
    for one in handler.filters or ():
        match one.callback:
            case To() as to:
                return to.data
            case CallbackQueryFilter() as wanted:
                return frozenset({wanted.callback_data.__prefix__})
            case Command() as command:
                return frozenset(f"/{name}" for name in command.commands)
    return frozenset()


def _begins(event: Message | CallbackQuery) -> tuple[str, ...]:
    """The keys of an update, the closest first: a place is a whole button, a command one word."""
    if isinstance(event, CallbackQuery):
        data = event.data or ""
        return data, data.partition(":")[0]
    return ((event.text or event.caption or "").split(maxsplit=1) or [""])[0].partition("@")[:1]
