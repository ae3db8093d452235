"""Migrating the store's tables to the current revision."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from service.db.database import Database
from service.db.locks import hold_lock
from service.errors import StoreError


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; ``migrations/env.py`` runs on the connection passed here."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def migrate(db: Database, revision: str = "head") -> None:
    """Upgrade to a revision in one transaction. Processes that start together run it once.

    Raises:
        StoreError: the store was written by a newer Midline.
    """
    async with db.write() as conn:
        await hold_lock(conn, "tables")
        await conn.run_sync(_upgrade, revision)


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """The newest revision, and all revisions."""
    script = ScriptDirectory.from_config(alembic_config())
    return script.get_current_head(), frozenset(item.revision for item in script.walk_revisions())


def newest_revision() -> str | None:
    """The revision that this version of Midline works with."""
    return _revisions()[0]


def revision_of(connection: Connection) -> str | None:
    """The store's revision; None for a store without tables."""
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, revision: str) -> None:
    newest, known = _revisions()
    current = revision_of(connection)
    if current is not None and current not in known:
        raise StoreError(
            f"the store is at revision {current}, which this version of Midline does not know. "
            "Install the Midline that wrote it, or a newer one."
        )
    if current != newest or revision not in ("head", newest):
        command.upgrade(alembic_config(connection), revision)
