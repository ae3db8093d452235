"""Names of staff in notices: who wrote and approved them, until these people are forgotten."""

from sqlalchemy.ext.asyncio import AsyncConnection

from service.notices import store
from service.staff import store as staff_store


async def forget_member(conn: AsyncConnection, member_id: str) -> None:
    """A person is erased: where they were staff, their id there stands for their name."""
    for row in await staff_store.read_of_member(conn, member_id):
        await _forget(conn, row.mid_id, row.name, row.id)


async def forget_staff(conn: AsyncConnection, staff_id: str) -> None:
    """Somebody is staff no more: their id stands for their name."""
    row = await staff_store.read_staff(conn, staff_id)
    if row is not None:
        await _forget(conn, row.mid_id, row.name, row.id)


async def _forget(conn: AsyncConnection, mid_id: str, name: str, pseudonym: str) -> None:
    for row in await store.read_named(conn, mid_id, name):
        approved = row.approved_by and without(row.approved_by, name, pseudonym)
        created = pseudonym if row.created_by == name else row.created_by
        await store.change(conn, row.id, created_by=created, approved_by=approved)


def without(names: str, name: str, pseudonym: str) -> str:
    """Both names of a notice that two approved, or the one, with the pseudonym for the name."""
    if names == name:
        return pseudonym
    for begins, ends in ((f"{name}, ", ""), ("", f", {name}")):
        if names.startswith(begins) and names.endswith(ends):
            kept = names[len(begins) : len(names) - len(ends)]
            return f"{pseudonym}, {kept}" if begins else f"{kept}, {pseudonym}"
    return names
