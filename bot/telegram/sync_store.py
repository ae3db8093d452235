"""The table of what Telegram was last told of the bot: its name, its commands, its words."""

from sqlalchemy import Column, String, Table, Text, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata

told = Table(
    "told",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)


async def read_told(conn: AsyncConnection, key: str) -> str | None:
    """What Telegram was last told under a key."""
    return (await conn.execute(select(told.c.value).where(told.c.key == key))).scalar()


async def put_told(conn: AsyncConnection, key: str, value: str) -> None:
    """Remember what Telegram was told."""
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    put = dialect.insert(told).values(key=key, value=value)
    await conn.execute(put.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


async def forget_told(conn: AsyncConnection) -> None:
    """Forget what Telegram was told, so that it is told everything again."""
    await conn.execute(delete(told))
