"""The playground itself: a Bot API on this machine, and the people who talk to the bot."""

import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from aiohttp import web

from playground.bot_api.faults import Faults
from playground.bot_api.flood import Flood, Limits
from playground.bot_api.messages import Messages
from playground.bot_api.methods import methods
from playground.bot_api.profile import Profile
from playground.bot_api.server import Call, Server
from playground.change_signal import Bell
from playground.chat_page.routes import Pages
from playground.errors import Json
from playground.task_owner import Crew
from playground.world.groups import Group, new_group
from playground.world.idle_watch import Watch
from playground.world.people import Person
from playground.world.update_queue import Updates
from playground.world.webhook_caller import Webhook
from playground.world.world import Invite, User, World

_SHUTDOWN_SECONDS = 0.01


class Playground:
    """A stand-in for Telegram: `async with Playground() as pg`, then point the bot at `pg.url`.

    Args:
        token: the bot's token, `<id>:<secret>`.
        username: the bot's username, without `@`.
        name: the bot's name until it sets another.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        clock: tells the time in seconds since 1970.
        limits: flood limits; False: none, True: those of `Limits()`.
        latency: seconds that every call takes.
        seed: makes ids repeatable.
        keep_calls: how many calls `calls` keeps; None: all.
        webhook_retry: seconds before a webhook is first tried again; doubles each time.
    """

    def __init__(
        self,
        token: str = "42:TEST",  # noqa: S107 - it opens nothing but this playground
        *,
        username: str = "midline_bot",
        name: str = "Midline",
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        limits: Limits | bool = False,
        latency: float = 0,
        seed: int | None = None,
        keep_calls: int | None = None,
        webhook_retry: float = 1,
    ) -> None:
        self.token = token
        self.host = host
        self.port = port
        self.username = username
        chance = random.Random(seed)  # noqa: S311 - ids only need to look like Telegram's
        bot: Json = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        bell = Bell()
        watch = Watch(bell)
        self._crew = Crew()
        self._updates = Updates(clock, bell, watch, chance.randrange(10**8, 10**9))
        self._world = World(bot, clock, chance, bell, self._updates, watch)
        self._profile = Profile(self._world)
        self._webhook = Webhook(
            self._updates, bell, self._crew, clock, self._carry_out, webhook_retry
        )
        table = methods(Messages(self._world), self._profile, self._updates, self._webhook)
        self._server = Server(token, table, watch, keep_calls)
        self._server.latency = latency
        if limits:
            chosen = limits if isinstance(limits, Limits) else Limits()
            self._server.flood = Flood(chosen, clock)
            self._updates.hold_quick_polls = True
        self._people: dict[int, Person] = {}
        self._runner: web.AppRunner | None = None

    async def _carry_out(self, method: str, values: Json) -> None:
        await self._server.carry_out(method, values)

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
        """Listen.

        Raises:
            OSError: when the port is taken.
        """
        app = web.Application()
        app.add_routes(self._server.routes())
        Pages(self._world, self._profile, self._people, self.person).add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; calls under way are cut off."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._crew.stop()

    @property
    def url(self) -> str:
        """Base URL of the Bot API (aiogram: `TelegramAPIServer.from_base`) and of the page."""
        return f"http://{self.host}:{self.port}"

    @property
    def refused(self) -> int:
        """How many calls the flood limits have answered with 429."""
        return self._server.flood.refused if self._server.flood else 0

    @property
    def calls(self) -> deque[Call]:
        """The bot's calls in the order they came in, refused ones too, without getUpdates."""
        return self._server.calls

    @property
    def faults(self) -> Faults:
        """Where faults are planned."""
        return self._server.faults

    @property
    def flood(self) -> Flood | None:
        """The flood limits that hold, if any."""
        return self._server.flood

    @property
    def latency(self) -> float:
        """Seconds that every call takes; may be changed at any time."""
        return self._server.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._server.latency = seconds

    @property
    def people(self) -> list[Person]:
        """Everybody, in the order they came."""
        return list(self._people.values())

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._updates.pending)

    def person(
        self,
        name: str,
        *,
        language: str | None = None,
        username: str | None = None,
        note: str = "",
        invites: Iterable[Invite] = (),
        user_id: int | None = None,
    ) -> Person:
        """Somebody new, whom the bot has not met.

        Args:
            name: first name.
            language: IETF tag such as `es` or `pt-br`; None: Telegram sends none.
            username: without `@`.
            note: who this is, in a few words, for the page.
            invites: links they have been given and not used.
            user_id: a certain id; None takes one of more than 32 bits.
        """
        user = User(
            user_id or self._world.new_user_id(), name, language, username, note, list(invites)
        )
        person = Person(self._world, self._world.new_user(user))
        self._people[user.id] = person
        return person

    def group(self, title: str, members: Iterable[Person]) -> Group:
        """A new group with the bot in it; the bot gets a `my_chat_member` update."""
        return new_group(self._world, title, [person.user for person in members])

    def redeliver(self, update: Json) -> None:
        """Deliver an update once more with the `update_id` it had, as after a lost answer."""
        body = next(value for key, value in update.items() if key != "update_id")
        chat_id = (body.get("chat") or body["message"]["chat"])["id"]
        sender = body.get("from") or {"id": chat_id}
        self._updates.repeat(update, chat_id=chat_id, user_id=sender["id"])

    async def settled(self, timeout: float = 5) -> None:  # noqa: ASYNC109 - it tells the screen
        """Wait until the bot is done with what everybody did.

        Raises:
            AssertionError: after `timeout` seconds for any one person, with their last screen.
        """
        for person in self.people:
            await person.settled(timeout)
