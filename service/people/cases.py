"""Use cases about people: arriving, joining, leaving, being forgotten."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_nonce
from service.journal import store as journal
from service.journal.values import Cause, Kind, NewEvent
from service.mids import store as mid_store
from service.mids.values import Mid
from service.people import store
from service.people.values import InviteState, InviteView, Member, Membership, NewInvite

TOKEN_BYTES = 32

Along = Callable[[AsyncConnection, Sequence[Mid]], Awaitable[None]]
"""What the topics above do in the transaction that erases; it is told which MIDs are left."""


def hash_token(token: str) -> str:
    """What is stored of a token. A 256-bit random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


async def who(deps: Deps, member_id: str) -> tuple[Member, tuple[Membership, ...]]:
    """A person and the MIDs they are in.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        member = await store.read_member(conn, member_id)
        if member is None:
            raise NotFoundError(f"no member {member_id}")
        return member, tuple(await store.read_memberships(conn, member_id))


async def mids(deps: Deps) -> list[Mid]:
    """Every MID that is known here."""
    async with deps.db.read() as conn:
        return await mid_store.read_mids(conn)


async def membership(deps: Deps, member_id: str, membership_id: str) -> Membership:
    """One of the MIDs a person is in.

    Raises:
        NotFoundError: they are not in it.
    """
    _, memberships = await who(deps, member_id)
    for one in memberships:
        if one.id == membership_id:
            return one
    raise NotFoundError(f"membership {membership_id} is not of {member_id}")


async def choose_language(deps: Deps, member_id: str, locale: str) -> None:
    """Remember the language a person chose for themselves."""
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, locale=locale)


async def choose_zone(deps: Deps, member_id: str, zone: str) -> None:
    """Remember a person's time zone, an IANA name."""
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, zone=zone)


async def choose_weekly(deps: Deps, member_id: str, most: int | None) -> None:
    """Remember how many notices a week a person wants from each MID; None: as each MID has it."""
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, weekly=most)


async def choose_quiet(deps: Deps, member_id: str, hours: str | None) -> None:
    """Remember a person's quiet hours, "21:00-08:00" in their time; None: as each MID has them.

    Equal times mean that there are none.
    """
    async with deps.db.write() as conn:
        await store.set_member(conn, member_id, quiet=hours)


async def make_invites(
    deps: Deps, mid_id: str, *, ref: str | None = None, count: int = 1
) -> list[NewInvite]:
    """Fresh single-use invites: for one reference, or for the next ``count`` uninvited people.

    Raises:
        NotFoundError: no such MID, or no such reference on its roster.
    """
    async with deps.db.write() as conn:
        mid = await mid_store.read_mid(conn, mid_id)
        if mid is None:
            raise NotFoundError(f"no MID {mid_id!r} here: import its bundle first")
        now = deps.clock.now()
        if ref is None:
            refs = await store.uninvited(conn, mid_id, now, count)
        elif ref in await mid_store.read_roster(conn, mid_id):
            refs = [ref]
        else:
            raise NotFoundError(f"{mid_id} has no member {ref!r}: add it to the bundle and import")
        expires_at = now + timedelta(days=mid.invite_days)
        made = [
            NewInvite(
                mid_id=mid_id,
                ref=one,
                token=secrets.token_urlsafe(TOKEN_BYTES),
                expires_at=expires_at,
            )
            for one in refs
        ]
        if made:
            pairs = [(invite.ref, hash_token(invite.token)) for invite in made]
            await store.put_invites(conn, mid_id, pairs, now, expires_at)
        return made


async def look_at_invite(deps: Deps, member_id: str, token: str) -> InviteView:
    """What a token from a link leads to, for this person. Looking changes nothing."""
    async with deps.db.read() as conn:
        row = await store.read_invite(conn, token_hash=hash_token(token))
        return await _view_invite(deps, conn, member_id, row)


async def look_again(deps: Deps, member_id: str, nonce: str) -> InviteView:
    """The invite that was shown to this person under ``nonce``."""
    async with deps.db.read() as conn:
        row = await _read_invite_shown(conn, member_id, nonce)
        return await _view_invite(deps, conn, member_id, row)


async def join(deps: Deps, member_id: str, nonce: str, cause: Cause) -> InviteView:
    """Accept the invite that was shown under ``nonce``. The first person to accept has it.

    The view says JOINED when this or an earlier delivery of the same tap did it, and OPEN when
    nothing was recorded because it is not certain that the text was seen.
    """
    async with deps.db.write() as conn:
        await store.lock_member(conn, member_id)
        row = await _read_invite_shown(conn, member_id, nonce, hold=True)
        view = await _view_invite(deps, conn, member_id, row)
        if await journal.caused_already(conn, cause):
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


