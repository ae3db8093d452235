"""The bot on its real HTTP server: the stand-in calls it, or a stranger does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.app import build_bot, build_dispatcher, build_readiness
from bot.chat.handle import UpdateHandler
from bot.commands.demo import demo_settings
from bot.metrics import CallCounter, Metrics
from bot.open_store import open_store
from bot.settings import Settings
from bot.telegram import sync_store
from bot.updates.inbox import Inbox
from bot.updates.lanes import SingleProcessLanes
from bot.updates.receiver import receive_updates
from playground import Playground
from service.deps import Deps
from service.people.cases import make_invites
from tests.support.house import Member, SettableClock

SECRET = "a-Secret_of_the_webhook"


HEADER = "X-Telegram-Bot-Api-Secret-Token"


PATH = "/telegram"


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class House:
    """One store, one stand-in, and a bot with its HTTP edge."""

    def __init__(self, playground: Playground, folder: Path) -> None:
        self.playground = playground
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.url = self.base + PATH
        self.polling = demo_settings(playground, folder).model_copy(
            update={"http_port": self.port}
        )
        self.settings = self.with_(webhook_url=self.url, webhook_secret=SecretStr(SECRET))
        self.clock = SettableClock()
        self.deps: Deps
        self.inbox: Inbox
        self.metrics: Metrics

    def with_(self, **changes: object) -> Settings:
        return self.polling.model_copy(update=changes)

    def member(self, name: str = "Ana", language: str | None = "en") -> Member:
        return Member(self.playground.person(name, language=language))

    @asynccontextmanager
    async def running(self, settings: Settings | None = None, lanes=None) -> AsyncIterator[None]:
        """As bot/app.py puts it together."""
        settings = settings or self.settings
        async with open_store(settings, self.clock) as deps:
            self.deps = deps
            bot = build_bot(settings)
            self.metrics = metrics = Metrics()
            metrics.watch_store(deps.db)
            bot.session.middleware(CallCounter(metrics))
            held = lanes or SingleProcessLanes()
            handle = metrics.instrument(
                UpdateHandler(deps, bot, build_dispatcher(deps, settings)).handle
            )
            self.inbox = inbox = Inbox(deps, held, handle)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(inbox.run())
                    side = group.create_task(
                        receive_updates(
                            bot,
                            settings,
                            inbox,
                            build_readiness(settings, deps, metrics),
                            deps=deps,
                            lanes=held,
                            metrics=metrics,
                        )
                    )
                    try:
                        await self.up(side, settings)
                        yield
                    finally:
                        side.cancel()
                        await asyncio.wait([side])
                        inbox.stop()
            finally:
                await bot.session.close()

    async def up(self, side: asyncio.Task[None], settings: Settings) -> None:
        """Wait until Telegram has been told where to call, or has been asked once."""

        async def there() -> bool:
            return side.done() or await self.told(settings)

        await until(there)

    async def told(self, settings: Settings) -> bool:
        if not settings.webhook_url:
            return self.metrics.last_contact is not None
        async with self.deps.db.read() as conn:
            digest = await sync_store.read_synced(conn, "setWebhook")
        return digest is not None and self.info["url"] == settings.webhook_url

    @property
    def info(self):
        return self.playground._webhook.webhook_info({})

    async def call(self, method: str = "GET", path: str = PATH, **given):
        """A stranger's call: status, headers, body."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.base + path, **given) as answer,
        ):
            return answer.status, answer.headers, await answer.read()

    async def post(self, body: bytes | str, secret: str | None = SECRET):
        headers = {} if secret is None else {HEADER: secret}
        return await self.call("POST", data=body, headers=headers)

    def methods(self) -> list[str]:
        return [call.method for call in self.playground.calls]


async def invite(house: House, ref: str = "N-0001") -> str:
    return (await make_invites(house.deps, "nurses", ref=ref))[0].token
