"""What all handlers together cost an update before the use case runs.

Asked in turn, the last handler would pay for all: hence several places. Every handler's own body
is replaced by nothing; finding who acts reads the store, and is measured apart.
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

SAID = "c1 x"
AIM_US = 350


async def nothing(*_: object) -> None:
    """What is left of a handler."""


def handlers(dispatcher: Dispatcher, kind: str) -> list[HandlerObject]:
    """All handlers of messages or of taps in the order in which they are asked, made empty."""
    found = [one for router in dispatcher.sub_routers for one in router.observers[kind].handlers]
    for one in found:
        empty = CallableObject(nothing)
        one.callback, one.params, one.varkw = empty.callback, empty.params, empty.varkw
        one.awaitable = True
    return found


def example(handler: HandlerObject) -> str:
    """Something that this handler takes: a text, or the data of a button."""
    for one in handler.filters or ():
        match one.callback:
            case ToPlace() as to:
                return min(to.data)
            case CallbackQueryFilter() as wanted:
                fields = wanted.callback_data.model_fields
                given = {name: _value(wanted.callback_data, name) for name in fields}
                return wanted.callback_data(**given).pack()
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


def update(kind: str, said: str) -> Update:
    """An update of one member."""
    user = {"id": FIRST_ID, "is_bot": False, "first_name": "M", "language_code": "en"}
    chat = {"id": FIRST_ID, "type": "private", "first_name": "M"}
    message: dict[str, Any] = {"message_id": 7, "date": 1_795_000_000, "chat": chat}
    event = message | {"from": user, "text": said}
    if kind == "callback_query":
        event = {"id": "1", "from": user, "chat_instance": "1", "data": said, "message": message}
    return Update.model_validate({"update_id": 1, kind: event})


async def cost(feed: Callable[[], Any], rounds: int) -> float:
    """Microseconds of one run: the median of several times a hundred."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(100):
            await feed()
        found.append((time.process_time() - began) * 1e4)
    return median(found)


def without_people(dispatcher: Dispatcher) -> None:
    """Take the store out of it: what remains is aiogram and the filters."""
    for observer in (dispatcher.message, dispatcher.callback_query):
        for one in list(observer.outer_middleware):
            if isinstance(one, IdentityMiddleware):
                observer.outer_middleware.unregister(one)


async def measure(rounds: int) -> str:
    """The cost by the place of the handler."""
    bot = Bot(TOKEN)
    rows = []
    with tempfile.TemporaryDirectory(prefix="midline-bench-") as name:
        db = store.embedded(Path(name))
        await store.prepare(db, 1)
        deps = Deps(db, SystemClock())
        settings = Settings(_env_file=None)
        bare = Dispatcher(disable_fsm=True)
        router = Router()
        router.callback_query.register(nothing)
        bare.include_router(router)
        tapped = update("callback_query", SAID)
        floor = await cost(lambda: bare.feed_update(bot, tapped), rounds)
        rows.append(("one handler, no filter", "", f"{floor:.0f}", ""))
        for kind in ("message", "callback_query"):
            dispatcher = build_dispatcher(deps, settings)
            found = handlers(dispatcher, kind)
            last = update(kind, example(found[-2]))
            with_people = await cost(
                partial(dispatcher.feed_update, bot, last, update_seq=1), rounds
            )
            without_people(dispatcher)
            for number in sorted({0, len(found) // 2, len(found) - 2, len(found) - 1}):
                said = example(found[number])
                one = update(kind, said)
                us = await cost(
                    partial(dispatcher.feed_update, bot, one, update_seq=1, actor=None),
                    rounds,
                )
                rows.append((f"{kind} {said}", str(number + 1), f"{us:.0f}", f"{us - floor:.0f}"))
            extra = f"{with_people - floor:.0f}"
            rows.append((f"{kind}, with finding who acts", "", f"{with_people:.0f}", extra))
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
