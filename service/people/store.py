"""Tables of people: members, memberships, invites."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.compiled import Prepared
from service.db.metadata import Moment, metadata
from service.ids import new_id
from service.mids.store import hold_mid, mids, parse, roster
from service.people.values import Member, Membership

members = Table(
    "members",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("locale", String(16)),
    Column("spoken", String(16)),
    Column("zone", String(64)),
    Column("quiet", String(11)),
    Column("weekly", SmallInteger),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

memberships = Table(
    "memberships",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("member_id", String(32), nullable=False, index=True),
    Column("mid_id", String(40), nullable=False),
    Column("ref", String(64), nullable=False),
    Column("pseudonym", String(32), nullable=False, unique=True),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment),
    UniqueConstraint("mid_id", "ref"),
    Index(None, "mid_id", "seq"),
    sqlite_autoincrement=True,
)

invites = Table(
    "invites",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("mid_id", String(40), nullable=False),
    Column("ref", String(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_by", String(32)),
    Index(None, "mid_id", "ref"),
)


async def add_member(conn: AsyncConnection, at: datetime, *, spoken: str | None = None) -> Member:
    """A new person, of whom nothing is known yet but, perhaps, the language of their app."""
    member = Member(id=new_id("mem"), locale=None, zone=None, created_at=at, spoken=spoken)
    await conn.execute(insert(members).values(id=member.id, created_at=at, spoken=spoken))
    return member


_member = select(members).where(members.c.id == bindparam("member_id"))
_MEMBER = Prepared(_member)
_MEMBER_HELD = Prepared(_member.with_for_update())


async def read_member(
    conn: AsyncConnection, member_id: str, *, lock: bool = False
) -> Member | None:
    """A person by id; ``lock`` holds their writes in line until the transaction ends."""
    wanted = _MEMBER_HELD if lock else _MEMBER
    row = await wanted.first(conn, {"member_id": member_id})
    return None if row is None else member_of(row)


def member_of(row: Any) -> Member:
    """A row with the columns of ``members`` as a value."""
    return Member(
        id=row.id,
        locale=row.locale,
        zone=row.zone,
        created_at=row.created_at,
        spoken=row.spoken,
        quiet=row.quiet,
        weekly=row.weekly,
    )


async def lock_member(conn: AsyncConnection, member_id: str) -> bool:
    """Hold this person's writes in line until the transaction ends; False if there is none."""
    found = await conn.execute(
        select(members.c.id).where(members.c.id == member_id).with_for_update()
    )
    return found.first() is not None


async def set_member(conn: AsyncConnection, member_id: str, **values: str | int | None) -> None:
    """Change what a person chose: ``locale``, ``zone``, ``quiet``, ``weekly``; or ``spoken``."""
    await conn.execute(update(members).where(members.c.id == member_id).values(**values))


_MEMBERSHIPS = Prepared(
    select(memberships.c.id, memberships.c.ref, mids.c.doc, roster.c.tier, roster.c.eligible)
    .join(mids, mids.c.id == memberships.c.mid_id)
    .join(
        roster,
        (roster.c.mid_id == memberships.c.mid_id) & (roster.c.ref == memberships.c.ref),
        isouter=True,
    )
    .where(memberships.c.member_id == bindparam("of"), memberships.c.left_at.is_(None))
    .order_by(memberships.c.joined_at, memberships.c.id)
)


async def read_memberships(conn: AsyncConnection, member_id: str) -> list[Membership]:
    """The MIDs a person is in now, in the order of joining."""
    rows = await _MEMBERSHIPS.rows(conn, {"of": member_id})
    return [
        Membership(
            id=row.id,
            mid=parse(row.doc),
            ref=row.ref,
            tier=row.tier or "standard",
            eligible=frozenset(row.eligible or ()),
        )
        for row in rows
    ]


async def read_past_membership(
    conn: AsyncConnection, member_id: str, membership_id: str
) -> tuple[str, str] | None:
    """(MID, reference) of one membership of this person, left or not.

    Nobody else takes the reference over until the transaction ends.
    """
    row = (
        await conn.execute(
            select(memberships.c.mid_id, memberships.c.ref)
            .where(memberships.c.id == membership_id, memberships.c.member_id == member_id)
            .with_for_update()
        )
    ).first()
    return None if row is None else (row.mid_id, row.ref)


async def join(
    conn: AsyncConnection, member_id: str, mid_id: str, ref: str, at: datetime
) -> str | None:
    """Enter a MID under a reference, with a membership of its own. None when another holds it.

    A membership that was left is never entered again: its answers and prices stay with it.
    """
    found = (
        await conn.execute(
            select(memberships.c.id, memberships.c.left_at)
            .where(memberships.c.mid_id == mid_id, memberships.c.ref == ref)
            .with_for_update()
        )
    ).first()
    if found is not None:
        if found.left_at is None:
            return None
        # Whoever held the reference has left. No roster holds a reference with a space.
        await conn.execute(
            update(memberships).where(memberships.c.id == found.id).values(ref=f"left {found.id}")
        )
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    enter = (
        dialect.insert(memberships)
        .values(
            id=new_id("mbr"),
            member_id=member_id,
            mid_id=mid_id,
            ref=ref,
            pseudonym=new_id("psn"),
            joined_at=at,
        )
        .on_conflict_do_nothing(index_elements=["mid_id", "ref"])
        .returning(memberships.c.id)
    )
    return (await conn.execute(enter)).scalar()


