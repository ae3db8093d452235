"""Tables of members, memberships and invites."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Exists,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    case,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.compiled import CompiledStatement
from service.db.metadata import Moment, metadata
from service.db.upsert import insert_into
from service.errors import NotFoundError
from service.ids import new_id
from service.mids.store import hold_mid, mids, parse_mid, roster
from service.people.values import Member, Membership, RosterEntry, RosterState

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

_SELECT_MEMBER = select(members).where(members.c.id == bindparam("member_id"))
_MEMBER = CompiledStatement(_SELECT_MEMBER)
_MEMBER_FOR_UPDATE = CompiledStatement(_SELECT_MEMBER.with_for_update())

_MEMBERSHIPS = CompiledStatement(
    select(memberships.c.id, memberships.c.ref, mids.c.doc, roster.c.tier, roster.c.eligible)
    .join(mids, mids.c.id == memberships.c.mid_id)
    .join(
        roster,
        (roster.c.mid_id == memberships.c.mid_id) & (roster.c.ref == memberships.c.ref),
        isouter=True,
    )
    .where(memberships.c.member_id == bindparam("member_id"), memberships.c.left_at.is_(None))
    .order_by(memberships.c.joined_at, memberships.c.id)
)

# Of a row of the roster: whether that person has joined, and whether an invite of theirs is open.
_HAS_REF = (memberships.c.mid_id == roster.c.mid_id) & (memberships.c.ref == roster.c.ref)
_JOINED = exists().where(_HAS_REF, memberships.c.left_at.is_(None))


def _invited(now: datetime) -> Exists:
    return exists().where(
        invites.c.mid_id == roster.c.mid_id,
        invites.c.ref == roster.c.ref,
        invites.c.used_by.is_(None),
        invites.c.expires_at > now,
    )


async def add_member(conn: AsyncConnection, at: datetime, *, spoken: str | None = None) -> Member:
    """Add a person; ``spoken`` is the language of their app, if known."""
    member = Member(id=new_id("mem"), locale=None, zone=None, created_at=at, spoken=spoken)
    await conn.execute(insert(members).values(id=member.id, created_at=at, spoken=spoken))
    return member


async def read_member(
    conn: AsyncConnection, member_id: str, *, lock: bool = False
) -> Member | None:
    """A person by id; ``lock`` serialises their writes until the transaction ends."""
    statement = _MEMBER_FOR_UPDATE if lock else _MEMBER
    row = await statement.first(conn, {"member_id": member_id})
    return None if row is None else member_from_row(row)


def member_from_row(row: Any) -> Member:
    """The member in a row that has the columns of ``members``."""
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
    """Serialise this person's writes until the transaction ends; False if there is none."""
    rows = await conn.execute(
        select(members.c.id).where(members.c.id == member_id).with_for_update()
    )
    return rows.first() is not None


async def set_member(conn: AsyncConnection, member_id: str, **values: str | int | None) -> None:
    """Change a person's settings: ``locale``, ``zone``, ``quiet``, ``weekly`` or ``spoken``."""
    await conn.execute(update(members).where(members.c.id == member_id).values(**values))


async def read_memberships(conn: AsyncConnection, member_id: str) -> list[Membership]:
    """A person's current memberships, in the order of joining."""
    rows = await _MEMBERSHIPS.rows(conn, {"member_id": member_id})
    return [
        Membership(
            id=row.id,
            mid=parse_mid(row.doc),
            ref=row.ref,
            tier=row.tier or "standard",
            eligible=frozenset(row.eligible or ()),
        )
        for row in rows
    ]


async def require_past_membership(
    conn: AsyncConnection, member_id: str, membership_id: str
) -> tuple[str, str]:
    """(MID id, reference) of one membership of this person, ended or not.

    Raises:
        NotFoundError: see ``read_past_membership``.
    """
    past = await read_past_membership(conn, member_id, membership_id)
    if past is None:
        raise NotFoundError(f"membership {membership_id} is not of {member_id}")
    return past


