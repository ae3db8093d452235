"""Reading the knob's history from the journal."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.journal import store as journal
from service.journal.values import EventKind
from service.knob.values import PastSetting
from service.price.values import position_of


async def read_history(
    conn: AsyncConnection, member_id: str, scope: str, limit: int
) -> list[PastSetting]:
    """The latest settings of the knob in one scope, newest first."""
    events = journal.events
    rows = await conn.execute(
        select(events.c.at, events.c.value)
        .where(
            events.c.member_id == member_id,
            events.c.kind == EventKind.KNOB.value,
            events.c.scope == scope,
        )
        .order_by(events.c.seq.desc())
        .limit(limit)
    )
    return [PastSetting(at=row.at, position=position_of(row.value)) for row in rows]
