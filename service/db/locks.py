"""Advisory locks of a PostgreSQL server. The embedded store has a single writer and needs none."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection


def lock_key(name: str) -> int:
    """The 64-bit key of the advisory lock with this name."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, person=b"midline").digest()
    return int.from_bytes(digest, signed=True)


async def hold_lock(conn: AsyncConnection, name: str) -> None:
    """Acquire the lock ``name`` and hold it until the transaction ends.

    For what has no row yet that could be locked: a first contact, a first import, migrations.
    """
    if conn.dialect.name != "sqlite":
        await conn.execute(select(func.pg_advisory_xact_lock(lock_key(f"hold {name}"))))
