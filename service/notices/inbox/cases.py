"""Use cases of a member: read a notice, answer it, mute and unmute a MID, notice settings."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from service.choices import cases as choices
from service.choices.values import CardView
from service.deps import Deps
from service.errors import NotFoundError
from service.journal.values import Cause, EventKind, NewEvent
from service.notices import store
from service.notices.inbox.visibility import list_visible
from service.notices.views import MuteView, NoticeSettingsView, NoticeView
from service.people import audience_store as audience_members
from service.people.values import Membership, require_membership
from service.standing import store as standing_store
from service.standing.member_state import MemberState
from service.standing.member_transaction import member_transaction
from service.standing.values import Pause


async def read_view(deps: Deps, member_id: str, notice_id: str) -> NoticeView:
    """Read a notice that this member was sent.

    Raises:
        NotFoundError: it was never for them.
    """
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
        return await _read_view(conn, state, notice_id)


async def read_card(deps: Deps, member_id: str, notice_id: str, licence_id: str) -> CardView:
    """Read the card of a licence that a notice is about; a yes to it will name the notice.

    Raises:
        NotFoundError: the notice was never for them, or is not about this licence.
    """
    if licence_id not in (await read_view(deps, member_id, notice_id)).licence_ids:
        raise NotFoundError(f"notice {notice_id} is not about licence {licence_id}")
    view = await choices.look_at_card(deps, member_id, licence_id)
    return replace(view, proof=replace(view.proof, led_by=notice_id))


async def answer(
    deps: Deps, member_id: str, notice_id: str, choice: str, cause: Cause
) -> NoticeView:
    """Choose an answer, or another one. Once the notice is closed nothing changes.

    Raises:
        NotFoundError: the notice was never for them, or has no such answer.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        view = await _read_view(transaction.conn, transaction.state, notice_id)
        if choice not in {answer.id for answer in view.content.answers}:
            raise NotFoundError(f"notice {notice_id} has no answer {choice!r}")
        if not view.closed and view.answer != choice:
            event = NewEvent(
                kind=EventKind.ANSWER,
                scope=notice_id,
                value=choice,
                membership_id=view.membership_id,
                mid_id=view.mid.id,
                version=view.rev,
            )
            await transaction.record(event)
        return await _read_view(transaction.conn, transaction.state, notice_id)


async def mute(
    deps: Deps, member_id: str, membership_id: str, cause: Cause, *, on: bool
) -> MuteView:
    """Mute or unmute the notices of a MID. Urgent ones are sent nevertheless.

    Raises:
        NotFoundError: they have no such membership.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        membership = require_membership(
            transaction.state.memberships, membership_id, transaction.state.member.id
        )
        if transaction.state.is_muted(membership_id) is not on:
            event = NewEvent(
                kind=EventKind.MUTE,
                scope=membership_id,
                value="on" if on else "off",
                membership_id=membership_id,
                mid_id=membership.mid.id,
            )
            await transaction.record(event)
        return _build_mute_view(transaction.state, membership)


async def read_hearing(deps: Deps, member_id: str, membership_id: str) -> MuteView:
    """Read whether a member has muted a MID.

    Raises:
        NotFoundError: they have no such membership.
    """
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
    membership = require_membership(state.memberships, membership_id, state.member.id)
    return _build_mute_view(state, membership)


def _build_mute_view(state: MemberState, membership: Membership) -> MuteView:
    stopped = state.pause is Pause.STOPPED
    return MuteView(membership=membership, muted=state.is_muted(membership.id), stopped=stopped)


async def read_attention(deps: Deps, member_id: str) -> NoticeSettingsView:
    """Read a member's settings of notices: weekly limit, quiet hours, muted MIDs.

    Raises:
        NotFoundError: there is no such member.
    """
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
    muted = frozenset(
        membership.id for membership in state.memberships if state.is_muted(membership.id)
    )
    return NoticeSettingsView(snapshot=state.snapshot(), muted=muted)


async def _read_view(conn: AsyncConnection, state: MemberState, notice_id: str) -> NoticeView:
    row = await store.read_row(conn, notice_id)
    mids = {membership.mid.id: membership.mid for membership in state.memberships}
    if row is not None and row.mid_id in mids:
        numbers = await audience_members.read_numbers(conn, state.member.id)
        for view in await list_visible(
            conn, state, numbers, [store.build_notice(row, mids[row.mid_id])]
        ):
            return view
    raise NotFoundError(f"notice {notice_id} is not of {state.member.id}")
