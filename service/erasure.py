"""Erasing a person, a membership or a staff member: every topic's rows, in one transaction.

It stands above the topics, so that every edge erases the same; an edge adds only its own rows.
"""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant import consent_store, quota_store
from service.deps import Deps
from service.errors import NotFoundError
from service.journal import store as journal
from service.mids import store as mid_store
from service.mids.values import Mid
from service.notices.authoring import staff_names
from service.people import store as people
from service.questions import store as questions
from service.staff import store as staff_store

AlsoErase = Callable[[AsyncConnection, Sequence[Mid]], Awaitable[None]]
"""What an edge does in the same transaction; it is passed the MIDs that the person leaves."""


async def erase_member(
    deps: Deps, member_id: str, also: AlsoErase | None = None
) -> tuple[Mid, ...]:
    """Delete every row about a person. The MIDs' own rosters stay as they are.

    Returns the MIDs that the person was in, who may hold data of their own.
    """
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        memberships = await people.read_memberships(conn, member_id)
        mids = tuple(membership.mid for membership in memberships)
        await journal.erase_member(conn, member_id)
        await people.erase_member(conn, member_id)
        await questions.erase_member(conn, member_id)
        await consent_store.erase_member(conn, member_id)
        await quota_store.erase_member(conn, member_id)
        # Reads the staff rows, so before they are deleted.
        await staff_names.erase_member_names(conn, member_id)
        await staff_store.erase_member(conn, member_id)
        if also is not None:
            await also(conn, mids)
        return mids


async def erase_membership(
    deps: Deps, member_id: str, membership_id: str, also: AlsoErase | None = None
) -> Mid:
    """End a membership, past or present, delete every row about it, and return its MID.

    Raises:
        NotFoundError: it is not this person's membership.
    """
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        mid_id, _ = await people.require_past_membership(conn, member_id, membership_id)
        mid = await mid_store.require_mid(conn, mid_id)
        seen = await journal.read_shown_subjects(conn, member_id, "invite")
        invites = await people.erase_membership(conn, member_id, membership_id, seen)
        await journal.erase_membership(conn, membership_id)
        await journal.erase_shown(conn, member_id, "invite", invites)
        await questions.erase_membership(conn, membership_id)
        if also is not None:
            await also(conn, [mid])
        return mid


async def remove_staff(deps: Deps, staff_id: str) -> None:
    """End a staff role at once: no button of theirs works any more, nor does their link.

    In notices that they wrote or approved, their id replaces their name.

    Raises:
        NotFoundError: there is no such staff.
    """
    async with deps.db.write() as conn:
        if await staff_store.read_staff(conn, staff_id) is None:
            raise NotFoundError(f"no staff {staff_id!r}")
        await staff_names.erase_staff_name(conn, staff_id)
        await staff_store.remove(conn, staff_id, deps.clock.now())
