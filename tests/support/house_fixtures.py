"""The whole bot over HTTP: the real process on the stand-in, and members who talk to it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.commands.demo import demo_settings, examples
from playground import Playground
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import read_bundle
from tests.support.bot_api_spec import check_calls
from tests.support.house import House, SettableClock, all_told
from tests.support.postgres import STORES, Server, where


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session", params=STORES)
def server(request: pytest.FixtureRequest) -> Server | None:
    """The server that stores are on; None where they are files."""
    return where(request)


@pytest.fixture(scope="session")
def empty_store(server: Server | None) -> str | None:
    """What a store on the server is copied from."""
    return server and server.migrated()


@pytest.fixture
def database_url(
    server: Server | None, empty_store: str | None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretStr | None]:
    """A database of the test's own, known to processes it starts too; None: the file is."""
    if server is None or empty_store is None:
        yield None
        return
    with server.copy(empty_store) as url:
        monkeypatch.setenv("MIDLINE_DATABASE_URL", url)
        yield SecretStr(url)


async def stock(house: House) -> None:
    """Import both example MIDs."""
    async with house.deps() as deps:
        for path in examples():
            await import_bundle(deps, read_bundle(path))


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded store with both example MIDs, and its key: to be copied.

    Its bot has run once: what Telegram shows of it is told, and need not be in every test.
    """
    folder = tmp_path_factory.mktemp("stocked")

    async def work() -> None:
        async with Playground() as playground:
            house = House(playground, demo_settings(playground, folder), SettableClock())
            await stock(house)
            async with house.running(), house.deps() as deps:
                await all_told(deps.db)

    asyncio.run(work())
    return folder


@pytest.fixture
async def quiet_house(
    tmp_path: Path, clock: SettableClock, database_url: SecretStr | None, stocked: Path
) -> AsyncIterator[House]:
    """Both example MIDs imported, and the bot not running."""
    async with Playground() as playground:
        settings = demo_settings(playground, tmp_path)
        settings = settings.model_copy(update={"database_url": database_url})
        house = House(playground, settings, clock)
        if database_url is None:
            shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
        else:
            await stock(house)
        yield house
        check_calls(playground.calls)


@pytest.fixture
async def house(quiet_house: House) -> AsyncIterator[House]:
    """Both example MIDs imported, and the bot running."""
    async with quiet_house.running():
        yield quiet_house
