"""Stores at the points where scenarios begin, each made once by the whole bot."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.commands.demo import examples
from dialogs.callbacks import Join, SayYes
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import read_bundle
from tests.support.house import NURSE, TRANSLATOR, House, all_told
from tests.support.life import Life, Steady, close, house_from
from tests.support.stage import make_example_store


def _make(tmp_path_factory, name: str, fill: Callable[[House, Life], Awaitable[None]], of=None):
    folder = tmp_path_factory.mktemp("crash") / name

    async def work() -> None:
        template = of or tmp_path_factory.mktemp("nothing")
        async with house_from(template, folder) as home:
            async with home.deps() as deps:
                for path in () if of else examples():
                    await import_bundle(deps, read_bundle(path))
            life = Life(home)
            await fill(home, life)
            await close(life)

    asyncio.run(work())
    return folder


async def _told(home: House, life: Life) -> None:
    async with life.lived():
        await all_told(life.reader)


async def _join(home: House, life: Life) -> None:
    tokens = [await home.token(*where) for where in (NURSE, TRANSLATOR)]
    async with life.lived():
        ana = Steady(life)
        for token in tokens:
            await ana.say(f"/start {token}")
            await ana.press(Join)


async def _agree(home: House, life: Life) -> None:
    async with life.lived():
        ana = Steady(life)
        await ana.open_card("Spot sepsis sooner")
        await ana.press(SayYes)


@pytest.fixture(scope="session")
def fresh(tmp_path_factory) -> Path:
    """A home that has told Telegram about itself and knows no member."""
    return _make(tmp_path_factory, "fresh", _told)


@pytest.fixture(scope="session")
def joined(tmp_path_factory, fresh: Path) -> Path:
    """As ``fresh``, and Ana is in both MIDs and has answered nothing."""
    return _make(tmp_path_factory, "joined", _join, fresh)


@pytest.fixture(scope="session")
def agreed(tmp_path_factory, joined: Path) -> Path:
    """As ``joined``, and Ana said yes to one licence."""
    return _make(tmp_path_factory, "agreed", _agree, joined)


@pytest.fixture
def templates(fresh: Path, joined: Path, agreed: Path) -> dict[str, Path]:
    return {"fresh": fresh, "joined": joined, "agreed": agreed}


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> Path:
    """A store alone, for use cases without a bot: both MIDs as the examples describe them."""
    folder = tmp_path_factory.mktemp("told")
    asyncio.run(make_example_store(folder))
    return folder


@pytest.fixture(scope="session")
def imported(tmp_path_factory) -> Path:
    """A house with both example MIDs, of which nobody knows yet."""

    async def nothing(_home: House, _life: Life) -> None: ...

    return _make(tmp_path_factory, "imported", nothing)


@pytest.fixture
async def quiet_house(imported: Path, tmp_path: Path) -> AsyncIterator[House]:
    """Both example MIDs imported, and the bot not running."""
    async with house_from(imported, tmp_path / "house") as home:
        yield home


@pytest.fixture
async def house(quiet_house: House) -> AsyncIterator[House]:
    """Both example MIDs imported, and the bot running."""
    async with quiet_house.running():
        yield quiet_house


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder dies on purpose."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.crash)
