"""Names of staff in notices, as authors and approvers, and their erasure."""

from sqlalchemy.ext.asyncio import AsyncConnection

from service.notices import store
from service.staff import store as staff_store


async def erase_member_names(conn: AsyncConnection, member_id: str) -> None:
    """Replace a member's names as staff by their staff ids, in the notices of every MID."""
    for row in await staff_store.read_of_member(conn, member_id):
        await _erase_name(conn, row.mid_id, row.name, row.id)


async def erase_staff_name(conn: AsyncConnection, staff_id: str) -> None:
    """Replace the name of one person of staff by their staff id, in the notices of their MID."""
    row = await staff_store.read_staff(conn, staff_id)
    if row is not None:
        await _erase_name(conn, row.mid_id, row.name, row.id)


async def _erase_name(conn: AsyncConnection, mid_id: str, name: str, pseudonym: str) -> None:
    for row in await store.read_notices_naming(conn, mid_id, name):
        approved = row.approved_by and replace_name(row.approved_by, name, pseudonym)
        created = pseudonym if row.created_by == name else row.created_by
        await store.update_notice(conn, row.id, created_by=created, approved_by=approved)


def replace_name(names: str, name: str, pseudonym: str) -> str:
    """Replace one name in ``approved_by``, which holds one name or two joined by a comma.

    A name may itself hold a comma, so the two cannot simply be split.
    """
    if names == name:
        return pseudonym
    for begins, ends in ((f"{name}, ", ""), ("", f", {name}")):
        if names.startswith(begins) and names.endswith(ends):
            kept = names[len(begins) : len(names) - len(ends)]
            return f"{pseudonym}, {kept}" if begins else f"{kept}, {pseudonym}"
    return names
