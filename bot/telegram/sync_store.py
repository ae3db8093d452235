"""What Telegram was last told of the bot (name, commands, webhook), to tell it only changes."""

from sqlalchemy import Column, String, Table, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata
from service.db.upsert import upsert

told = Table(
    "told",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)


async def read_synced(conn: AsyncConnection, key: str) -> str | None:
    """What Telegram was last told under a key: the value itself, or a digest of it."""
    return (await conn.execute(select(told.c.value).where(told.c.key == key))).scalar()


async def put_synced(conn: AsyncConnection, key: str, value: str) -> None:
    """Store what Telegram was told under a key."""
    await upsert(conn, told, {"key": key, "value": value}, ["key"], {"value": value})


async def forget_synced(conn: AsyncConnection) -> None:
    """Delete all, so that the next start tells Telegram everything again."""
    await conn.execute(delete(told))