async def read_past_membership(
    conn: AsyncConnection, member_id: str, membership_id: str
) -> tuple[str, str] | None:
    """(MID id, reference) of one membership of this person, ended or not; else None.

    The row is locked: nobody else takes over the reference until the transaction ends.
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
    """Join a MID under a reference and return the new membership's id.

    None when another person holds the reference. An ended membership is never joined again: its
    answers and prices stay with it.
    """
    holder = (
        await conn.execute(
            select(memberships.c.id, memberships.c.left_at)
            .where(memberships.c.mid_id == mid_id, memberships.c.ref == ref)
            .with_for_update()
        )
    ).first()
    if holder is not None:
        if holder.left_at is None:
            return None
        # The reference is free again: the ended membership gets one that no roster can hold,
        # because it has a space.
        await conn.execute(
            update(memberships)
            .where(memberships.c.id == holder.id)
            .values(ref=f"left {holder.id}")
        )
    membership = (
        insert_into(conn, memberships)
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
    return (await conn.execute(membership)).scalar()


async def rejoin(conn: AsyncConnection, membership_id: str) -> None:
    """Undo the end of a membership."""
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
    """Delete one membership; its used invite no longer names the person.

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
    erased = list(rows.scalars())
    await conn.execute(
        update(invites)
        .where(invites.c.id.in_(erased), invites.c.used_by == member_id)
        .values(used_by="erased")
    )
    await conn.execute(delete(memberships).where(memberships.c.id == membership_id))
    return erased


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Delete a person and all their memberships; used invites no longer name them."""
    await conn.execute(delete(memberships).where(memberships.c.member_id == member_id))
    await conn.execute(
        update(invites).where(invites.c.used_by == member_id).values(used_by="erased")
    )
    await conn.execute(delete(members).where(members.c.id == member_id))


async def read_uninvited(
    conn: AsyncConnection, mid_id: str, now: datetime, limit: int
) -> list[str]:
    """References on a roster that have neither joined nor an open invite, in order.

    The MID is locked: nobody else invites them until the transaction ends.
    """
    await hold_mid(conn, mid_id)
    rows = await conn.execute(
        select(roster.c.ref)
        .where(roster.c.mid_id == mid_id, ~_JOINED, ~_invited(now))
        .order_by(roster.c.ref)
        .limit(limit)
    )
    return list(rows.scalars())


async def read_roster_entries(
    conn: AsyncConnection, mid_id: str, now: datetime
) -> list[RosterEntry]:
    """Everybody on a MID's roster, by reference, with how far they have come in this MID."""
    left = exists().where(_HAS_REF, memberships.c.left_at.is_not(None))
    state = case(
        (_JOINED, RosterState.JOINED.value),
        (_invited(now), RosterState.INVITED.value),
        (left, RosterState.LEFT.value),
        else_=RosterState.NOT_INVITED.value,
    )
    rows = await conn.execute(
        select(roster.c.ref, roster.c.language, state.label("state"))
        .where(roster.c.mid_id == mid_id)
        .order_by(roster.c.ref)
    )
    return [
        RosterEntry(ref=row.ref, language=row.language, state=RosterState(row.state))
        for row in rows
    ]


async def put_invites(
    conn: AsyncConnection,
    mid_id: str,
    pairs: Sequence[tuple[str, str]],
    now: datetime,
    expires_at: datetime,
) -> None:
    """Store invites of (reference, token hash) pairs; a reference's older open ones expire now."""
    await hold_mid(conn, mid_id)
    refs = [ref for ref, _ in pairs]
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
        for ref, token_hash in pairs
    ]
    await conn.execute(insert(invites), rows)


async def read_invite(
    conn: AsyncConnection,
    *,
    token_hash: str | None = None,
    invite_id: str | None = None,
    lock: bool = False,
) -> Any:
    """An invite's row by the hash of its token or by its id; None if there is none.

    ``lock`` keeps others from using it until the transaction ends; it needs a write transaction.
    """
    query = select(invites).where(
        invites.c.id == invite_id if invite_id else invites.c.token_hash == token_hash
    )
    return (await conn.execute(query.with_for_update() if lock else query)).first()


async def use_invite(conn: AsyncConnection, invite_id: str, member_id: str) -> None:
    """Mark an invite as used by this person."""
    await conn.execute(update(invites).where(invites.c.id == invite_id).values(used_by=member_id))
