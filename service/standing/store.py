"""Reading the whole picture of a member from one snapshot. This topic has no tables of its own."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFoundError
from service.journal import store as journal
from service.journal.values import Kind, Latest
from service.licences import store as licences
from service.mids.values import Mid
from service.people import audience_store as audience_members
from service.people import store as people
from service.people.values import Membership
from service.standing.snapshot import Sources
from service.standing.values import Picture


async def read_sources(
    conn: AsyncConnection, member_id: str, now: datetime, *, lock: bool = False
) -> Sources:
    """Everything that decides who is in, for one member; ``lock`` holds their writes in line.

    Raises:
        NotFoundError: there is no such person.
    """
    member = await people.read_member(conn, member_id, lock=lock)
    if member is None:
        raise NotFoundError(f"no member {member_id}")
    memberships = await people.read_memberships(conn, member_id)
    return Sources(
        member=member,
        memberships=tuple(memberships),
        licences=tuple(await licences.read_licences(conn, {one.mid.id for one in memberships})),
        latest=tuple(await journal.read_latest(conn, member_id)),
        now=now,
    )


async def read_picture(conn: AsyncConnection, member_id: str, now: datetime) -> Picture:
    """The picture that is made of ``read_sources``. Raises as that does."""
    return (await read_sources(conn, member_id, now)).picture()


async def read_group(
    conn: AsyncConnection,
    mid: Mid,
    now: datetime,
    *,
    after: int,
    upto: int,
    limit: int,
    numbers: Sequence[int] | None = None,
    kinds: Collection[Kind] | None = None,
) -> list[tuple[Row[Any], Sources]]:
    """The next memberships of one MID by their private numbers, ended ones too, with all of each.

    ``numbers`` narrows it down to these, ``kinds`` what is read of them: then no licence is. Each
    row has ``seq`` and ``left_at``; the sources hold this membership alone, so that nothing about
    another MID is looked at.
    """
    rows = list(await conn.execute(audience_members.group(mid.id, after, upto, limit, numbers)))
    found = () if kinds else tuple(await licences.read_licences(conn, [mid.id]))
    latest: dict[str, list[Latest]] = defaultdict(list)
    for member_id, one in await journal.read_latest_of(conn, [row.id for row in rows], kinds):
        latest[member_id].append(one)
    return [
        (
            row,
            Sources(
                member=people.member_of(row),
                memberships=(
                    Membership(
                        id=row.membership_id,
                        mid=mid,
                        ref=row.ref,
                        tier=row.tier or "standard",
                        eligible=frozenset(row.eligible or ()),
                    ),
                ),
                licences=found,
                latest=tuple(latest[row.id]),
                now=now,
            ),
        )
        for row in rows
    ]


async def numbers_with_a_yes(
    conn: AsyncConnection, mid_id: str, slugs: Collection[str]
) -> list[int]:
    """Private numbers of a MID's memberships that have said yes to one of these, by their slugs.

    They may have said it to older terms, and more than a yes decides who is in.
    """
    yes, own, meant = journal.latest.c, people.memberships.c, licences.licences.c
    of_these = select(meant.id).where(meant.mid_id == mid_id, meant.slug.in_(slugs))
    wanted = (
        select(own.seq)
        .distinct()
        .join(people.memberships, own.id == yes.membership_id)
        .where(
            yes.licence_id.in_(of_these),
            yes.kind == Kind.CONSENT.value,
            yes.value == "yes",
            own.left_at.is_(None),
        )
        .order_by(own.seq)
    )
    return list((await conn.execute(wanted)).scalars())
