"""Use cases of a member: look at a notice, answer it, mute a MID and unmute it."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from service.choices import cases as choices
from service.choices.values import CardView
from service.deps import Deps
from service.errors import NotFoundError
from service.journal.values import Cause, EventKind, NewEvent
from service.notices import store
from service.notices.inbox.visibility import theirs
from service.notices.views import AttentionView, HearingView, NoticeView
from service.people import audience_store as audience_members
from service.people.values import Membership, require_membership
from service.standing import store as standing_store
from service.standing.member_state import MemberState
from service.standing.member_transaction import member_transaction
from service.standing.values import Pause


async def look(deps: Deps, member_id: str, notice_id: str) -> NoticeView:
    """A notice that this member was sent.

    Raises:
        NotFoundError: it was never for them.
    """
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
        return await _view(conn, state, notice_id)


async def look_at_card(deps: Deps, member_id: str, notice_id: str, licence_id: str) -> CardView:
    """The card of a licence that a notice is about; a yes to it will tell which notice led there.

    Raises:
        NotFoundError: the notice was never for them, or is not about this licence.
    """
    if licence_id not in (await look(deps, member_id, notice_id)).licence_ids:
        raise NotFoundError(f"notice {notice_id} is not about licence {licence_id}")
    view = await choices.look_at_card(deps, member_id, licence_id)
    return replace(view, proof=replace(view.proof, led_by=notice_id))


async def answer(
    deps: Deps, member_id: str, notice_id: str, choice: str, cause: Cause
) -> NoticeView:
    """Choose an answer, until the notice closes. Choosing again changes it.

    Raises:
        NotFoundError: the notice was never for them, or has no such answer.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        view = await _view(transaction.conn, transaction.state, notice_id)
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
        return await _view(transaction.conn, transaction.state, notice_id)


async def mute(
    deps: Deps, member_id: str, membership_id: str, cause: Cause, *, on: bool
) -> HearingView:
    """Hear no notices of a MID any more, or hear them again. Urgent ones still come.

    Raises:
        NotFoundError: they are not in it.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        found = _membership(transaction.state, membership_id)
        if transaction.state.is_muted(membership_id) is not on:
            event = NewEvent(
                kind=EventKind.MUTE,
                scope=membership_id,
                value="on" if on else "off",
                membership_id=membership_id,
                mid_id=found.mid.id,
            )
            await transaction.record(event)
        return _hearing(transaction.state, found)


async def hearing(deps: Deps, member_id: str, membership_id: str) -> HearingView:
    """One of the MIDs a person is in, and whether they hear it.

    Raises:
        NotFoundError: they are not in it.
    """
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
    return _hearing(state, _membership(state, membership_id))


def _membership(state: MemberState, membership_id: str) -> Membership:
    return require_membership(state.memberships, membership_id, state.member.id)


def _hearing(state: MemberState, membership: Membership) -> HearingView:
    stopped = state.pause is Pause.STOPPED
    return HearingView(membership=membership, muted=state.is_muted(membership.id), stopped=stopped)


async def attention(deps: Deps, member_id: str) -> AttentionView:
    """What a member chose about notices, and which MIDs they muted.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
    silent = frozenset(
        membership.id for membership in state.memberships if state.is_muted(membership.id)
    )
    return AttentionView(snapshot=state.snapshot(), muted=silent)


async def _view(conn: AsyncConnection, state: MemberState, notice_id: str) -> NoticeView:
    row = await store.read_row(conn, notice_id)
    mids = {membership.mid.id: membership.mid for membership in state.memberships}
    if row is not None and row.mid_id in mids:
        numbers = await audience_members.read_numbers(conn, state.member.id)
        for view in await theirs(conn, state, numbers, [store.notice_of(row, mids[row.mid_id])]):
            return view
    raise NotFoundError(f"notice {notice_id} is not of {state.member.id}")
