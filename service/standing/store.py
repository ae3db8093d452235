"""Reading members' states. This topic has no tables of its own."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFoundError
from service.journal import store as journal
from service.journal.values import EventKind, LatestEvent
from service.licences import store as licences
from service.mids.values import Mid
from service.people import audience_store as audience_members
from service.people import store as people
from service.people.values import Membership
from service.standing.member_state import MemberState
from service.standing.values import MemberSnapshot


async def read_member_state(
    conn: AsyncConnection, member_id: str, now: datetime, *, lock: bool = False
) -> MemberState:
    """Everything that decides a member's standings; ``lock`` serialises their writes.

    Raises:
        NotFoundError: there is no such person.
    """
    member = await people.read_member(conn, member_id, lock=lock)
    if member is None:
        raise NotFoundError(f"no member {member_id}")
    memberships = await people.read_memberships(conn, member_id)
    return MemberState(
        member=member,
        memberships=tuple(memberships),
        licences=tuple(
            await licences.read_licences(conn, {membership.mid.id for membership in memberships})
        ),
        latest=tuple(await journal.read_latest(conn, member_id)),
        now=now,
    )


async def read_snapshot(conn: AsyncConnection, member_id: str, now: datetime) -> MemberSnapshot:
    """The snapshot of a member's state. Raises as ``read_member_state`` does."""
    return (await read_member_state(conn, member_id, now)).snapshot()


async def read_group_states(
    conn: AsyncConnection,
    mid: Mid,
    now: datetime,
    *,
    after: int,
    upto: int,
    limit: int,
    numbers: Sequence[int] | None = None,
    kinds: Collection[EventKind] | None = None,
) -> list[tuple[Row[Any], MemberState]]:
    """The next memberships of one MID by ascending number, including ended ones.

    ``numbers`` limits it to these. ``kinds`` limits which events are read; licences are then not
    read either. Returns (row with ``seq`` and ``left_at``, state) pairs. A state has this
    membership only, so that nothing about the person's other MIDs is used.
    """
    rows = list(
        await conn.execute(audience_members.select_group(mid.id, after, upto, limit, numbers))
    )
    of_mid = () if kinds else tuple(await licences.read_licences(conn, [mid.id]))
    latest: dict[str, list[LatestEvent]] = defaultdict(list)
    for member_id, event in await journal.read_latest_of(conn, [row.id for row in rows], kinds):
        latest[member_id].append(event)
    return [
        (
            row,
            MemberState(
                member=people.member_from_row(row),
                memberships=(
                    Membership(
                        id=row.membership_id,
                        mid=mid,
                        ref=row.ref,
                        tier=row.tier or "standard",
                        eligible=frozenset(row.eligible or ()),
                    ),
                ),
                licences=of_mid,
                latest=tuple(latest[row.id]),
                now=now,
            ),
        )
        for row in rows
    ]


async def read_numbers_with_yes(
    conn: AsyncConnection, mid_id: str, slugs: Collection[str]
) -> list[int]:
    """Ascending numbers of a MID's memberships with a yes to one of these licences.

    A yes to older terms is included, so a number does not mean that the member is in.
    """
    answer, membership, licence = journal.latest.c, people.memberships.c, licences.licences.c
    licence_ids = select(licence.id).where(licence.mid_id == mid_id, licence.slug.in_(slugs))
    query = (
        select(membership.seq)
        .distinct()
        .join(people.memberships, membership.id == answer.membership_id)
        .where(
            answer.licence_id.in_(licence_ids),
            answer.kind == EventKind.CONSENT.value,
            answer.value == "yes",
            membership.left_at.is_(None),
        )
        .order_by(membership.seq)
    )
    return list((await conn.execute(query)).scalars())
