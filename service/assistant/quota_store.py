"""The table of quota counts: one row for a kind (``purse``), an owner and a day or month."""

from collections.abc import Collection, Mapping

from sqlalchemy import Column, Integer, String, Table, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant.values import QuotaDraw, QuotaKind
from service.db.metadata import metadata
from service.db.upsert import insert_into

model_spent = Table(
    "model_spent",
    metadata,
    Column("purse", String(16), primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("owner", String(48), primary_key=True),
    Column("n", Integer, nullable=False),
)


async def add(conn: AsyncConnection, draw: QuotaDraw) -> bool:
    """Add a draw to its count, atomically; False if the count has reached the limit."""
    if draw.limit <= 0:
        return False
    spent = model_spent.c
    row = {"purse": draw.kind.value, "period": draw.period, "owner": draw.owner, "n": draw.n}
    insert = insert_into(conn, model_spent).values(row)
    add_unless_exhausted = insert.on_conflict_do_update(
        index_elements=["purse", "period", "owner"],
        set_={"n": spent.n + draw.n},
        where=spent.n < draw.limit,
    )
    rows = await conn.execute(add_unless_exhausted.returning(spent.n))
    return rows.first() is not None


async def change(conn: AsyncConnection, draw: QuotaDraw, n: int) -> int:
    """Add ``n`` to a draw's count, not below 0; returns the new count, 0 if the row is gone."""
    spent = model_spent.c
    after = spent.n + n
    rows = await conn.execute(
        update(model_spent)
        .where(
            spent.purse == draw.kind.value,
            spent.period == draw.period,
            spent.owner == draw.owner,
        )
        .values(n=case((after < 0, 0), else_=after))
        .returning(spent.n)
    )
    return rows.scalar() or 0


async def delete_before(conn: AsyncConnection, kind: QuotaKind, period: str) -> None:
    """Delete the counts of a kind of earlier periods."""
    spent = model_spent.c
    await conn.execute(delete(model_spent).where(spent.purse == kind.value, spent.period < period))


async def read_largest(
    conn: AsyncConnection, kinds: Collection[QuotaKind], period: str
) -> Mapping[QuotaKind, int]:
    """The largest count of any owner in a period, by kind; kinds without counts are absent."""
    spent = model_spent.c
    rows = await conn.execute(
        select(spent.purse, func.max(spent.n))
        .where(spent.period == period, spent.purse.in_([kind.value for kind in kinds]))
        .group_by(spent.purse)
    )
    return {QuotaKind(row[0]): row[1] for row in rows}


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Delete the counts of a person."""
    spent = model_spent.c
    await conn.execute(
        delete(model_spent).where(spent.purse == QuotaKind.MEMBER.value, spent.owner == member_id)
    )
