"""Named locks of a PostgreSQL server. The embedded store has one writer, and needs none."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection


def lock_key(name: str) -> int:
    """A 64-bit lock number for a name."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, person=b"midline").digest()
    return int.from_bytes(digest, signed=True)


async def hold(conn: AsyncConnection, name: str) -> None:
    """Wait until no other transaction holds ``name``, and hold it until this one ends.

    For what has no row yet that could be locked: a first contact, a first import, the tables.
    """
    if conn.dialect.name != "sqlite":
        await conn.execute(select(func.pg_advisory_xact_lock(lock_key(f"hold {name}"))))
