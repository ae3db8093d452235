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

from service.db.compiled import CompiledStatement
from service.db.metadata import Moment, metadata
from service.ids import new_id
from service.licences.values import Licence, LicenceStatus, Terms

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

_CURRENT = select(licences, versions.c.floor, versions.c.digest, versions.c.terms).join(
    versions,
    (versions.c.licence_id == licences.c.id) & (versions.c.version == licences.c.version),
)


@lru_cache(maxsize=32)
def _select_of_mids(count: int) -> CompiledStatement:
    # One statement for each number of MIDs: expanding a list at every use costs more than reading.
    mid_ids: list[Any] = [bindparam(f"mid_{i}") for i in range(count)]
    return CompiledStatement(_CURRENT.where(licences.c.mid_id.in_(mid_ids)))


@lru_cache(maxsize=1024)
def _parse_terms(digest: str, terms: str) -> Terms:  # noqa: ARG001  # makes cache keys differ early
    return Terms.model_validate_json(terms)


def _licence(row: Any) -> Licence:
    return Licence(
        id=row.id,
        mid_id=row.mid_id,
        slug=row.slug,
        version=row.version,
        floor=row.floor,
        status=LicenceStatus(row.status),
        terms=_parse_terms(row.digest, row.terms),
        digest=row.digest,
    )


async def read_licences(conn: AsyncConnection, mid_ids: Iterable[str]) -> list[Licence]:
    """The current version of every licence of these MIDs, ordered by MID and slug."""
    parameters = {f"mid_{i}": mid_id for i, mid_id in enumerate(mid_ids)}
    if not parameters:
        return []
    rows = await _select_of_mids(len(parameters)).rows(conn, parameters)
    return sorted(map(_licence, rows), key=lambda licence: (licence.mid_id, licence.slug))


async def read_licence(conn: AsyncConnection, licence_id: str) -> Licence | None:
    """The current version of one licence; None if there is none."""
    row = (await conn.execute(_CURRENT.where(licences.c.id == licence_id))).first()
    return None if row is None else _licence(row)


async def read_version(conn: AsyncConnection, licence_id: str, version: int) -> Terms | None:
    """The term sheet of one version of a licence; None if there is none."""
    row = (
        await conn.execute(
            select(versions.c.digest, versions.c.terms).where(
                versions.c.licence_id == licence_id, versions.c.version == version
            )
        )
    ).first()
    return None if row is None else _parse_terms(row.digest, row.terms)


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
    """Store a version of a licence, of a new licence if ``known`` is None. Older versions stay."""
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
    """Set a licence's status."""
    await conn.execute(update(licences).where(licences.c.id == licence_id).values(status=status))
