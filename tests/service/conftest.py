import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from service.db.database import open_embedded
from service.db.migrate import migrate
from service.deps import Deps
from tests.service.stage import ACTIVE, FixedClock, Stage, staged


def _make(folder: Path, fill: Callable[[Stage], Awaitable[None]]) -> Path:
    async def work() -> None:
        db = open_embedded(folder / "midline.db", folder / "key")
        clock = FixedClock()
        await migrate(db)
        await fill(Stage(Deps(db, clock), clock))
        await db.close()

    asyncio.run(work())
    return folder


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Path:
    """A folder with a store that knows nothing yet, and its key."""

    async def nothing(_: Stage) -> None: ...

    return _make(tmp_path_factory.mktemp("bare"), nothing)


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> Path:
    """A folder with a store that holds both example bundles."""
    return _make(tmp_path_factory.mktemp("told"), Stage.bring_examples)


@pytest.fixture(scope="session")
def agreed(tmp_path_factory) -> Path:
    """As ``told``, and one person, first in the members' table, agreed to all four active ones."""

    async def fill(stage: Stage) -> None:
        await stage.bring_examples()
        member = await stage.stranger()
        await stage.join(member, "nurses", "N-0001")
        await stage.join(member, "translators", "T-0002")
        for slug in ACTIVE:
            await stage.yes(member, slug)

    return _make(tmp_path_factory.mktemp("agreed"), fill)


@pytest.fixture
async def empty(bare: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A store without any MID."""
    folder = tmp_path / "empty"
    folder.mkdir()
    async with staged(bare, folder) as stage:
        yield stage


@pytest.fixture
async def stage(told: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A store with both example MIDs."""
    async with staged(told, tmp_path) as stage:
        yield stage


@pytest.fixture
def deps(stage: Stage) -> Deps:
    return stage.deps


@pytest.fixture
def clock(stage: Stage) -> FixedClock:
    return stage.clock


@pytest.fixture
async def nurse(stage: Stage) -> str:
    """A nurse of the verified tier, N-0001, who has answered nothing yet."""
    member = await stage.stranger()
    await stage.join(member, "nurses", "N-0001")
    return member


@pytest.fixture
async def both(nurse: str, stage: Stage) -> str:
    """The same person, who is also the translator T-0002."""
    await stage.join(nurse, "translators", "T-0002")
    return nurse


@pytest.fixture
async def yes_to_four(both: str, stage: Stage) -> str:
    """The same person with a yes to each of the four active licences."""
    for slug in ACTIVE:
        await stage.yes(both, slug)
    return both
