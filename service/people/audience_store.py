"""A MID's memberships by their ascending number (``seq``): the cursor of a broadcast."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.mids.store import roster
from service.people.store import members, memberships


def select_group(
    mid_id: str, after: int, upto: int, limit: int, numbers: Sequence[int] | None
) -> Select[Any]:
    """A query for memberships of one MID by ascending number, with their members' columns.

    It returns those with ``after < seq <= upto``, or those in ``numbers`` if given. Ended ones
    are included, with ``left_at``.
    """
    query = (
        select(
            members.c.id,
            members.c.locale,
            members.c.spoken,
            members.c.zone,
            members.c.quiet,
            members.c.weekly,
            members.c.created_at,
            memberships.c.seq,
            memberships.c.id.label("membership_id"),
            memberships.c.ref,
            memberships.c.left_at,
            roster.c.tier,
            roster.c.eligible,
        )
        .join(members, members.c.id == memberships.c.member_id)
        .join(
            roster,
            (roster.c.mid_id == memberships.c.mid_id) & (roster.c.ref == memberships.c.ref),
            isouter=True,
        )
        .where(memberships.c.mid_id == mid_id)
    )
    if numbers is not None:
        return query.where(memberships.c.seq.in_(numbers)).order_by(memberships.c.seq)
    return (
        query.where(memberships.c.seq > after, memberships.c.seq <= upto)
        .order_by(memberships.c.seq)
        .limit(limit)
    )


async def read_active_numbers(
    conn: AsyncConnection,
    mid_id: str,
    *,
    after: int = 0,
    upto: int = 0,
    limit: int = 0,
    numbers: Sequence[int] | None = None,
) -> list[int]:
    """Ascending numbers of a MID's current memberships: the next ones, or among ``numbers``."""
    query = select(memberships.c.seq).where(
        memberships.c.mid_id == mid_id, memberships.c.left_at.is_(None)
    )
    if numbers is not None:
        query = query.where(memberships.c.seq.in_(numbers))
    else:
        query = query.where(memberships.c.seq > after, memberships.c.seq <= upto).limit(limit)
    return list((await conn.execute(query.order_by(memberships.c.seq))).scalars())


async def read_numbers(conn: AsyncConnection, member_id: str) -> dict[str, tuple[int, datetime]]:
    """Membership id -> (number, time of joining) of a person's current memberships."""
    rows = await conn.execute(
        select(memberships.c.id, memberships.c.seq, memberships.c.joined_at).where(
            memberships.c.member_id == member_id, memberships.c.left_at.is_(None)
        )
    )
    return {row.id: (row.seq, row.joined_at) for row in rows}


async def read_highest_number(conn: AsyncConnection, mid_id: str) -> int:
    """The highest number of a MID's memberships; 0 if there are none."""
    result = await conn.execute(
        select(func.coalesce(func.max(memberships.c.seq), 0)).where(memberships.c.mid_id == mid_id)
    )
    return int(result.scalar_one())


async def read_ended_numbers(conn: AsyncConnection, mid_id: str) -> list[int]:
    """Ascending numbers of a MID's ended memberships."""
    query = select(memberships.c.seq).where(
        memberships.c.mid_id == mid_id, memberships.c.left_at.is_not(None)
    )
    return list((await conn.execute(query.order_by(memberships.c.seq))).scalars())


async def read_numbers_by_ref(
    conn: AsyncConnection, mid_id: str, refs: Collection[str]
) -> list[int]:
    """Ascending numbers of a MID's memberships with these references."""
    query = select(memberships.c.seq).where(
        memberships.c.mid_id == mid_id, memberships.c.ref.in_(refs)
    )
    return list((await conn.execute(query.order_by(memberships.c.seq))).scalars())


async def count_locales(conn: AsyncConnection, mid_id: str) -> dict[str | None, int]:
    """Language -> number of a MID's current members; None for those who never chose one."""
    locale = func.coalesce(members.c.locale, members.c.spoken)
    rows = await conn.execute(
        select(locale, func.count())
        .join(members, members.c.id == memberships.c.member_id)
        .where(memberships.c.mid_id == mid_id, memberships.c.left_at.is_(None))
        .group_by(locale)
    )
    return dict(rows.all())
