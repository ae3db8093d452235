"""Use cases of people: settings, invites, joining, leaving. Erasing: ``service.erasure``."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.errors import NotFoundError
from service.ids import hash_token, new_nonce, new_token
from service.journal import store as journal
from service.journal.values import Cause, EventKind, NewEvent
from service.mids import store as mid_store
from service.mids.values import Mid
from service.people import store
from service.people.values import (
    InviteState,
    InviteView,
    Member,
    Membership,
    NewInvite,
    RosterEntry,
    require_membership,
)


async def read_member(deps: Deps, member_id: str) -> tuple[Member, tuple[Membership, ...]]:
    """A person and their current memberships.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        member = await store.read_member(conn, member_id)
        if member is None:
            raise NotFoundError(f"no member {member_id}")
        return member, tuple(await store.read_memberships(conn, member_id))


async def read_membership(deps: Deps, member_id: str, membership_id: str) -> Membership:
    """One of a person's current memberships.

    Raises:
        NotFoundError: it is not among them.
    """
    _, memberships = await read_member(deps, member_id)
    return require_membership(memberships, membership_id, member_id)


async def choose_language(deps: Deps, member_id: str, locale: str) -> None:
    """Set the language that a person chose."""
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, locale=locale)


async def choose_zone(deps: Deps, member_id: str, zone: str) -> None:
    """Set a person's time zone, an IANA name."""
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, zone=zone)


async def choose_weekly(deps: Deps, member_id: str, limit: int | None) -> None:
    """Set how many notices a week a person accepts from each MID; None: the MID's own limit."""
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, weekly=limit)


async def choose_quiet(deps: Deps, member_id: str, hours: str | None) -> None:
    """Set a person's quiet hours, "21:00-08:00" in their time zone; None: each MID's own.

    Equal times mean no quiet hours.
    """
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, quiet=hours)


async def list_roster(deps: Deps, mid_id: str) -> list[RosterEntry]:
    """Everybody on a MID's roster, by its own references, and who of them has joined.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        await mid_store.require_mid(conn, mid_id)
        return await store.read_roster_entries(conn, mid_id, deps.clock.now())


async def make_invites(
    deps: Deps, mid_id: str, *, ref: str | None = None, count: int = 1
) -> list[NewInvite]:
    """Create single-use invites: for one reference, or for the next ``count`` uninvited people.

    Raises:
        NotFoundError: no such MID, or no such reference on its roster.
    """
    async with deps.db.write() as conn:
        mid = await mid_store.require_mid(conn, mid_id)
        now = deps.clock.now()
        if ref is None:
            refs = await store.read_uninvited(conn, mid_id, now, count)
        elif ref in await mid_store.read_roster(conn, mid_id):
            refs = [ref]
        else:
            raise NotFoundError(f"{mid_id} has no member {ref!r}: add it to the bundle and import")
        expires_at = now + timedelta(days=mid.invite_days)
        invites = [
            NewInvite(mid_id=mid_id, ref=ref, token=new_token(), expires_at=expires_at)
            for ref in refs
        ]
        if invites:
            pairs = [(invite.ref, hash_token(invite.token)) for invite in invites]
            await store.put_invites(conn, mid_id, pairs, now, expires_at)
        return invites


async def look_at_invite(deps: Deps, member_id: str, token: str) -> InviteView:
    """The invite that a link's token leads to, as this person sees it. Changes nothing."""
    async with deps.db.read() as conn:
        row = await store.read_invite(conn, token_hash=hash_token(token))
        return await _view_invite(deps, conn, member_id, row)


async def look_at_invite_again(deps: Deps, member_id: str, nonce: str) -> InviteView:
    """The invite that was shown to this person under ``nonce``."""
    async with deps.db.read() as conn:
        row = await _read_invite_shown(conn, member_id, nonce)
        return await _view_invite(deps, conn, member_id, row)


