"""The table of what members let a model do, with the last request that left for each."""

from typing import Any

from sqlalchemy import Column, SmallInteger, String, Table, Text, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant.values import ModelChoice, ModelView
from service.db.metadata import Moment, metadata

model_choices = Table(
    "model_choices",
    metadata,
    Column("member_id", String(32), primary_key=True),
    Column("choice", String(16), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("at", Moment),
    Column("request", Text),
    Column("requested_at", Moment),
)


async def read_model(conn: AsyncConnection, member_id: str) -> ModelView:
    """What a member said to the model, and the last request; what their MIDs let is not read."""
    found = await conn.execute(select(model_choices).where(model_choices.c.member_id == member_id))
    row = found.first()
    if row is None:
        return ModelView()
    choice = ModelChoice(row.choice)
    return ModelView(
        choice=choice, agreed=row.level, request=row.request, requested_at=row.requested_at
    )


async def put_model(conn: AsyncConnection, member_id: str, **values: Any) -> None:
    """Note the member's choice, or the last request as it was sent."""
    none = {"choice": ModelChoice.NOT_ASKED.value, "level": 0}
    start = {"member_id": member_id, **none, **values}
    put: Any = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(model_choices)
    put = put.values(start)
    await conn.execute(put.on_conflict_do_update(index_elements=["member_id"], set_=values))


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Remove what a member let a model do."""
    await conn.execute(delete(model_choices).where(model_choices.c.member_id == member_id))
