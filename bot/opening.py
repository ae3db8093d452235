"""The store, opened as the settings say. Commands that only write to it need nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings
from service.clock import Clock, SystemClock
from service.db.database import Database, open_embedded, open_server
from service.db.migrate import migrate
from service.deps import Deps


@asynccontextmanager
async def opened(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Deps]:
    """The store, opened and brought to the present revision, and closed at the end."""
    db = _database(settings)
    try:
        await migrate(db)
        yield Deps(db=db, clock=clock or SystemClock())
    finally:
        await db.close()


def _database(settings: Settings) -> Database:
    if settings.database_url:
        return open_server(settings.database_url.get_secret_value())
    return open_embedded(settings.store_file, settings.key_file)
