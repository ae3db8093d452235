"""The inbox table: updates that were received, and which of them are handled."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Moment, Serial, metadata
from service.db.upsert import insert_by_dialect

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
class IncomingUpdate:
    """An update to be stored: Telegram's id, its lane, its body as JSON.

    ``protects``: it is an opt-out of its sender, which the flood guard never drops.
    """

    update_id: int
    lane: str
    body: str
    protects: bool = False


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """An update that is stored and not yet handled; its fields are columns of ``inbox``.

    ``outcome``: what an earlier attempt has already done, as JSON, where only the confirmation to
    the member is left to send.
    """

    seq: int
    update_id: int
    lane: str
    body: str
    received_at: datetime
    outcome: str | None = None


_PUT = insert_by_dialect(
    inbox,
    lambda insert: insert.on_conflict_do_nothing(index_elements=["update_id"]).returning(
        inbox.c.seq, inbox.c.update_id
    ),
)


async def put_updates(
    conn: AsyncConnection, updates: Sequence[IncomingUpdate], at: datetime
) -> list[PendingUpdate]:
    """Store updates and return the new ones; update ids stored before are skipped."""
    if not updates:
        return []
    by_id = {update.update_id: update for update in reversed(updates)}
    rows = [
        {
            "update_id": update.update_id,
            "lane": update.lane,
            "body": update.body,
            "received_at": at,
            "failed": False,
        }
        for update in updates
    ]
    new = sorted(tuple(row) for row in await conn.execute(_PUT[conn.dialect.name], rows))
    return [PendingUpdate(seq, id_, by_id[id_].lane, by_id[id_].body, at) for seq, id_ in new]


_OPEN = (
    select(*(inbox.c[field.name] for field in fields(PendingUpdate)))
    .where(inbox.c.done_at.is_(None))
    .order_by(inbox.c.seq)
)
_OPEN_OF = _OPEN.where(inbox.c.lane.in_(bindparam("lanes", expanding=True)))


async def read_open(
    conn: AsyncConnection, lanes: Sequence[str] | None = None
) -> list[PendingUpdate]:
    """Updates not yet handled, of some lanes or of all, in the order of arrival."""
    if lanes is None:
        return [PendingUpdate(*row) for row in await conn.execute(_OPEN)]
    return [PendingUpdate(*row) for row in await conn.execute(_OPEN_OF, {"lanes": lanes})]


async def read_backlog(conn: AsyncConnection) -> tuple[int, datetime | None]:
    """The number of updates not yet handled, and when the oldest of them was received."""
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
    """Mark updates as handled, or as given up, and erase their content and sender."""
    values = {"done_at": at, "body": None, "outcome": None, "lane": None, "failed": failed}
    await conn.execute(_FINISH, {"seqs": seqs, **values})


async def set_outcome(conn: AsyncConnection, seq: int, outcome: str) -> None:
    """Save what handling an update has done, for the next attempt at it."""
    await conn.execute(update(inbox).where(inbox.c.seq == seq).values(outcome=outcome))


async def forget_finished(conn: AsyncConnection, before: datetime) -> None:
    """Delete updates handled before this, which Telegram no longer delivers again."""
    await conn.execute(delete(inbox).where(inbox.c.done_at < before))
