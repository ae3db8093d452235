"""Memberships by their private numbers, which grow: how the people of a MID are gone through."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.mids.store import roster
from service.people.store import members, memberships


def group(
    mid_id: str, after: int, upto: int, limit: int, numbers: Sequence[int] | None
) -> Select[Any]:
    """A query for memberships of one MID by rising number, with their members' columns.

    Ended ones are among them, with ``left_at``.
    """
    wanted = (
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
        return wanted.where(memberships.c.seq.in_(numbers)).order_by(memberships.c.seq)
    return (
        wanted.where(memberships.c.seq > after, memberships.c.seq <= upto)
        .order_by(memberships.c.seq)
        .limit(limit)
    )


async def still_members(
    conn: AsyncConnection,
    mid_id: str,
    *,
    after: int = 0,
    upto: int = 0,
    limit: int = 0,
    numbers: Sequence[int] | None = None,
) -> list[int]:
    """Numbers of a MID's memberships that have not ended, rising: the next, or of ``numbers``."""
    wanted = select(memberships.c.seq).where(
        memberships.c.mid_id == mid_id, memberships.c.left_at.is_(None)
    )
    if numbers is not None:
        wanted = wanted.where(memberships.c.seq.in_(numbers))
    else:
        wanted = wanted.where(memberships.c.seq > after, memberships.c.seq <= upto).limit(limit)
    return list((await conn.execute(wanted.order_by(memberships.c.seq))).scalars())


async def read_numbers(conn: AsyncConnection, member_id: str) -> dict[str, tuple[int, datetime]]:
    """Membership id -> private number and moment of joining, of the MIDs a person is in now."""
    rows = await conn.execute(
        select(memberships.c.id, memberships.c.seq, memberships.c.joined_at).where(
            memberships.c.member_id == member_id, memberships.c.left_at.is_(None)
        )
    )
    return {row.id: (row.seq, row.joined_at) for row in rows}


async def highest_number(conn: AsyncConnection, mid_id: str) -> int:
    """The highest private number of a MID's memberships; 0 where there is none."""
    found = await conn.execute(
        select(func.coalesce(func.max(memberships.c.seq), 0)).where(memberships.c.mid_id == mid_id)
    )
    return int(found.scalar_one())


async def ended_numbers(conn: AsyncConnection, mid_id: str) -> list[int]:
    """Numbers of a MID's memberships that have ended, rising."""
    wanted = select(memberships.c.seq).where(
        memberships.c.mid_id == mid_id, memberships.c.left_at.is_not(None)
    )
    return list((await conn.execute(wanted.order_by(memberships.c.seq))).scalars())


async def numbers_of(conn: AsyncConnection, mid_id: str, refs: Collection[str]) -> list[int]:
    """Numbers of those a MID knows by these references, rising."""
    wanted = select(memberships.c.seq).where(
        memberships.c.mid_id == mid_id, memberships.c.ref.in_(refs)
    )
    return list((await conn.execute(wanted.order_by(memberships.c.seq))).scalars())


async def count_locales(conn: AsyncConnection, mid_id: str) -> dict[str | None, int]:
    """How many members of a MID read which language; None where they never said."""
    locale = func.coalesce(members.c.locale, members.c.spoken)
    rows = await conn.execute(
        select(locale, func.count())
        .join(members, members.c.id == memberships.c.member_id)
        .where(memberships.c.mid_id == mid_id, memberships.c.left_at.is_(None))
        .group_by(locale)
    )
    return dict(rows.all())
