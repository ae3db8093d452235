"""Tables of topic counts and of stored vectors."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata
from service.db.upsert import insert_missing, upsert

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


async def increment_counts(
    conn: AsyncConnection, mid_ids: Collection[str], cell: Mapping[str, str]
) -> None:
    """Count one more question of this topic, language and band in each of these MIDs."""
    keys = [column.name for column in question_counts.primary_key]
    # In one order, so that two transactions cannot deadlock.
    for mid_id in sorted(mid_ids):
        row = {"mid_id": mid_id, "n": 1, **cell}
        await upsert(conn, question_counts, row, keys, {"n": question_counts.c.n + 1})


async def read_counts(conn: AsyncConnection, mid_id: str) -> list[Row[Any]]:
    """The topic counts of a MID, the newest month and the most frequent topic first."""
    columns = question_counts.c
    query = select(question_counts).where(columns.mid_id == mid_id)
    return list(
        await conn.execute(query.order_by(columns.month.desc(), columns.n.desc(), columns.topic))
    )


async def read_vectors(conn: AsyncConnection, model: str) -> dict[str, bytes]:
    """Text hash -> vector of one embedding model."""
    rows = await conn.execute(
        select(vectors.c.text_hash, vectors.c.body).where(vectors.c.model == model)
    )
    return {row.text_hash: row.body for row in rows}


async def put_vectors(conn: AsyncConnection, model: str, bodies: Mapping[str, bytes]) -> None:
    """Store vectors by text hash; those that are stored already stay."""
    if bodies:
        rows = [{"model": model, "text_hash": key, "body": body} for key, body in bodies.items()]
        await insert_missing(conn, vectors, rows, ["model", "text_hash"])
