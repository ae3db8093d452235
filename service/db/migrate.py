"""Bringing the store's tables to the present revision."""

from functools import cache
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


@cache
def _known() -> tuple[str | None, frozenset[str]]:
    """The newest revision, and all of them."""
    script = ScriptDirectory.from_config(config())
    return script.get_current_head(), frozenset(one.revision for one in script.walk_revisions())


def newest_revision() -> str | None:
    """The revision that this version of Midline works with."""
    return _known()[0]


def revision_of(connection: Connection) -> str | None:
    """The revision at which the store is, None for one without tables."""
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, revision: str) -> None:
    newest, known = _known()
    present = revision_of(connection)
    if present is not None and present not in known:
        raise StoreError(
            f"the store is at revision {present}, which this version of Midline does not know. "
            "Install the Midline that wrote it, or a newer one."
        )
    if present != newest or revision not in ("head", newest):
        command.upgrade(config(connection), revision)
