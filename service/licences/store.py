"""Tables of licences and their versions."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.compiled import Prepared
from service.db.metadata import Moment, metadata
from service.ids import new_id
from service.licences.values import Licence, Status, Terms

licences = Table(
    "licences",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("mid_id", String(40), nullable=False),
    Column("slug", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    UniqueConstraint("mid_id", "slug"),
)

versions = Table(
    "licence_versions",
    metadata,
    Column("licence_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("floor", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("terms", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

_current = select(licences, versions.c.floor, versions.c.digest, versions.c.terms).join(
    versions,
    (versions.c.licence_id == licences.c.id) & (versions.c.version == licences.c.version),
)


@lru_cache(maxsize=32)
def _of_mids(count: int) -> Prepared:
    # As many places as there are MIDs: a list that is laid out at every use costs more than the
    # reading.
    wanted: list[Any] = [bindparam(f"mid_{i}") for i in range(count)]
    return Prepared(_current.where(licences.c.mid_id.in_(wanted)))


@lru_cache(maxsize=1024)
def _parse(digest: str, terms: str) -> Terms:  # noqa: ARG001  # the digest makes the key short to tell apart
    return Terms.model_validate_json(terms)


def _licence(row: Any) -> Licence:
    return Licence(
        id=row.id,
        mid_id=row.mid_id,
        slug=row.slug,
        version=row.version,
        floor=row.floor,
        status=Status(row.status),
        terms=_parse(row.digest, row.terms),
        digest=row.digest,
    )


async def read_licences(conn: AsyncConnection, mid_ids: Iterable[str]) -> list[Licence]:
    """The current version of every licence of these MIDs, in the order of their first import."""
    given = {f"mid_{i}": mid_id for i, mid_id in enumerate(mid_ids)}
    rows = await _of_mids(len(given)).rows(conn, given) if given else ()
    return sorted(map(_licence, rows), key=lambda one: (one.mid_id, one.slug))


async def read_licence(conn: AsyncConnection, licence_id: str) -> Licence | None:
    """The current version of one licence."""
    row = (await conn.execute(_current.where(licences.c.id == licence_id))).first()
    return None if row is None else _licence(row)


async def read_version(conn: AsyncConnection, licence_id: str, version: int) -> Terms | None:
    """The term sheet as it stood in one version."""
    row = (
        await conn.execute(
            select(versions.c.digest, versions.c.terms).where(
                versions.c.licence_id == licence_id, versions.c.version == version
            )
        )
    ).first()
    return None if row is None else _parse(row.digest, row.terms)


async def put_version(
    conn: AsyncConnection,
    known: Licence | None,
    terms: Terms,
    *,
    version: int,
    floor: int,
    status: str,
    at: datetime,
) -> None:
    """Store a new version of a known licence, or the first one of a new one. Old ones stay."""
    licence_id = known.id if known else new_id("lic")
    if known is None:
        await conn.execute(
            insert(licences).values(
                id=licence_id,
                mid_id=terms.mid_id,
                slug=terms.slug,
                version=version,
                status=status,
            )
        )
    else:
        await conn.execute(
            update(licences)
            .where(licences.c.id == licence_id)
            .values(version=version, status=status)
        )
    await conn.execute(
        insert(versions).values(
            licence_id=licence_id,
            version=version,
            floor=floor,
            digest=terms.digest(),
            terms=terms.model_dump_json(),
            at=at,
        )
    )


async def set_status(conn: AsyncConnection, licence_id: str, status: str) -> None:
    """Move a licence along its life."""
    await conn.execute(update(licences).where(licences.c.id == licence_id).values(status=status))
