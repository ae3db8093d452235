"""Integrity of the embedded file: every page is compared with its checksum."""

from pathlib import Path

from service.db.database import Database
from service.errors import StoreError

AT_START_BYTES = 64 * 2**20
"""Largest file that is checked at every start: half a second. ``midline doctor`` checks any."""


async def check_at_start(db: Database) -> None:
    """Check the file if it is small enough to do so at every start.

    Raises:
        StoreError: some of its pages are damaged.
    """
    if db.embedded and _file(db).stat().st_size <= AT_START_BYTES:
        await check(db)


async def check(db: Database) -> None:
    """Check the whole embedded file; a server's store is left to the server.

    Raises:
        StoreError: some of its pages are damaged.
    """
    if not db.embedded:
        return
    damaged = await _damaged_pages(db)
    # A page that is written while it is read looks damaged too, but not a second time.
    damaged = damaged and damaged & await _damaged_pages(db)
    if damaged:
        raise StoreError(
            f"{_file(db)} is damaged in {len(damaged)} of its pages, and what was stored there is "
            "lost. Keep a copy of the file, restore a backup, and look at the disk's health."
        )


async def _damaged_pages(db: Database) -> set[str]:
    async with db.read() as conn:
        result = await conn.exec_driver_sql("PRAGMA cipher_integrity_check")
        return set(result.scalars()) if result.returns_rows else set()


def _file(db: Database) -> Path:
    return Path(str(db.engine.url.database))
