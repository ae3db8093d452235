"""Tables of what the assistant counts and keeps: topics asked about, vectors of texts."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata
from service.db.upsert import insert_into

question_counts = Table(
    "question_counts",
    metadata,
    Column("mid_id", String(40), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("topic", String(64), primary_key=True),
    Column("language", String(16), primary_key=True),
    Column("band", String(16), primary_key=True),
    Column("n", Integer, nullable=False),
)


vectors = Table(
    "vectors",
    metadata,
    Column("model", String(64), primary_key=True),
    Column("text_hash", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)


async def count_up(
    conn: AsyncConnection, mid_ids: Collection[str], cell: Mapping[str, str]
) -> None:
    """One question more about a topic, in each of these MIDs. Whose it was is not kept."""
    keys = [column.name for column in question_counts.primary_key]
    for mid_id in sorted(mid_ids):
        put = insert_into(conn, question_counts).values(mid_id=mid_id, n=1, **cell)
        more = {"n": question_counts.c.n + 1}
        await conn.execute(put.on_conflict_do_update(index_elements=keys, set_=more))


async def read_counts(conn: AsyncConnection, mid_id: str) -> list[Row[Any]]:
    """How often which topic, by month and language; the newest month first."""
    cells = question_counts.c
    wanted = select(question_counts).where(cells.mid_id == mid_id)
    return list(
        await conn.execute(wanted.order_by(cells.month.desc(), cells.n.desc(), cells.topic))
    )


async def read_vectors(conn: AsyncConnection, model: str) -> dict[str, bytes]:
    """Text hash -> vector of one embedding model."""
    rows = await conn.execute(
        select(vectors.c.text_hash, vectors.c.body).where(vectors.c.model == model)
    )
    return {row.text_hash: row.body for row in rows}


async def put_vectors(conn: AsyncConnection, model: str, found: Mapping[str, bytes]) -> None:
    """Remember vectors, so that a text is embedded once."""
    if not found:
        return
    put = insert_into(conn, vectors).on_conflict_do_nothing(index_elements=["model", "text_hash"])
    rows = [{"model": model, "text_hash": key, "body": body} for key, body in found.items()]
    await conn.execute(put, rows)
