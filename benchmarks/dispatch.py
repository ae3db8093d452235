"""The cost of dispatching an update to its handler, before the use case runs.

If handlers were tried in turn, the last one would cost most, so several places are measured. Every
handler's body is emptied. Identifying who acts reads the store, and is measured separately.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.dispatcher.event.handler import CallableObject, HandlerObject
from aiogram.filters import Command, CommandStart
from aiogram.filters.callback_data import CallbackQueryFilter
from aiogram.types import Update

from benchmarks import store
from benchmarks.bots import TOKEN
from benchmarks.members import FIRST_ID
from benchmarks.table import table
from bot.app import build_dispatcher
from bot.chat.filters import ToPlace
from bot.chat.identity import IdentityMiddleware
from bot.settings import Settings
from service.clock import SystemClock
from service.deps import Deps

CALLBACK_DATA = "c1 x"
AIM_US = 350


async def nothing(*_: object) -> None:
    """The body of an emptied handler."""


def emptied_handlers(dispatcher: Dispatcher, kind: str) -> list[HandlerObject]:
    """Empty all handlers of messages or of taps; returns them in the order they are tried."""
    handlers = [
        handler for router in dispatcher.sub_routers for handler in router.observers[kind].handlers
    ]
    for handler in handlers:
        empty = CallableObject(nothing)
        handler.callback, handler.params = empty.callback, empty.params
        handler.varkw, handler.awaitable = empty.varkw, True
    return handlers


def example_input(handler: HandlerObject) -> str:
    """An input that this handler accepts: a text, or the data of a button."""
    for condition in handler.filters or ():
        match condition.callback:
            case ToPlace() as to:
                return min(to.data)
            case CallbackQueryFilter() as by_data:
                data = by_data.callback_data
                return data(**{name: _value(data, name) for name in data.model_fields}).pack()
            case CommandStart():
                return "/start"
            case Command() as command:
                return f"/{command.commands[0]}"
    return "??"


def _value(data: Any, name: str) -> Any:
    annotation = data.model_fields[name].annotation
    if name == "to":
        return "1"
    if annotation in {int, bool}:
        return 0
    if isinstance(annotation, type) and issubclass(annotation, str) and annotation is not str:
        return next(iter(annotation))  # type: ignore[call-overload]
    return "x"


def make_update(kind: str, text: str) -> Update:
    """An update of a member: a message with this text, or a tap with this callback data."""
    user = {"id": FIRST_ID, "is_bot": False, "first_name": "M", "language_code": "en"}
    chat = {"id": FIRST_ID, "type": "private", "first_name": "M"}
    message: dict[str, Any] = {"message_id": 7, "date": 1_795_000_000, "chat": chat}
    event = message | {"from": user, "text": text}
    if kind == "callback_query":
        event = {"id": "1", "from": user, "chat_instance": "1", "data": text, "message": message}
    return Update.model_validate({"update_id": 1, kind: event})


async def microseconds(feed: Callable[[], Any], rounds: int) -> float:
    """CPU of one run in microseconds: the median of rounds of a hundred."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(100):
            await feed()
        times.append((time.process_time() - began) * 1e4)
    return median(times)


def without_identity(dispatcher: Dispatcher) -> None:
    """Remove the middleware that reads the store: what remains is aiogram and the filters."""
    for observer in (dispatcher.message, dispatcher.callback_query):
        for middleware in list(observer.outer_middleware):
            if isinstance(middleware, IdentityMiddleware):
                observer.outer_middleware.unregister(middleware)


async def measure(rounds: int) -> str:
    """Measure the cost by the place of the handler."""
    bot = Bot(TOKEN)
    rows = []
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        db = store.open_embedded_store(Path(name))
        await store.prepare(db, 1)
        deps = Deps(db, SystemClock())
        settings = Settings(_env_file=None)
        bare = Dispatcher(disable_fsm=True)
        router = Router()
        router.callback_query.register(nothing)
        bare.include_router(router)
        tapped = make_update("callback_query", CALLBACK_DATA)
        floor = await microseconds(lambda: bare.feed_update(bot, tapped), rounds)
        rows.append(("one handler, no filter", "", f"{floor:.0f}", ""))
        for kind in ("message", "callback_query"):
            dispatcher = build_dispatcher(deps, settings)
            handlers = emptied_handlers(dispatcher, kind)
            last = make_update(kind, example_input(handlers[-2]))
            with_identity = await microseconds(
                partial(dispatcher.feed_update, bot, last, update_seq=1), rounds
            )
            without_identity(dispatcher)
            count = len(handlers)
            for number in sorted({0, count // 2, count - 2, count - 1}):
                text = example_input(handlers[number])
                update = make_update(kind, text)
                us = await microseconds(
                    partial(dispatcher.feed_update, bot, update, update_seq=1, actor=None),
                    rounds,
                )
                rows.append((f"{kind} {text}", str(number + 1), f"{us:.0f}", f"{us - floor:.0f}"))
            extra = f"{with_identity - floor:.0f}"
            rows.append((f"{kind}, with finding who acts", "", f"{with_identity:.0f}", extra))
        await db.close()
    await bot.session.close()
    title = f"Dispatch of one update before the use case (aim: under {AIM_US} us)"
    return table(title, ("what", "handler no.", "us", "above the floor"), rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dispatch", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    print(asyncio.run(measure(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
