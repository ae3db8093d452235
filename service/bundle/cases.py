"""The import of a bundle: one transaction, all or nothing, and a report of what changed."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from service.bundle.resolve import resolve_mid, resolve_terms
from service.bundle.schema.bundle import Bundle
from service.bundle.schema.licence import LicenceSpec
from service.bundle.values import ImportChange, ImportReport
from service.deps import Deps
from service.documents import store
from service.errors import ImportRefusedError
from service.licences import store as licences
from service.licences.rules import changed_fields, material_changes
from service.licences.values import Licence, Terms
from service.mids import store as mid_store
from service.statements import store as money


class _NotKept(Exception):  # noqa: N818 - no mistake: it only rolls the transaction back
    """Everything was worked out, and nothing of it is to be stored."""


async def import_bundle(deps: Deps, bundle: Bundle, *, keep: bool = True) -> ImportReport:
    """Store a bundle. Importing the same one again changes nothing.

    Without ``keep`` the report says what would change, and nothing is stored.

    Raises:
        ImportRefusedError: it contradicts what is stored; nothing is changed then.
    """
    report: ImportReport | None = None
    with suppress(_NotKept):
        async with deps.db.write() as conn:
            report = await _import(conn, deps, bundle)
            if not keep:
                raise _NotKept
    assert report is not None
    return report


async def _import(conn: AsyncConnection, deps: Deps, bundle: Bundle) -> ImportReport:
    await mid_store.hold_mid(conn, bundle.mid.id)
    now = deps.clock.now()
    stored = {
        licence.slug: licence for licence in await licences.read_licences(conn, [bundle.mid.id])
    }
    resolved = resolve_terms(bundle)
    problems = [
        problem
        for spec, terms in resolved
        if (problem := _find_conflict(spec, terms, stored.get(spec.id)))
    ]
    if problems:
        raise ImportRefusedError(tuple(problems))
    changes = [
        *await _put_mid(conn, bundle, now),
        *[
            change
            for spec, terms in resolved
            for change in await _put_licence(conn, spec, terms, stored.get(spec.id), now)
        ],
        *await _put_roster(conn, bundle),
        *await _put_documents(conn, bundle),
    ]
    left_alone = await _list_left_alone(conn, bundle, stored)
    return ImportReport(mid_id=bundle.mid.id, changes=tuple(changes), left_alone=tuple(left_alone))


def _find_conflict(spec: LicenceSpec, terms: Terms, known: Licence | None) -> str | None:
    """Say why a licence of the file contradicts the stored one; None: it does not."""
    if known is None:
        return None
    where = f"licence {spec.id!r}"
    if known.terms.containment == "not_contained" and terms.containment == "contained":
        return (
            f"{where}: containment was not_contained in version {known.version} and can never be "
            "set back to contained. Mend: write not_contained, or make a licence with a new id."
        )
    if spec.status == "draft" and known.status != "draft":
        return (
            f"{where}: status is draft, but members have seen it as {known.status}. "
            "Mend: write suspended, or ended."
        )
    if spec.version < known.version:
        return (
            f"{where}: version {spec.version} is older than version {known.version}, which is "
            f"stored. Mend: write version {known.version}, or a higher one for new terms."
        )
    if spec.version == known.version and terms != known.terms:
        changed = ", ".join(changed_fields(known.terms, terms))
        return (
            f"{where}: {changed} changed, but the version is still {spec.version}. "
            f"Mend: write version {spec.version + 1}."
        )
    return None


async def _put_mid(conn: AsyncConnection, bundle: Bundle, now: datetime) -> list[ImportChange]:
    mid = resolve_mid(bundle)
    known = await mid_store.read_mid(conn, mid.id)
    if known == mid:
        return []
    await mid_store.put_mid(conn, mid, now)
    if known is None:
        return [ImportChange(what=f"mid {mid.id}", how="new")]
    before, after = known.model_dump(), mid.model_dump()
    fields = tuple(name for name in after if after[name] != before[name])
    return [ImportChange(what=f"mid {mid.id}", how="changed", fields=fields)]


async def _put_licence(
    conn: AsyncConnection,
    spec: LicenceSpec,
    terms: Terms,
    known: Licence | None,
    now: datetime,
) -> list[ImportChange]:
    what = f"licence {spec.id}"
    if known is not None and spec.version == known.version:
        if spec.status == known.status:
            return []
        await licences.set_status(conn, known.id, spec.status)
        return [ImportChange(what=what, how=f"{known.status} -> {spec.status}")]
    material = material_changes(known.terms, terms) if known else ()
    await licences.put_version(
        conn,
        known,
        terms,
        version=spec.version,
        floor=spec.version if known is None or material else known.floor,
        status=spec.status,
        at=now,
    )
    if known is None:
        return [ImportChange(what=what, how=f"new, version {spec.version}, {spec.status}")]
    return [
        ImportChange(
            what=what,
            how=f"version {known.version} -> {spec.version}, {spec.status}",
            fields=changed_fields(known.terms, terms),
            material=material,
        )
    ]


async def _put_roster(conn: AsyncConnection, bundle: Bundle) -> list[ImportChange]:
    known = await mid_store.read_roster(conn, bundle.mid.id)
    rows: dict[str, dict[str, Any]] = {
        member.ref: {
            "language": member.language,
            "tier": member.standing,
            "eligible": sorted(member.eligible),
        }
        for member in bundle.members
    }
    fresh = {ref: row for ref, row in rows.items() if known.get(ref) != row}
    await mid_store.put_roster(conn, bundle.mid.id, fresh)
    return [
        ImportChange(what=f"member {ref}", how="changed" if ref in known else "new",
               fields=tuple(k for k in row if ref in known and known[ref][k] != row[k]))
        for ref, row in fresh.items()
    ]  # fmt: skip


async def _put_documents(conn: AsyncConnection, bundle: Bundle) -> list[ImportChange]:
    mid_id = bundle.mid.id
    documents = {
        "article": {article.id: article.model_dump(mode="json") for article in bundle.articles},
        "statement": {
            f"{statement.period} {statement.currency}": statement.model_dump(mode="json")
            for statement in bundle.statements
        },
    }
    changes = []
    for kind, docs in documents.items():
        known = await store.read_documents(conn, mid_id, kind)
        fresh = {key: doc for key, doc in docs.items() if known.get(key) != doc}
        await store.put_documents(conn, mid_id, kind, fresh)
        if kind == "statement":
            await money.put_lines(conn, mid_id, fresh.values())
        changes += [
            ImportChange(what=f"{kind} {key}", how="changed" if key in known else "new")
            for key in fresh
        ]
    return changes


async def _list_left_alone(
    conn: AsyncConnection, bundle: Bundle, known: dict[str, Licence]
) -> list[str]:
    """List what is stored but not in this file: leaving something out does not end it."""
    named = {licence.id for licence in bundle.licences}
    refs = {member.ref for member in bundle.members}
    roster = await mid_store.read_roster(conn, bundle.mid.id)
    return [
        *(f"licence {slug}" for slug in sorted(known) if slug not in named),
        *(f"member {ref}" for ref in sorted(roster) if ref not in refs),
    ]
