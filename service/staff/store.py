"""The table of staff: who may announce for a MID."""

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
    """Add staff whose link has not been opened yet."""
    await conn.execute(
        insert(staff).values(
            id=staff_id, mid_id=mid_id, name=name, token_hash=token_hash, added_at=at
        )
    )


async def read_by_token(
    conn: AsyncConnection, token_hash: str, *, lock: bool = False
) -> Row[Any] | None:
    """The staff with this link token; ``lock`` keeps others from using it meanwhile."""
    query = select(staff).where(staff.c.token_hash == token_hash)
    row: Row[Any] | None = (await conn.execute(query.with_for_update() if lock else query)).first()
    return row


async def read_staff(conn: AsyncConnection, staff_id: str) -> Row[Any] | None:
    """Staff by id, removed or not; None if there is none."""
    row: Row[Any] | None = (
        await conn.execute(select(staff).where(staff.c.id == staff_id))
    ).first()
    return row


async def read_of_member(conn: AsyncConnection, member_id: str) -> list[Row[Any]]:
    """A person's staff roles, in the order of being added."""
    return list(
        await conn.execute(
            select(staff)
            .where(staff.c.member_id == member_id, staff.c.removed_at.is_(None))
            .order_by(staff.c.added_at, staff.c.id)
        )
    )


async def read_of_mid(conn: AsyncConnection, mid_id: str) -> list[Row[Any]]:
    """A MID's current staff, including those who have not opened their link."""
    return list(
        await conn.execute(
            select(staff)
            .where(staff.c.mid_id == mid_id, staff.c.removed_at.is_(None))
            .order_by(staff.c.added_at, staff.c.id)
        )
    )


async def set_member(conn: AsyncConnection, staff_id: str, member_id: str) -> None:
    """Record who opened the link."""
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(member_id=member_id))


async def remove(conn: AsyncConnection, staff_id: str, at: datetime) -> None:
    """End the role. The row stays, without the person; the id replaces the name."""
    values = {"removed_at": at, "member_id": None, "name": staff_id}
    await conn.execute(update(staff).where(staff.c.id == staff_id).values(values))


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Delete every staff role of a person."""
    await conn.execute(delete(staff).where(staff.c.member_id == member_id))
