"""The playground: a Bot API on this machine, and the people who talk to the bot."""

import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from aiohttp import web

from playground.bot_api.faults import FaultPlan
from playground.bot_api.flood import FloodControl, FloodLimits
from playground.bot_api.messages import MessageMethods
from playground.bot_api.methods import method_table
from playground.bot_api.profile import ProfileMethods
from playground.bot_api.server import BotApiServer, BotCall
from playground.change_signal import ChangeSignal
from playground.chat_page.routes import ChatPageRoutes
from playground.errors import Json
from playground.task_owner import TaskOwner
from playground.world.groups import PlayGroup, new_group
from playground.world.idle_watch import IdleWatch
from playground.world.people import PlayPerson
from playground.world.update_queue import UpdateQueue
from playground.world.webhook_caller import WebhookCaller
from playground.world.world import PlayInvite, PlayUser, World

_SHUTDOWN_SECONDS = 0.01


class Playground:
    """A stand-in for Telegram: `async with Playground() as pg`, then point the bot at `pg.url`.

    Args:
        token: the bot's token, `<id>:<secret>`.
        username: the bot's username, without `@`.
        name: the bot's name until it sets another.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        clock: the time in seconds since 1970.
        limits: flood limits; False: none, True: those of `Limits()`.
        latency: seconds that every call takes.
        seed: makes ids repeatable.
        keep_calls: how many calls `calls` keeps; None: all.
        webhook_retry: seconds before a webhook is first tried again; doubles each time.
    """

    def __init__(
        self,
        token: str = "42:TEST",  # noqa: S107 - it gives access to nothing but this playground
        *,
        username: str = "midline_bot",
        name: str = "Midline",
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        limits: FloodLimits | bool = False,
        latency: float = 0,
        seed: int | None = None,
        keep_calls: int | None = None,
        webhook_retry: float = 1,
    ) -> None:
        self.token = token
        self.host = host
        self.port = port
        self.username = username
        rng = random.Random(seed)  # noqa: S311 - ids only need to look like Telegram's
        bot: Json = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        changes = ChangeSignal()
        idle_watch = IdleWatch(changes)
        self._tasks = TaskOwner()
        self._updates = UpdateQueue(clock, changes, idle_watch, rng.randrange(10**8, 10**9))
        self._world = World(bot, clock, rng, changes, self._updates, idle_watch)
        self._profile = ProfileMethods(self._world)
        self._webhook = WebhookCaller(
            self._updates, changes, self._tasks, clock, self._run_webhook_method, webhook_retry
        )
        table = method_table(
            MessageMethods(self._world), self._profile, self._updates, self._webhook
        )
        self._server = BotApiServer(token, table, idle_watch, keep_calls)
        self._server.latency = latency
        if limits:
            flood_limits = limits if isinstance(limits, FloodLimits) else FloodLimits()
            self._server.flood = FloodControl(flood_limits, clock)
            self._updates.hold_quick_polls = True
        self._people: dict[int, PlayPerson] = {}
        self._runner: web.AppRunner | None = None

    async def _run_webhook_method(self, method: str, values: Json) -> None:
        await self._server.run_webhook_method(method, values)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start to listen.

        Raises:
            OSError: when the port is taken.
        """
        app = web.Application()
        app.add_routes(self._server.routes())
        ChatPageRoutes(self._world, self._profile, self._people, self.person).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; calls in progress are cut off."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._tasks.stop()

    @property
    def url(self) -> str:
        """Base URL of the Bot API (aiogram: `TelegramAPIServer.from_base`) and of the page."""
        return f"http://{self.host}:{self.port}"

    @property
    def refused(self) -> int:
        """The number of calls that the flood limits answered with 429."""
        return self._server.flood.refused if self._server.flood else 0

    @property
    def calls(self) -> deque[BotCall]:
        """The bot's calls in the order they came in, refused ones too, without getUpdates."""
        return self._server.calls

    @property
    def faults(self) -> FaultPlan:
        """The planned faults."""
        return self._server.faults

    @property
    def flood(self) -> FloodControl | None:
        """The flood limits in force, if any."""
        return self._server.flood

    @property
    def latency(self) -> float:
        """Seconds that every call takes; may be changed at any time."""
        return self._server.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._server.latency = seconds

    @property
    def people(self) -> list[PlayPerson]:
        """Everybody, in the order they were added."""
        return list(self._people.values())

    @property
    def pending(self) -> int:
        """The number of updates that the bot has not confirmed."""
        return len(self._updates.pending)

    def person(
        self,
        name: str,
        *,
        language: str | None = None,
        username: str | None = None,
        note: str = "",
        invites: Iterable[PlayInvite] = (),
        user_id: int | None = None,
    ) -> PlayPerson:
        """Add a person whom the bot has not met.

        Args:
            name: first name.
            language: IETF tag such as `es` or `pt-br`; None: Telegram sends none.
            username: without `@`.
            note: who this is, in a few words, for the page.
            invites: invite links they have and have not used.
            user_id: their id; None: a random one of more than 32 bits.
        """
        user = PlayUser(
            user_id or self._world.new_user_id(), name, language, username, note, list(invites)
        )
        person = PlayPerson(self._world, self._world.new_user(user))
        self._people[user.id] = person
        return person

    def group(self, title: str, members: Iterable[PlayPerson]) -> PlayGroup:
        """Add a group with the bot in it; the bot gets a `my_chat_member` update."""
        return new_group(self._world, title, [person.user for person in members])

    def redeliver(self, update: Json) -> None:
        """Deliver an update again with the same `update_id`, as after a lost answer."""
        body = next(value for key, value in update.items() if key != "update_id")
        chat_id = (body.get("chat") or body["message"]["chat"])["id"]
        sender = body.get("from") or {"id": chat_id}
        self._updates.repeat(update, chat_id=chat_id, user_id=sender["id"])

    async def settled(self, timeout: float = 5) -> None:  # noqa: ASYNC109 - it tells the screen
        """Wait until the bot has handled what everybody did.

        Raises:
            AssertionError: after `timeout` seconds for any one person, with their last screen.
        """
        for person in self.people:
            await person.settled(timeout)
