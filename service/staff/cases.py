"""Use cases about staff: adding, opening the link once, removing, and who may act for a MID."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.control_chars import blank, steering
from service.deps import Deps
from service.errors import MidlineError, NotFoundError
from service.ids import new_id
from service.mids import store as mid_store
from service.mids.values import Mid
from service.people import store as people
from service.staff import store as staff_store
from service.staff.values import (
    LINK_GOOD_FOR,
    LINK_PREFIX,
    LONGEST_NAME,
    LinkState,
    LinkView,
    NewStaff,
    Staff,
)

# With the prefix, what a link can carry: 64 characters.
TOKEN_BYTES = 32


class StaffRefusedError(MidlineError):
    """Staff cannot be added so. The text says why and the mend."""

    key = "staff"


def hash_token(token: str) -> str:
    """What is stored of a token. A 256-bit random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


async def add(deps: Deps, mid_id: str, name: str) -> NewStaff:
    """Somebody who may announce for a MID once they have opened their link.

    Raises:
        NotFoundError: no such MID.
        StaffRefusedError: the name is too long, or taken.
    """
    name = name.strip()
    if len(name) > LONGEST_NAME or blank(name) or steering(name):
        raise StaffRefusedError(f"write a name of 1 to {LONGEST_NAME} letters, on one line")
    token, now = secrets.token_urlsafe(TOKEN_BYTES), deps.clock.now()
    async with deps.db.write() as conn:
        await mid_store.hold_mid(conn, mid_id)
        mid = await _mid(conn, mid_id)
        if name.casefold() in {row.name.casefold() for row in await _of_mid(conn, mid_id)}:
            raise StaffRefusedError(
                f"{mid_id} has staff named {name!r} already: write another name, or remove them"
            )
        one = Staff(id=new_id("stf"), mid=mid, name=name, member_id=None, added_at=now)
        await staff_store.add(conn, one.id, mid_id, name, hash_token(token), now)
    return NewStaff(staff=one, token=LINK_PREFIX + token)


async def _of_mid(conn: AsyncConnection, mid_id: str) -> list[Row[Any]]:
    return await staff_store.read_of_mid(conn, mid_id)


async def _mid(conn: AsyncConnection, mid_id: str) -> Mid:
    mid = await mid_store.read_mid(conn, mid_id)
    if mid is None:
        raise NotFoundError(f"no MID {mid_id!r} here: import its bundle first")
    return mid


async def listed(deps: Deps, mid_id: str) -> list[Staff]:
    """The staff of a MID, those who have not opened their link too.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        mid = await _mid(conn, mid_id)
        return [_staff(row, mid) for row in await _of_mid(conn, mid_id)]


def _staff(row: Row[Any], mid: Mid) -> Staff:
    return Staff(id=row.id, mid=mid, name=row.name, member_id=row.member_id, added_at=row.added_at)


async def remove(
    deps: Deps, staff_id: str, along: Callable[[AsyncConnection, str], Awaitable[None]]
) -> None:
    """End it at once: no button of theirs works any more, nor does their link.

    ``along`` takes their name out of what the topics above hold, in the same transaction: the id
    stands for it from then on.

    Raises:
        NotFoundError: there is no such staff.
    """
    async with deps.db.write() as conn:
        if await staff_store.read_one(conn, staff_id) is None:
            raise NotFoundError(f"no staff {staff_id!r}")
        await along(conn, staff_id)
        await staff_store.remove(conn, staff_id, deps.clock.now())


async def open_link(deps: Deps, member_id: str, token: str) -> LinkView:
    """Become staff by a link. The first person to open it has it; again changes nothing."""
    hashed = hash_token(token.removeprefix(LINK_PREFIX))
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        row = await staff_store.read_by_token(conn, hashed, lock=True)
        if row is None or row.removed_at is not None:
            return LinkView(state=LinkState.WRONG)
        mid = await _mid(conn, row.mid_id)
        mine = {one.mid_id for one in await staff_store.read_of_member(conn, member_id)}
        if row.member_id == member_id:
            state = LinkState.WELCOME
        elif row.member_id is not None:
            state = LinkState.USED
        elif row.added_at + LINK_GOOD_FOR <= deps.clock.now():
            state = LinkState.EXPIRED
        elif row.mid_id in mine:
            state = LinkState.ALREADY
        else:
            await staff_store.use(conn, row.id, member_id)
            state = LinkState.WELCOME
        return LinkView(state=state, mid=mid, name=row.name)


async def posts(deps: Deps, member_id: str) -> tuple[Staff, ...]:
    """Where a person is staff now."""
    async with deps.db.read() as conn:
        rows = await staff_store.read_of_member(conn, member_id)
        return tuple([_staff(row, await _mid(conn, row.mid_id)) for row in rows])


async def post(deps: Deps, member_id: str, mid_id: str) -> Staff:
    """This person as staff of a MID.

    Raises:
        NotFoundError: they are not, or there is no such MID. The two are never told apart.
    """
    for one in await posts(deps, member_id):
        if one.mid.id == mid_id:
            return one
    raise NotFoundError(f"{member_id} is not staff of {mid_id}")
