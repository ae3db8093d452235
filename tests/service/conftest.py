"""Stores that tests of the service stand on: files, and a server where that is asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from service.db.database import Database, open_embedded, open_server
from service.db.migrate import migrate
from service.deps import Deps
from service.people.store import members
from tests.support import stage as stage_module
from tests.support.postgres import SERVER, STORES, Server, where
from tests.support.stage import ACTIVE, FixedClock, Stage, staged

NURSE, TRANSLATOR = ("nurses", "N-0001"), ("translators", "T-0002")

# What a test calls that is about the file itself: it has no meaning on a server.
ABOUT_THE_FILE = {"open_embedded", "folder_with_a_store", "cipher_connector", "sqlite3"}
FILE_ALONE = {
    "test_the_driver_is_new_enough_and_safe",
    "test_a_file_damaged_in_use_counts_as_unavailable_and_the_log_says_why",
    "test_a_damaged_page_is_found_at_start",
    "test_a_large_file_is_not_checked_at_every_start",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the file where the store is a server."""
    out = [item for item in items if _is_about_the_file(item)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def _is_about_the_file(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return False
    used = ABOUT_THE_FILE & set(item.function.__code__.co_names)
    on_server = item.callspec.params.get("server") == SERVER
    return on_server and bool(used or item.originalname in FILE_ALONE)


class OnServer(type(Path())):  # type: ignore[misc]
    """The folder of a template that is a database: it knows whom to ask for a copy."""

    server: Server
    name_there: str


_copied_file = stage_module.copied


def _copied(template: Path, to: Path) -> Database:
    if isinstance(template, OnServer):
        return template.server.open_copy(template.name_there)
    return _copied_file(template, to)


# Set before any test module takes it by name.
stage_module.copied = _copied


@pytest.fixture(scope="session", params=STORES)
def server(request: pytest.FixtureRequest) -> Server | None:
    """The server that stores are on; None where they are files."""
    return where(request)


_ends: dict[str, datetime] = {}
"""When it was, in each template, after all that was done there."""


def _make(server: Server | None, folder: Path, fill: Callable[[Stage], Awaitable[None]]) -> Path:
    async def work(db: Database) -> None:
        clock = FixedClock()
        await migrate(db)
        await fill(Stage(Deps(db, clock), clock))
        await db.close()
        _ends[str(folder)] = clock.at

    if server is None:
        asyncio.run(work(open_embedded(folder / "midline.db", folder / "key")))
        return folder
    made = OnServer(folder)
    made.server, made.name_there = server, server.create(server.migrated())
    asyncio.run(work(open_server(server.url(made.name_there))))
    return made


async def _joined(stage: Stage, *memberships: tuple[str, str]) -> str:
    """One person in a store with both MIDs, first in the members' table."""
    await stage.bring_examples()
    member = await stage.stranger()
    for mid, ref in memberships:
        await stage.join(member, mid, ref)
    return member


@pytest.fixture(scope="session")
def bare(server: Server | None, tmp_path_factory) -> Path:
    """A folder with a store that knows nothing yet, and its key."""

    async def nothing(_: Stage) -> None: ...

    return _make(server, tmp_path_factory.mktemp("bare"), nothing)


@pytest.fixture(scope="session")
def with_mids(server: Server | None, tmp_path_factory) -> Path:
    """A folder with a store that holds both example bundles."""
    return _make(server, tmp_path_factory.mktemp("with_mids"), Stage.bring_examples)


@pytest.fixture(scope="session")
def with_a_nurse(server: Server | None, tmp_path_factory) -> Path:
    """As ``with_mids``, and one person is the nurse N-0001."""

    async def fill(stage: Stage) -> None:
        await _joined(stage, NURSE)

    return _make(server, tmp_path_factory.mktemp("nurse"), fill)


@pytest.fixture(scope="session")
def with_both(server: Server | None, tmp_path_factory) -> Path:
    """As ``with_a_nurse``, and the same person is the translator T-0002."""

    async def fill(stage: Stage) -> None:
        await _joined(stage, NURSE, TRANSLATOR)

    return _make(server, tmp_path_factory.mktemp("both"), fill)


@pytest.fixture(scope="session")
def agreed(server: Server | None, tmp_path_factory) -> Path:
    """As ``with_both``, and the same person agreed to all four active ones."""

    async def fill(stage: Stage) -> None:
        member = await _joined(stage, NURSE, TRANSLATOR)
        for slug in ACTIVE:
            await stage.yes(member, slug)

    return _make(server, tmp_path_factory.mktemp("agreed"), fill)


@pytest.fixture
async def empty(bare: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A store without any MID."""
    folder = tmp_path / "empty"
    folder.mkdir()
    async with staged(bare, folder) as stage:
        yield stage


_BEGINNINGS = {"yes_to_four": "agreed", "both": "with_both", "nurse": "with_a_nurse"}


@pytest.fixture
def beginning(request: pytest.FixtureRequest, server: Server | None) -> Path:
    """The template that has all that the test begins with, so that it is not done again."""
    found = (name for wanted, name in _BEGINNINGS.items() if wanted in request.fixturenames)
    return request.getfixturevalue(next(found, "with_mids"))


@pytest.fixture
async def stage(beginning: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    """A store with both example MIDs, and whom else the test asks for."""
    async with staged(beginning, tmp_path) as stage:
        stage.clock.at = _ends[str(beginning)]
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
    async with stage.deps.db.read() as conn:
        return (await conn.execute(select(members.c.id))).scalar_one()


@pytest.fixture
def both(nurse: str) -> str:
    """The same person, who is also the translator T-0002."""
    return nurse


@pytest.fixture
def yes_to_four(both: str) -> str:
    """The same person with a yes to each of the four active licences."""
    return both
