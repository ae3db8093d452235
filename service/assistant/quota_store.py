"""The table of what the model cost: one row for a purse and a day or a month."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Integer, String, Table, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant.values import Draw, Purse
from service.db.metadata import metadata

model_spent = Table(
    "model_spent",
    metadata,
    Column("purse", String(16), primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("owner", String(48), primary_key=True),
    Column("n", Integer, nullable=False),
)


async def add(conn: AsyncConnection, draw: Draw) -> bool:
    """Add to a count, in one statement whoever else adds to it; False where it is at its most."""
    if draw.most <= 0:
        return False
    spent = model_spent.c
    put: Any = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(model_spent)
    row = {"purse": draw.purse.value, "period": draw.period, "owner": draw.owner, "n": draw.n}
    put = put.values(row).on_conflict_do_update(
        index_elements=["purse", "period", "owner"],
        set_={"n": spent.n + draw.n},
        where=spent.n < draw.most,
    )
    return (await conn.execute(put.returning(spent.n))).first() is not None


async def change(conn: AsyncConnection, draw: Draw, n: int) -> int:
    """Change a count that was drawn from; returns what it is then, 0 where it is gone."""
    spent = model_spent.c
    after = spent.n + n
    changed = await conn.execute(
        update(model_spent)
        .where(
            spent.purse == draw.purse.value,
            spent.period == draw.period,
            spent.owner == draw.owner,
        )
        .values(n=case((after < 0, 0), else_=after))
        .returning(spent.n)
    )
    return changed.scalar() or 0


async def drop_before(conn: AsyncConnection, purse: Purse, period: str) -> None:
    """Forget the counts of a purse of earlier days or months."""
    spent = model_spent.c
    await conn.execute(
        delete(model_spent).where(spent.purse == purse.value, spent.period < period)
    )


async def read_most(
    conn: AsyncConnection, purses: Collection[Purse], period: str
) -> Mapping[Purse, int]:
    """The largest count of each purse in a day or a month; a purse without one is left out."""
    spent = model_spent.c
    rows = await conn.execute(
        select(spent.purse, func.max(spent.n))
        .where(spent.period == period, spent.purse.in_([one.value for one in purses]))
        .group_by(spent.purse)
    )
    return {Purse(row[0]): row[1] for row in rows}


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Remove what was counted for a person."""
    spent = model_spent.c
    await conn.execute(
        delete(model_spent).where(spent.purse == Purse.MEMBER.value, spent.owner == member_id)
    )
