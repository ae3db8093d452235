"""The table of members' choices about the model, with the last request that was sent."""

from typing import Any

from sqlalchemy import Column, SmallInteger, String, Table, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant.values import ModelChoice, ModelView
from service.db.metadata import Moment, metadata
from service.db.upsert import upsert

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
    """A member's choice and last request. ``max_level`` is not read and has its default."""
    rows = await conn.execute(select(model_choices).where(model_choices.c.member_id == member_id))
    row = rows.first()
    if row is None:
        return ModelView()
    return ModelView(
        choice=ModelChoice(row.choice),
        agreed_level=row.level,
        request=row.request,
        requested_at=row.requested_at,
    )


async def put_model(conn: AsyncConnection, member_id: str, **values: Any) -> None:
    """Set some columns of a member's row: the choice, or the last request."""
    defaults = {"choice": ModelChoice.NOT_ASKED.value, "level": 0}
    row = {"member_id": member_id, **defaults, **values}
    await upsert(conn, model_choices, row, ["member_id"], values)


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Delete a member's choice and last request."""
    await conn.execute(delete(model_choices).where(model_choices.c.member_id == member_id))
