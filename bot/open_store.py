"""Opens the store that the settings name, for the bot and for the commands.

It does not import aiogram, which takes seconds: most commands need the store alone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from bot.settings import Settings
from service.clock import Clock, SystemClock
from service.db.database import Database, open_embedded, open_server
from service.db.errors import opening_error
from service.db.migrate import migrate
from service.deps import Deps


@asynccontextmanager
async def open_store(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Deps]:
    """Open the store, migrate it to this version's revision, and close it at the end.

    Raises:
        StoreError: it cannot be opened; the reason names the place, the cause and the remedy.
    """
    db = _database(settings)
    try:
        try:
            await migrate(db)
        except DBAPIError as error:
            raise opening_error(db.engine.url, error) from error
        yield Deps(db=db, clock=clock or SystemClock())
    finally:
        await db.close()


def _database(settings: Settings) -> Database:
    if settings.database_url:
        return open_server(settings.database_url.get_secret_value())
    return open_embedded(settings.store_file, settings.key_file)
