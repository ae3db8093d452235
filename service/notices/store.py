"""The table of notices, and its SQL."""

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
from service.notices.values import HaltReason, Notice, NoticeContent, NoticeStatus

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

_COLUMNS = {
    "foreign": "foreign_readers",
    "audience_upto": "upper",
    "settled_upto": "floor",
    "send_upto": "intent",
    "canary_waived": "wave_passed",
}
"""Fields of ``Notice`` whose column has another name."""
_SELECT = select(notices).where(notices.c.id == bindparam("of"))
_SELECT_LOCKED = _SELECT.with_for_update()
_UPDATE = update(notices).where(notices.c.id == bindparam("of"))


@lru_cache(maxsize=64)
def _content(doc: str) -> NoticeContent:
    """Parse a stored document. Cached, because every commit reads its notice again."""
    return NoticeContent.model_validate_json(doc)


def build_notice(row: Row[Any], mid: Mid) -> Notice:
    """Build a notice from its row."""
    return Notice(
        id=row.id,
        mid=mid,
        content=_content(row.doc),
        status=NoticeStatus(row.status),
        rev=row.rev,
        edited_rev=row.edited_rev,
        created_by=row.created_by,
        approved_by=row.approved_by,
        counted=row.counted,
        foreign=row.foreign_readers,
        audience_upto=row.upper,
        settled_upto=row.floor,
        send_upto=row.intent,
        epoch=row.epoch,
        outcomes=row.outcomes,
        halt=HaltReason(row.halt) if row.halt else None,
        reason=row.reason,
        canary_waived=row.wave_passed,
        created_at=row.created_at,
        due_at=row.due_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


async def insert_notice(conn: AsyncConnection, notice: Notice) -> None:
    """Store a new notice."""
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


async def read_row(
    conn: AsyncConnection, notice_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """Read a notice's row; ``lock`` locks it until the transaction ends."""
    row: Row[Any] | None = (
        await conn.execute(_SELECT_LOCKED if lock else _SELECT, {"of": notice_id})
    ).first()
    return row


async def read_due(conn: AsyncConnection, now: datetime) -> list[Row[Any]]:
    """Read notices that run, are due to start, or whose sent messages show an outdated text."""
    running = (notices.c.status == NoticeStatus.RUNNING.value) | (
        (notices.c.status == NoticeStatus.SCHEDULED.value) & (notices.c.due_at <= now)
    )
    outdated = (notices.c.rev > notices.c.edited_rev) & (notices.c.started_at.is_not(None))
    return list(
        await conn.execute(
            select(notices).where(running | outdated).order_by(notices.c.due_at, notices.c.id)
        )
    )


async def read_notices(conn: AsyncConnection, notice_ids: Collection[str]) -> list[Row[Any]]:
    """Read notices by their ids."""
    return list(await conn.execute(select(notices).where(notices.c.id.in_(notice_ids))))


async def read_notices_naming(conn: AsyncConnection, mid_id: str, name: str) -> list[Row[Any]]:
    """Read notices of a MID that somebody of this name wrote or may have approved."""
    names = (notices.c.created_by == name) | notices.c.approved_by.contains(name, autoescape=True)
    return list(await conn.execute(select(notices).where(notices.c.mid_id == mid_id, names)))


async def read_newest(conn: AsyncConnection, mid_id: str, limit: int) -> list[Row[Any]]:
    """Read the newest notices of a MID, drafts included."""
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
    """Read a page of the notices of a MID that began to go out since a moment, newest first.

    ``than`` is the cursor: start and id of the notice to continue from. With ``newer`` the page
    goes from it towards newer notices, oldest first.
    """
    columns = (notices.c.started_at, notices.c.id)
    query = select(notices).where(notices.c.mid_id == mid_id, notices.c.started_at >= since)
    if than is not None:
        cursor = tuple_(literal(than[0], Moment), literal(than[1], String))
        query = query.where(tuple_(*columns) > cursor if newer else tuple_(*columns) < cursor)
    order = columns if newer else [column.desc() for column in columns]
    return list(await conn.execute(query.order_by(*order).limit(limit)))


async def update_notice(conn: AsyncConnection, notice_id: str, **values: Any) -> None:
    """Write some columns of a notice; those that are fields of ``Notice`` by the field's name."""
    columns = {_COLUMNS.get(name, name): value for name, value in values.items()}
    await conn.execute(_UPDATE, {"of": notice_id, **columns})


async def read_ids_counting_for_week(
    conn: AsyncConnection, mid_id: str, since: datetime
) -> list[str]:
    """Read ids of notices that count towards the weekly limit and may have been sent since then.

    A notice that bypasses limits does not count.
    """
    may_count = (notices.c.ended_at.is_(None)) | (notices.c.ended_at > since)
    rows = await conn.execute(
        select(notices.c.id, notices.c.doc).where(
            notices.c.mid_id == mid_id, notices.c.started_at.is_not(None), may_count
        )
    )
    return [
        row.id for row in rows if not NoticeContent.model_validate_json(row.doc).bypasses_limits
    ]


async def count_answers(conn: AsyncConnection, notice_id: str) -> dict[str, int]:
    """Count the members who chose each answer, by its id."""
    chosen = journal.latest.c
    rows = await conn.execute(
        select(chosen.value, func.count().label("n"))
        .where(chosen.scope == notice_id, chosen.kind == EventKind.ANSWER.value)
        .group_by(chosen.value)
    )
    return {row.value: row.n for row in rows}
