"""Tables of MIDs and their rosters."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, String, Table, Text, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.locks import hold_lock
from service.db.metadata import Json, Moment, metadata
from service.errors import NotFoundError
from service.mids.values import Mid

mids = Table(
    "mids",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("doc", Text, nullable=False),
    Column("imported_at", Moment, nullable=False),
)

roster = Table(
    "roster",
    metadata,
    Column("mid_id", String(40), primary_key=True),
    Column("ref", String(64), primary_key=True),
    Column("language", String(16), nullable=False),
    Column("tier", String(40), nullable=False),
    Column("eligible", Json, nullable=False),
)

_DOC_OF_MID = select(mids.c.doc).where(mids.c.id == bindparam("mid"))


@lru_cache(maxsize=256)
def parse_mid(doc: str) -> Mid:
    """A MID from its stored JSON."""
    return Mid.model_validate_json(doc)


async def hold_mid(conn: AsyncConnection, mid_id: str) -> None:
    """Serialise changes of this MID as a whole until the transaction ends."""
    await hold_lock(conn, f"mid {mid_id}")


async def put_mid(conn: AsyncConnection, mid: Mid, at: datetime) -> None:
    """Store a MID's description, new or changed."""
    await conn.execute(delete(mids).where(mids.c.id == mid.id))
    doc = mid.model_dump_json()
    await conn.execute(insert(mids).values(id=mid.id, doc=doc, imported_at=at))


async def read_mid(conn: AsyncConnection, mid_id: str) -> Mid | None:
    """A MID by its id; None if there is none."""
    doc = (await conn.execute(_DOC_OF_MID, {"mid": mid_id})).scalar()
    return None if doc is None else parse_mid(doc)


async def require_mid(conn: AsyncConnection, mid_id: str) -> Mid:
    """A MID by its id.

    Raises:
        NotFoundError: there is none.
    """
    mid = await read_mid(conn, mid_id)
    if mid is None:
        raise NotFoundError(f"no MID {mid_id!r} here: import its bundle first")
    return mid


async def read_mids(conn: AsyncConnection) -> list[Mid]:
    """Every MID, ordered by id."""
    return [
        parse_mid(doc)
        for doc in (await conn.execute(select(mids.c.doc).order_by(mids.c.id))).scalars()
    ]


async def read_roster(conn: AsyncConnection, mid_id: str) -> dict[str, dict[str, Any]]:
    """The roster of a MID: its own reference -> language, tier, slugs of eligible licences."""
    rows = await conn.execute(select(roster).where(roster.c.mid_id == mid_id))
    return {
        row.ref: {"language": row.language, "tier": row.tier, "eligible": list(row.eligible)}
        for row in rows
    }


async def is_on_roster(conn: AsyncConnection, mid_id: str, ref: str) -> bool:
    """Whether a MID's roster has this reference."""
    rows = await conn.execute(
        select(roster.c.ref).where(roster.c.mid_id == mid_id, roster.c.ref == ref)
    )
    return rows.first() is not None


async def put_roster(
    conn: AsyncConnection, mid_id: str, people: dict[str, dict[str, Any]]
) -> None:
    """Insert or replace the entries of these references; others stay as they are."""
    if not people:
        return
    refs = list(people)
    await conn.execute(delete(roster).where(roster.c.mid_id == mid_id, roster.c.ref.in_(refs)))
    rows = [{"mid_id": mid_id, "ref": ref, **person} for ref, person in people.items()]
    await conn.execute(insert(roster), rows)
