"""The table of staff: who may announce for a MID. It stands with people, who can be erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Moment, metadata

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("mid_id", String(40), nullable=False),
    Column("member_id", String(32), index=True),
    Column("name", String(30), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("added_at", Moment, nullable=False),
    Column("removed_at", Moment),
    Index(None, "mid_id", "added_at"),
)


async def add(
    conn: AsyncConnection, staff_id: str, mid_id: str, name: str, token_hash: str, at: datetime
) -> None:
    """A new one, whose link nobody has opened yet."""
    await conn.execute(
        insert(staff).values(
            id=staff_id, mid_id=mid_id, name=name, token_hash=token_hash, added_at=at
        )
    )


async def read_by_token(
    conn: AsyncConnection, token_hash: str, *, lock: bool = False
) -> Row[Any] | None:
    """Whose link carries this token; ``lock`` keeps others from using it meanwhile."""
    wanted = select(staff).where(staff.c.token_hash == token_hash)
    row: Row[Any] | None = (
        await conn.execute(wanted.with_for_update() if lock else wanted)
    ).first()
    return row


async def read_one(conn: AsyncConnection, staff_id: str) -> Row[Any] | None:
    """One by id, removed or not."""
    row: Row[Any] | None = (
        await conn.execute(select(staff).where(staff.c.id == staff_id))
    ).first()
    return row


async def read_of_member(conn: AsyncConnection, member_id: str) -> list[Row[Any]]:
    """Where a person is staff now."""
    return list(
        await conn.execute(
            select(staff)
            .where(staff.c.member_id == member_id, staff.c.removed_at.is_(None))
            .order_by(staff.c.added_at, staff.c.id)
        )
    )


async def read_of_mid(conn: AsyncConnection, mid_id: str) -> list[Row[Any]]:
    """The staff of a MID now, those who have not opened their link too."""
    return list(
        await conn.execute(
            select(staff)
            .where(staff.c.mid_id == mid_id, staff.c.removed_at.is_(None))
            .order_by(staff.c.added_at, staff.c.id)
        )
    )


async def use(conn: AsyncConnection, staff_id: str, member_id: str) -> None:
    """Say whose link it was."""
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(member_id=member_id))


async def remove(conn: AsyncConnection, staff_id: str, at: datetime) -> None:
    """End it. The row stays, without the person and their name."""
    gone = {"removed_at": at, "member_id": None, "name": staff_id}
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(gone))


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Remove every link of a person."""
    await conn.execute(delete(staff).where(staff.c.member_id == member_id))