async def join(deps: Deps, member_id: str, nonce: str, cause: Cause) -> InviteView:
    """Accept the invite that was shown under ``nonce``; the first person to accept gets it.

    The view says JOINED when this or an earlier delivery of the same tap joined, and OPEN when
    nothing was recorded because the text is not confirmed as shown.
    """
    async with deps.db.write() as conn:
        await store.lock_member(conn, member_id)
        row = await _read_invite_shown(conn, member_id, nonce, lock=True)
        view = await _view_invite(deps, conn, member_id, row)
        if await journal.has_events(conn, cause):
            return replace(view, state=InviteState.JOINED)
        shown = await journal.read_shown(conn, member_id, nonce)
        if row is None or view.state is not InviteState.OPEN or not (shown and shown.confirmed):
            return view
        now = deps.clock.now()
        membership_id = await store.join(conn, member_id, row.mid_id, row.ref, now)
        if membership_id is None:
            return replace(view, state=InviteState.USED)
        await store.use_invite(conn, row.id, member_id)
        joined = _membership_event(membership_id, row.mid_id, "joined", nonce=nonce)
        await journal.append(conn, member_id, [joined], cause, now)
        return replace(view, state=InviteState.JOINED)


async def leave(deps: Deps, member_id: str, membership_id: str, cause: Cause) -> Mid:
    """End a membership at once and return its MID. Its data stays until it is erased.

    Raises:
        NotFoundError: it is not this person's membership.
    """
    async with deps.db.write() as conn:
        await store.lock_member(conn, member_id)
        mid_id, _ = await store.require_past_membership(conn, member_id, membership_id)
        mid = await mid_store.require_mid(conn, mid_id)
        now = deps.clock.now()
        memberships = await store.read_memberships(conn, member_id)
        is_current = any(membership.id == membership_id for membership in memberships)
        if is_current and not await journal.has_events(conn, cause):
            await store.leave(conn, membership_id, now)
            left = _membership_event(membership_id, mid_id, "left")
            await journal.append(conn, member_id, [left], cause, now)
        return mid


async def undo_leave(
    deps: Deps, member_id: str, membership_id: str, cause: Cause
) -> Membership | None:
    """Undo leaving, while that is the latest event of the membership.

    Returns the membership if the person is in it now. None if it could not be undone, for
    instance because another person has joined under the reference since.
    """
    async with deps.db.write() as conn:
        await store.lock_member(conn, member_id)
        past = await store.read_past_membership(conn, member_id, membership_id)
        events = await journal.read_latest(conn, member_id)
        left = next(
            (
                event
                for event in events
                if event.kind is EventKind.MEMBERSHIP and event.scope == membership_id
            ),
            None,
        )
        memberships = await store.read_memberships(conn, member_id)
        current_mids = {membership.mid.id for membership in memberships}
        if past and left and left.value == "left" and past[0] not in current_mids:
            mid_id, ref = past
            # Once another person has joined under the reference, ``past`` has a different one.
            is_free = await mid_store.is_on_roster(conn, mid_id, ref)
            if is_free and not await journal.has_events(conn, cause):
                await store.rejoin(conn, membership_id)
                joined = _membership_event(membership_id, mid_id, "joined", undoes=left.event_id)
                await journal.append(conn, member_id, [joined], cause, deps.clock.now())
                memberships = await store.read_memberships(conn, member_id)
        return next((item for item in memberships if item.id == membership_id), None)


def _membership_event(
    membership_id: str,
    mid_id: str,
    value: str,
    *,
    nonce: str | None = None,
    undoes: str | None = None,
) -> NewEvent:
    return NewEvent(
        kind=EventKind.MEMBERSHIP,
        scope=membership_id,
        value=value,
        membership_id=membership_id,
        mid_id=mid_id,
        nonce=nonce,
        undoes=undoes,
    )


async def _read_invite_shown(
    conn: AsyncConnection, member_id: str, nonce: str, *, lock: bool = False
) -> Row[Any] | None:
    shown = await journal.read_shown(conn, member_id, nonce)
    if shown is None or shown.proof.about != "invite":
        return None
    row: Row[Any] | None = await store.read_invite(conn, invite_id=shown.proof.subject, lock=lock)
    return row


async def _view_invite(
    deps: Deps, conn: AsyncConnection, member_id: str, row: Row[Any] | None
) -> InviteView:
    if row is None:
        return InviteView(
            state=InviteState.WRONG, mid=None, expires_at=None, invite_id="", nonce=new_nonce()
        )
    memberships = await store.read_memberships(conn, member_id)
    if any(membership.mid.id == row.mid_id for membership in memberships):
        state = InviteState.ALREADY_IN
    elif row.used_by is not None:
        state = InviteState.USED
    elif row.expires_at <= deps.clock.now():
        state = InviteState.EXPIRED
    else:
        state = InviteState.OPEN
    return InviteView(
        state=state,
        mid=await mid_store.read_mid(conn, row.mid_id),
        expires_at=row.expires_at,
        invite_id=row.id,
        nonce=new_nonce(),
    )