async def leave(
    deps: Deps,
    member_id: str,
    membership_id: str,
    cause: Cause,
    *,
    erase: bool,
    along: Along | None = None,
) -> Mid:
    """End a membership at once and return its MID. ``erase`` also forgets what is held.

    ``along`` removes in the same transaction what the topics above hold of the membership.

    Raises:
        NotFoundError: it is not this person's membership.
    """
    async with deps.db.write() as conn:
        await store.lock_member(conn, member_id)
        found = await store.read_past_membership(conn, member_id, membership_id)
        if found is None:
            raise NotFoundError(f"membership {membership_id} is not of {member_id}")
        mid_id, _ = found
        mid = await mid_store.read_mid(conn, mid_id)
        assert mid is not None
        now = deps.clock.now()
        mine = {one.id for one in await store.read_memberships(conn, member_id)}
        if erase:
            seen = await journal.shown_subjects(conn, member_id, "invite")
            behind = await store.erase_membership(conn, member_id, membership_id, seen)
            await journal.erase_membership(conn, membership_id)
            await journal.erase_shown(conn, member_id, "invite", behind)
            if along is not None:
                await along(conn, [mid])
        elif membership_id in mine and not await journal.caused_already(conn, cause):
            await store.leave(conn, membership_id, now)
            left = _membership_event(membership_id, mid_id, "left")
            await journal.append(conn, member_id, [left], cause, now)
        return mid


async def undo_leave(
    deps: Deps, member_id: str, membership_id: str, cause: Cause
) -> Membership | None:
    """Take a leaving back while it is the latest thing that happened to the membership.

    Not once another person holds the reference.

    Returns the membership if the person is in it now, None if it could not be taken back.
    """
    async with deps.db.write() as conn:
        await store.lock_member(conn, member_id)
        found = await store.read_past_membership(conn, member_id, membership_id)
        events = await journal.read_latest(conn, member_id)
        left = next(
            (e for e in events if e.kind is Kind.MEMBERSHIP and e.scope == membership_id), None
        )
        mine = await store.read_memberships(conn, member_id)
        if found and left and left.value == "left" and found[0] not in {m.mid.id for m in mine}:
            mid_id, ref = found
            free = await mid_store.on_roster(conn, mid_id, ref)
            if free and not await journal.caused_already(conn, cause):
                await store.come_back(conn, membership_id)
                back = _membership_event(membership_id, mid_id, "joined", undoes=left.event_id)
                await journal.append(conn, member_id, [back], cause, deps.clock.now())
                mine = await store.read_memberships(conn, member_id)
        return next((one for one in mine if one.id == membership_id), None)


async def erase(deps: Deps, member_id: str, along: Along) -> tuple[Mid, ...]:
    """Forget a person: every row that is about them. The MIDs' own rosters stay the MIDs'.

    ``along`` removes in the same transaction what the edge holds. Returns the MIDs that the
    person was in, so that they can be told whom to ask about the rest.
    """
    async with deps.db.write() as conn:
        await store.lock_member(conn, member_id)
        left = tuple(one.mid for one in await store.read_memberships(conn, member_id))
        await journal.erase_member(conn, member_id)
        await store.erase_member(conn, member_id)
        await along(conn, left)
        return left


def _membership_event(
    membership_id: str,
    mid_id: str,
    value: str,
    *,
    nonce: str | None = None,
    undoes: str | None = None,
) -> NewEvent:
    return NewEvent(
        kind=Kind.MEMBERSHIP,
        scope=membership_id,
        value=value,
        membership_id=membership_id,
        mid_id=mid_id,
        nonce=nonce,
        undoes=undoes,
    )


async def _read_invite_shown(
    conn: AsyncConnection, member_id: str, nonce: str, *, hold: bool = False
) -> Row[Any] | None:
    shown = await journal.read_shown(conn, member_id, nonce)
    if shown is None or shown.proof.about != "invite":
        return None
    row: Row[Any] | None = await store.read_invite(conn, invite_id=shown.proof.subject, hold=hold)
    return row


async def _view_invite(
    deps: Deps, conn: AsyncConnection, member_id: str, row: Row[Any] | None
) -> InviteView:
    if row is None:
        return InviteView(
            state=InviteState.WRONG, mid=None, expires_at=None, invite_id="", nonce=new_nonce()
        )
    mine = await store.read_memberships(conn, member_id)
    if any(one.mid.id == row.mid_id for one in mine):
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
