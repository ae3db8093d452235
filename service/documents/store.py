"""The table of a MID's documents, stored as they were provided and read by other topics."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Json, metadata

papers = Table(
    "papers",
    metadata,
    Column("mid_id", String(40), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("doc", Json, nullable=False),
)


async def read_documents(conn: AsyncConnection, mid_id: str, kind: str) -> dict[str, Any]:
    """A MID's documents of one kind, by key."""
    rows = await conn.execute(
        select(papers.c.key, papers.c.doc).where(papers.c.mid_id == mid_id, papers.c.kind == kind)
    )
    return {row.key: row.doc for row in rows}


async def put_documents(
    conn: AsyncConnection, mid_id: str, kind: str, docs: Mapping[str, Any]
) -> None:
    """Store documents by key, replacing those with the same keys."""
    for key, doc in docs.items():
        await conn.execute(
            delete(papers).where(
                papers.c.mid_id == mid_id, papers.c.kind == kind, papers.c.key == key
            )
        )
        await conn.execute(insert(papers).values(mid_id=mid_id, kind=kind, key=key, doc=doc))


async def delete_document(conn: AsyncConnection, mid_id: str, kind: str, key: str) -> None:
    """Delete one document."""
    await conn.execute(
        delete(papers).where(papers.c.mid_id == mid_id, papers.c.kind == kind, papers.c.key == key)
    )


async def read_of_all_mids(conn: AsyncConnection, kind: str) -> list[tuple[str, Any]]:
    """(MID id, document) of one kind, of all MIDs, ordered by MID and key."""
    rows = await conn.execute(
        select(papers.c.mid_id, papers.c.doc)
        .where(papers.c.kind == kind)
        .order_by(papers.c.mid_id, papers.c.key)
    )
    return [(row.mid_id, row.doc) for row in rows]
