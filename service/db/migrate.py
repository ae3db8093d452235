"""Bringing the store's tables to the present revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from service.db.database import Database
from service.db.locks import hold
from service.errors import StoreError


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; it runs on a connection that is handed in."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    found.attributes["connection"] = connection
    return found


async def migrate(db: Database, revision: str = "head") -> None:
    """Upgrade to a revision in one transaction.

    Whoever starts at the same moment waits here, and then finds it done.

    Raises:
        StoreError: the store was written by a newer Midline.
    """
    async with db.write() as conn:
        await hold(conn, "tables")
        await conn.run_sync(_upgrade, revision)


def _upgrade(connection: Connection, revision: str) -> None:
    script = ScriptDirectory.from_config(config())
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in {one.revision for one in script.walk_revisions()}:
        raise StoreError(
            f"the store is at revision {present}, which this version of Midline does not know. "
            "Install the Midline that wrote it, or a newer one."
        )
    command.upgrade(config(connection), revision)
