"""Tables of notices, and the SQL that writes them."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Json, Moment, metadata
from service.journal import store as journal
from service.journal.values import EventKind
from service.mids.values import Mid
from service.notices.values import Content, Halt, Notice, Status

notices = Table(
    "notices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("mid_id", String(40), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("doc", Text, nullable=False),
    Column("rev", Integer, nullable=False),
    Column("edited_rev", Integer, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("approved_by", String(64)),
    Column("counted", Json, nullable=False),
    Column("foreign_readers", Json, nullable=False),
    Column("upper", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),
    Column("intent", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("outcomes", Json, nullable=False),
    Column("halt", String(8)),
    Column("reason", Text),
    Column("wave_passed", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Index(None, "mid_id", "created_at"),
    Index(None, "mid_id", "started_at", "id"),
)


@lru_cache(maxsize=64)
def _content(doc: str) -> Content:
    """Every commit reads its notice: what it says is made out of its words once."""
    return Content.model_validate_json(doc)


def notice_of(row: Row[Any], mid: Mid) -> Notice:
    """A row of ``notices`` as a value."""
    return Notice(
        id=row.id,
        mid=mid,
        content=_content(row.doc),
        status=Status(row.status),
        rev=row.rev,
        edited_rev=row.edited_rev,
        created_by=row.created_by,
        approved_by=row.approved_by,
        counted=row.counted,
        foreign=row.foreign_readers,
        upper=row.upper,
        floor=row.floor,
        intent=row.intent,
        epoch=row.epoch,
        outcomes=row.outcomes,
        halt=Halt(row.halt) if row.halt else None,
        reason=row.reason,
        wave_passed=row.wave_passed,
        created_at=row.created_at,
        due_at=row.due_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


async def add(conn: AsyncConnection, notice: Notice) -> None:
    """A new notice."""
    await conn.execute(
        insert(notices).values(
            id=notice.id,
            mid_id=notice.mid.id,
            status=notice.status.value,
            doc=notice.content.model_dump_json(),
            rev=1,
            edited_rev=1,
            created_by=notice.created_by,
            counted={},
            foreign_readers={},
            upper=0,
            floor=0,
            intent=0,
            epoch=0,
            outcomes={},
            wave_passed=False,
            created_at=notice.created_at,
        )
    )


_ROW = select(notices).where(notices.c.id == bindparam("of"))
_ROW_HELD = _ROW.with_for_update()


async def read_row(
    conn: AsyncConnection, notice_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """A notice's row by its id; ``lock`` holds its writes in line."""
    row: Row[Any] | None = (
        await conn.execute(_ROW_HELD if lock else _ROW, {"of": notice_id})
    ).first()
    return row


async def read_due(conn: AsyncConnection, now: datetime) -> list[Row[Any]]:
    """Notices that run, whose moment has come, or whose sent messages show an older text."""
    at_work = (notices.c.status == Status.RUNNING.value) | (
        (notices.c.status == Status.SCHEDULED.value) & (notices.c.due_at <= now)
    )
    edits = (notices.c.rev > notices.c.edited_rev) & (notices.c.started_at.is_not(None))
    return list(
        await conn.execute(
            select(notices).where(at_work | edits).order_by(notices.c.due_at, notices.c.id)
        )
    )


async def read_these(conn: AsyncConnection, notice_ids: Collection[str]) -> list[Row[Any]]:
    """Notices by their ids."""
    return list(await conn.execute(select(notices).where(notices.c.id.in_(notice_ids))))


async def read_named(conn: AsyncConnection, mid_id: str, name: str) -> list[Row[Any]]:
    """Notices of a MID that somebody of this name wrote, or perhaps approved."""
    named = (notices.c.created_by == name) | notices.c.approved_by.contains(name, autoescape=True)
    return list(await conn.execute(select(notices).where(notices.c.mid_id == mid_id, named)))


async def read_newest(conn: AsyncConnection, mid_id: str, limit: int) -> list[Row[Any]]:
    """The newest notices of a MID, drafts too."""
    return list(
        await conn.execute(
            select(notices)
            .where(notices.c.mid_id == mid_id)
            .order_by(notices.c.created_at.desc(), notices.c.id)
            .limit(limit)
        )
    )


async def read_started(
    conn: AsyncConnection,
    mid_id: str,
    since: datetime,
    limit: int,
    *,
    than: tuple[datetime, str] | None,
    newer: bool,
) -> list[Row[Any]]:
    """The next notices of a MID that went out to somebody since a moment, the last one first.

    ``than`` is the moment and the id of the one to go on from; ``newer`` turns it all round.
    """
    place = tuple_(notices.c.started_at, notices.c.id)
    wanted = select(notices).where(notices.c.mid_id == mid_id, notices.c.started_at >= since)
    if than is not None:
        here = tuple_(literal(than[0], Moment), literal(than[1], String))
        wanted = wanted.where(place > here if newer else place < here)
    order = (notices.c.started_at, notices.c.id)
    by = order if newer else [one.desc() for one in order]
    return list(await conn.execute(wanted.order_by(*by).limit(limit)))


_CHANGE = update(notices).where(notices.c.id == bindparam("of"))


async def change(conn: AsyncConnection, notice_id: str, **values: Any) -> None:
    """Write some columns of a notice."""
    await conn.execute(_CHANGE, {"of": notice_id, **values})


async def recent(conn: AsyncConnection, mid_id: str, since: datetime) -> list[str]:
    """Notices of a MID that count for the week and may have been sent since then."""
    counting = (notices.c.ended_at.is_(None)) | (notices.c.ended_at > since)
    rows = await conn.execute(
        select(notices.c.id, notices.c.doc).where(
            notices.c.mid_id == mid_id, notices.c.started_at.is_not(None), counting
        )
    )
    return [row.id for row in rows if not Content.model_validate_json(row.doc).passes]


async def count_answers(conn: AsyncConnection, notice_id: str) -> dict[str, int]:
    """How many chose each answer."""
    chosen = journal.latest.c
    rows = await conn.execute(
        select(chosen.value, func.count().label("n"))
        .where(chosen.scope == notice_id, chosen.kind == EventKind.ANSWER.value)
        .group_by(chosen.value)
    )
    return {row.value: row.n for row in rows}
