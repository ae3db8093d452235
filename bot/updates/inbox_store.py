"""The Telegram edge's own tables: chats, the inbox, and what Telegram was last told."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Moment, metadata

Serial = BigInteger().with_variant(Integer(), "sqlite")


inbox = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("lane", String(32)),
    Column("body", Text),
    Column("outcome", Text),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("failed", Boolean, nullable=False),
    Index("ix_inbox_open", "done_at", "seq"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """One update as it came: Telegram's id, its lane, its body as JSON.

    ``protects`` says that it takes its sender out of something, and so is never dropped.
    """

    update_id: int
    lane: str
    body: str
    protects: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update that is stored and not yet handled.

    ``outcome`` is what an earlier try has done, as JSON, where only saying so is left to do.
    """

    seq: int
    update_id: int
    lane: str
    body: str
    received_at: datetime
    outcome: str | None = None


_PUT = {
    dialect.dialect.name: dialect.insert(inbox)
    .on_conflict_do_nothing(index_elements=["update_id"])
    .returning(inbox.c.seq, inbox.c.update_id)
    for dialect in (sqlite, postgresql)
}


async def put_updates(
    conn: AsyncConnection, updates: Sequence[Arrived], at: datetime
) -> list[Waiting]:
    """Store updates; those whose id is there already are dropped. Returns the new ones."""
    if not updates:
        return []
    given = {one.update_id: one for one in reversed(updates)}
    rows = [
        {
            "update_id": one.update_id,
            "lane": one.lane,
            "body": one.body,
            "received_at": at,
            "failed": False,
        }
        for one in updates
    ]
    new = sorted(tuple(row) for row in await conn.execute(_PUT[conn.dialect.name], rows))
    return [Waiting(seq, id_, given[id_].lane, given[id_].body, at) for seq, id_ in new]


_OPEN = (
    select(*(inbox.c[one.name] for one in fields(Waiting)))
    .where(inbox.c.done_at.is_(None))
    .order_by(inbox.c.seq)
)
_OPEN_OF = _OPEN.where(inbox.c.lane.in_(bindparam("lanes", expanding=True)))


async def read_open(conn: AsyncConnection, lanes: Sequence[str] | None = None) -> list[Waiting]:
    """What is stored and not handled, of some lanes or of all, in the order of arrival."""
    if lanes is None:
        return [Waiting(*row) for row in await conn.execute(_OPEN)]
    return [Waiting(*row) for row in await conn.execute(_OPEN_OF, {"lanes": lanes})]


async def read_backlog(conn: AsyncConnection) -> tuple[int, datetime | None]:
    """How many updates wait, and since when the oldest does."""
    row = (
        await conn.execute(
            select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.done_at.is_(None))
        )
    ).one()
    return row[0], row[1]


_FINISH = update(inbox).where(inbox.c.seq.in_(bindparam("seqs", expanding=True)))


async def finish(
    conn: AsyncConnection, seqs: Sequence[int], at: datetime, *, failed: bool
) -> None:
    """Mark updates as handled, or as given up, and erase what they said and who said it."""
    values = {"done_at": at, "body": None, "outcome": None, "lane": None, "failed": failed}
    await conn.execute(_FINISH, {"seqs": seqs, **values})


async def set_outcome(conn: AsyncConnection, seq: int, outcome: str) -> None:
    """Note what handling an update has done, for whoever handles it again."""
    await conn.execute(update(inbox).where(inbox.c.seq == seq).values(outcome=outcome))


async def forget_finished(conn: AsyncConnection, before: datetime) -> None:
    """Drop the ids of updates that Telegram can no longer deliver again."""
    await conn.execute(delete(inbox).where(inbox.c.done_at < before))
