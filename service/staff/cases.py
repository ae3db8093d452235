"""Use cases of staff: adding, opening the link, and who may act for a MID.

Removing is in ``service.erasure``, because the names in notices change with it.
"""

from typing import Any

from sqlalchemy import Row

from service.control_chars import first_control_char, is_blank
from service.deps import Deps
from service.errors import MidlineError, NotFoundError
from service.ids import hash_token, new_id, new_token
from service.mids import store as mid_store
from service.mids.values import Mid
from service.people import store as people
from service.staff import store as staff_store
from service.staff.values import (
    LINK_PREFIX,
    LINK_VALID_FOR,
    LONGEST_NAME,
    LinkState,
    LinkView,
    NewStaff,
    Staff,
)


class StaffRefusedError(MidlineError):
    """The staff cannot be added. The text says why and what to do."""

    key = "staff"


async def add(deps: Deps, mid_id: str, name: str) -> NewStaff:
    """Add staff to a MID. They may announce once they have opened the link with the token.

    Raises:
        NotFoundError: no such MID.
        StaffRefusedError: the name is blank, too long or taken.
    """
    name = name.strip()
    if len(name) > LONGEST_NAME or is_blank(name) or first_control_char(name):
        raise StaffRefusedError(f"write a name of 1 to {LONGEST_NAME} letters, on one line")
    token, now = new_token(), deps.clock.now()
    async with deps.db.write() as conn:
        await mid_store.hold_mid(conn, mid_id)
        mid = await mid_store.require_mid(conn, mid_id)
        names = {row.name.casefold() for row in await staff_store.read_of_mid(conn, mid_id)}
        if name.casefold() in names:
            raise StaffRefusedError(
                f"{mid_id} has staff named {name!r} already: write another name, or remove them"
            )
        staff = Staff(id=new_id("stf"), mid=mid, name=name, member_id=None, added_at=now)
        await staff_store.add(conn, staff.id, mid_id, name, hash_token(token), now)
    return NewStaff(staff=staff, token=LINK_PREFIX + token)


async def list_staff(deps: Deps, mid_id: str) -> list[Staff]:
    """A MID's current staff, including those who have not opened their link.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        mid = await mid_store.require_mid(conn, mid_id)
        return [_staff(row, mid) for row in await staff_store.read_of_mid(conn, mid_id)]


def _staff(row: Row[Any], mid: Mid) -> Staff:
    return Staff(id=row.id, mid=mid, name=row.name, member_id=row.member_id, added_at=row.added_at)


async def open_link(deps: Deps, member_id: str, token: str) -> LinkView:
    """Become staff by opening a link. The first to open it gets it; repeats change nothing."""
    token_hash = hash_token(token.removeprefix(LINK_PREFIX))
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        row = await staff_store.read_by_token(conn, token_hash, lock=True)
        if row is None or row.removed_at is not None:
            return LinkView(state=LinkState.WRONG)
        mid = await mid_store.require_mid(conn, row.mid_id)
        roles = await staff_store.read_of_member(conn, member_id)
        if row.member_id == member_id:
            state = LinkState.WELCOME
        elif row.member_id is not None:
            state = LinkState.USED
        elif row.added_at + LINK_VALID_FOR <= deps.clock.now():
            state = LinkState.EXPIRED
        elif any(role.mid_id == row.mid_id for role in roles):
            state = LinkState.ALREADY
        else:
            await staff_store.set_member(conn, row.id, member_id)
            state = LinkState.WELCOME
        return LinkView(state=state, mid=mid, name=row.name)


async def list_roles(deps: Deps, member_id: str) -> tuple[Staff, ...]:
    """A person's staff roles: one for each MID they act for."""
    async with deps.db.read() as conn:
        rows = await staff_store.read_of_member(conn, member_id)
        return tuple([_staff(row, await mid_store.require_mid(conn, row.mid_id)) for row in rows])


async def require_role(deps: Deps, member_id: str, mid_id: str) -> Staff:
    """A person's staff role in one MID.

    Raises:
        NotFoundError: they have none, or there is no such MID; callers cannot tell which.
    """
    for role in await list_roles(deps, member_id):
        if role.mid.id == mid_id:
            return role
    raise NotFoundError(f"{member_id} is not staff of {mid_id}")
