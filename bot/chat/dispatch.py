"""Flat dispatch: an index from a button's prefix or a command to the handlers that may match.

aiogram tries the filters of all handlers of all routers in turn, which costs more with every
handler. Here only the handlers whose key fits the update are tried, in the same order. Routers
still register each handler with its filters, as in any aiogram bot.
"""

from collections.abc import Sequence
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.types import CallbackQuery, Message

from bot.chat.filters import ToPlace

KINDS = ("message", "callback_query")


def flatten_routers(routers: Sequence[Router]) -> Router:
    """One router with the handlers of several, in their order; a fallback still comes last.

    Filters and middlewares of the routers themselves are not carried over: they must have none.
    """
    flat = Router(name="flat")
    for kind in KINDS:
        handlers = [handler for router in routers for handler in router.observers[kind].handlers]
        flat.observers[kind] = _HandlerIndex(flat, kind, handlers)
    return flat


class _HandlerIndex(TelegramEventObserver):
    """The handlers of one kind of update, with an observer for the handlers of each key."""

    def __init__(self, router: Router, kind: str, handlers: list[HandlerObject]) -> None:
        super().__init__(router, kind)
        self.handlers = handlers
        keyed = [(handler, _keys(handler)) for handler in handlers]
        self._without_key = self._observer([handler for handler, keys in keyed if not keys])
        self._by_key = {
            key: self._observer([handler for handler, keys in keyed if not keys or key in keys])
            for key in frozenset().union(*(keys for _, keys in keyed))
        }

    def _observer(self, handlers: list[HandlerObject]) -> TelegramEventObserver:
        observer = TelegramEventObserver(self.router, self.event_name)
        observer.handlers = handlers
        return observer

    async def trigger(self, event: Any, **kwargs: Any) -> Any:
        """Let aiogram try the handlers whose key fits the event."""
        observers = map(self._by_key.get, _event_keys(event))
        observer = next(filter(None, observers), self._without_key)
        return await observer.trigger(event, **kwargs)


def _keys(handler: HandlerObject) -> frozenset[str]:
    """The keys of the updates that a handler takes; empty if its filters do not tell."""
    for filter_ in handler.filters or ():
        match filter_.callback:
            case ToPlace() as place_filter:
                return place_filter.data
            case CallbackQueryFilter() as callback_filter:
                return frozenset({callback_filter.callback_data.__prefix__})
            case Command() as command:
                return frozenset(f"/{name}" for name in command.commands)
    return frozenset()


def _event_keys(event: Message | CallbackQuery) -> tuple[str, ...]:
    """The keys of an update, the most specific first: a button's whole data, then its prefix."""
    if isinstance(event, CallbackQuery):
        data = event.data or ""
        return data, data.partition(":")[0]
    return ((event.text or event.caption or "").split(maxsplit=1) or [""])[0].partition("@")[:1]
