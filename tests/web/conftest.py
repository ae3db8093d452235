"""The bot on its real HTTP server, called by the playground or by a stranger."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from playground import Playground
from tests.support.house_fixtures import stocked
from tests.support.webhook_house import House

__all__ = ["stocked"]


@pytest.fixture(autouse=True)
def logs():
    """What is logged; made-up chats fail loudly otherwise."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def quiet(tmp_path: Path, stocked: Path) -> AsyncIterator[House]:
    """Both example MIDs imported, and the bot not running."""
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    async with Playground(webhook_retry=0.05) as playground:
        yield House(playground, tmp_path)


@pytest.fixture
async def house(quiet: House) -> AsyncIterator[House]:
    """The bot running behind its webhook."""
    async with quiet.running():
        yield quiet
