"""Whether the embedded file holds what was written: every page against its checksum."""

from pathlib import Path

from service.db.database import Database
from service.errors import StoreError

# Half a second's reading. A larger file would hold up each start: the doctor reads it whole.
AT_START_BYTES = 64 * 2**20


async def check_at_start(db: Database) -> None:
    """Refuse a damaged file, where looking costs little.

    Raises:
        StoreError: pages of it are damaged.
    """
    if db.embedded and _file(db).stat().st_size <= AT_START_BYTES:
        await check(db)


async def check(db: Database) -> None:
    """Refuse a damaged file.

    Raises:
        StoreError: pages of it are damaged.
    """
    if not db.embedded:
        return
    damaged = await _damaged(db)
    # A page that is being written while it is read looks damaged too, but not twice.
    damaged = damaged and damaged & await _damaged(db)
    if damaged:
        raise StoreError(
            f"{_file(db)} is damaged in {len(damaged)} of its pages, and what was stored there is "
            "lost. Keep a copy of the file, restore a backup, and look at the disk's health."
        )


async def _damaged(db: Database) -> set[str]:
    async with db.read() as conn:
        found = await conn.exec_driver_sql("PRAGMA cipher_integrity_check")
        return set(found.scalars()) if found.returns_rows else set()


def _file(db: Database) -> Path:
    return Path(str(db.engine.url.database))
