"""What the journal holds of the knob."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.journal import store as journal
from service.journal.values import Kind
from service.knob.values import Past
from service.price.values import position_of


async def read_past(conn: AsyncConnection, member_id: str, scope: str, limit: int) -> list[Past]:
    """The last settings of the knob in one scope, newest first."""
    events = journal.events
    rows = await conn.execute(
        select(events.c.at, events.c.value)
        .where(
            events.c.member_id == member_id,
            events.c.kind == Kind.KNOB.value,
            events.c.scope == scope,
        )
        .order_by(events.c.seq.desc())
        .limit(limit)
    )
    return [Past(at=row.at, position=position_of(row.value)) for row in rows]