async def come_back(conn: AsyncConnection, membership_id: str) -> None:
    """Undo a leaving: the membership goes on as if nothing had happened."""
    await conn.execute(
        update(memberships).where(memberships.c.id == membership_id).values(left_at=None)
    )


async def leave(conn: AsyncConnection, membership_id: str, at: datetime) -> None:
    """End a membership, keeping its row."""
    await conn.execute(
        update(memberships).where(memberships.c.id == membership_id).values(left_at=at)
    )


async def erase_membership(
    conn: AsyncConnection, member_id: str, membership_id: str, seen: Sequence[str]
) -> list[str]:
    """Remove one membership's row; the invite that led to it forgets by whom it was used.

    ``seen`` are ids of invites that the person was shown. Returns those among them that belong to
    this membership, and not to another one of the person in the same MID.
    """
    mid_id = select(memberships.c.mid_id).where(memberships.c.id == membership_id)
    others = select(memberships.c.ref).where(
        memberships.c.member_id == member_id,
        memberships.c.mid_id.in_(mid_id),
        memberships.c.id != membership_id,
    )
    rows = await conn.execute(
        select(invites.c.id).where(
            invites.c.id.in_(seen), invites.c.mid_id.in_(mid_id), invites.c.ref.not_in(others)
        )
    )
    behind = list(rows.scalars())
    await conn.execute(
        update(invites)
        .where(invites.c.id.in_(behind), invites.c.used_by == member_id)
        .values(used_by="erased")
    )
    await conn.execute(delete(memberships).where(memberships.c.id == membership_id))
    return behind


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Remove a person and all their memberships; used invites forget by whom."""
    await conn.execute(delete(memberships).where(memberships.c.member_id == member_id))
    await conn.execute(
        update(invites).where(invites.c.used_by == member_id).values(used_by="erased")
    )
    await conn.execute(delete(members).where(members.c.id == member_id))


async def uninvited(conn: AsyncConnection, mid_id: str, now: datetime, limit: int) -> list[str]:
    """References that have neither joined nor hold an open invite, in their own order.

    Nobody else invites them until the transaction ends.
    """
    await hold_mid(conn, mid_id)
    joined = exists().where(
        memberships.c.mid_id == roster.c.mid_id,
        memberships.c.ref == roster.c.ref,
        memberships.c.left_at.is_(None),
    )
    invited = exists().where(
        invites.c.mid_id == roster.c.mid_id,
        invites.c.ref == roster.c.ref,
        invites.c.used_by.is_(None),
        invites.c.expires_at > now,
    )
    rows = await conn.execute(
        select(roster.c.ref)
        .where(roster.c.mid_id == mid_id, ~joined, ~invited)
        .order_by(roster.c.ref)
        .limit(limit)
    )
    return list(rows.scalars())


async def put_invites(
    conn: AsyncConnection,
    mid_id: str,
    fresh: Sequence[tuple[str, str]],
    now: datetime,
    expires_at: datetime,
) -> None:
    """Store (reference, token hash) pairs; a reference's older open invites end with it."""
    await hold_mid(conn, mid_id)
    refs = [ref for ref, _ in fresh]
    await conn.execute(
        update(invites)
        .where(
            invites.c.mid_id == mid_id,
            invites.c.ref.in_(refs),
            invites.c.used_by.is_(None),
            invites.c.expires_at > now,
        )
        .values(expires_at=now)
    )
    rows = [
        {
            "id": new_id("inv"),
            "token_hash": token_hash,
            "mid_id": mid_id,
            "ref": ref,
            "expires_at": expires_at,
        }
        for ref, token_hash in fresh
    ]
    await conn.execute(insert(invites), rows)


async def read_invite(
    conn: AsyncConnection,
    *,
    token_hash: str | None = None,
    invite_id: str | None = None,
    hold: bool = False,
) -> Any:
    """An invite's row by the hash of its token or by its id; None when there is none.

    ``hold`` keeps others from using it until the transaction ends; a transaction that only reads
    cannot ask for that.
    """
    wanted = select(invites).where(
        invites.c.id == invite_id if invite_id else invites.c.token_hash == token_hash
    )
    return (await conn.execute(wanted.with_for_update() if hold else wanted)).first()


async def use_invite(conn: AsyncConnection, invite_id: str, member_id: str) -> None:
    """Mark an invite as used by this person."""
    await conn.execute(update(invites).where(invites.c.id == invite_id).values(used_by=member_id))
