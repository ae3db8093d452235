"""Use cases of a member: look at a notice, answer it, find old ones, mute a MID and unmute it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.choices import cases as choices
from service.choices.values import CardView
from service.deps import Deps
from service.errors import NotFoundError
from service.journal.values import Cause, Kind, NewEvent
from service.notices import audience_store, rules, store
from service.notices import outcome_store as outcomes
from service.notices.audience import read_people
from service.notices.hearing import AttentionView, HearingView
from service.notices.values import Notice, Outcome
from service.notices.views import NoticesView, NoticeView
from service.people import number_store as numbered
from service.people.values import Membership, Texts
from service.price import store as price
from service.price.sources import Sources
from service.price.turn import turn
from service.price.values import Pause

PER_PAGE = 6
_NEVER_THEIRS = frozenset({Outcome.LEFT, Outcome.CHANGED})


async def look(deps: Deps, member_id: str, notice_id: str) -> NoticeView:
    """A notice that this member was sent.

    Raises:
        NotFoundError: it was never for them.
    """
    async with deps.db.read() as conn:
        sources = await price.read_sources(conn, member_id, deps.clock.now())
        return await _view(conn, sources, notice_id)


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
    async with turn(deps, member_id, cause) as now:
        view = await _view(now.conn, now.sources, notice_id)
        if choice not in {one.id for one in view.content.answers}:
            raise NotFoundError(f"notice {notice_id} has no answer {choice!r}")
        if not view.closed and view.answer != choice:
            event = NewEvent(
                kind=Kind.ANSWER,
                scope=notice_id,
                value=choice,
                membership_id=view.membership_id,
                mid_id=view.mid.id,
                version=view.rev,
            )
            await now.record(event)
        return await _view(now.conn, now.sources, notice_id)


async def mute(
    deps: Deps, member_id: str, membership_id: str, cause: Cause, *, on: bool
) -> HearingView:
    """Hear no notices of a MID any more, or hear them again. Urgent ones still come.

    Raises:
        NotFoundError: they are not in it.
    """
    async with turn(deps, member_id, cause) as now:
        found = _membership(now.sources, membership_id)
        if muted(now.sources, membership_id) is not on:
            event = NewEvent(
                kind=Kind.MUTE,
                scope=membership_id,
                value="on" if on else "off",
                membership_id=membership_id,
                mid_id=found.mid.id,
            )
            await now.record(event)
        return _hearing(now.sources, found)


async def hearing(deps: Deps, member_id: str, membership_id: str) -> HearingView:
    """One of the MIDs a person is in, and whether they hear it.

    Raises:
        NotFoundError: they are not in it.
    """
    async with deps.db.read() as conn:
        sources = await price.read_sources(conn, member_id, deps.clock.now())
    return _hearing(sources, _membership(sources, membership_id))


def _membership(sources: Sources, membership_id: str) -> Membership:
    for one in sources.memberships:
        if one.id == membership_id:
            return one
    raise NotFoundError(f"membership {membership_id} is not of {sources.member.id}")


def _hearing(sources: Sources, one: Membership) -> HearingView:
    stopped = sources.picture().pause is Pause.STOPPED
    return HearingView(membership=one, muted=muted(sources, one.id), stopped=stopped)


async def attention(deps: Deps, member_id: str) -> AttentionView:
    """What a member chose about notices, and which MIDs they muted.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        sources = await price.read_sources(conn, member_id, deps.clock.now())
    silent = frozenset(one.id for one in sources.memberships if muted(sources, one.id))
    return AttentionView(picture=sources.picture(), muted=silent)


def muted(sources: Sources, membership_id: str) -> bool:
    """Whether a membership is muted."""
    found = sources.setting(Kind.MUTE, membership_id)
    return found is not None and found.value == "on"


async def sent_to(deps: Deps, member_id: str, *, page: int = 0, search: str = "") -> NoticesView:
    """What a member was ever sent by the MIDs they are in, newest first; a page of it, from 0.

    ``search`` keeps those with every one of its words in a title or a text, in any language.
    """
    search = " ".join(search.split())
    async with deps.db.read() as conn:
        sources = await price.read_sources(conn, member_id, deps.clock.now())
        found: list[NoticeView] = []
        for notice in await _all(conn, sources):
            view = await _theirs(conn, sources, notice)
            if view is not None and _has(view, search):
                found.append(view)
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(page, 0), pages - 1)
    return NoticesView(
        notices=tuple(found[page * PER_PAGE : (page + 1) * PER_PAGE]),
        page=page,
        pages=pages,
        total=len(found),
        search=search,
    )


def _has(view: NoticeView, search: str) -> bool:
    said = " ".join(f"{one.title} {one.body}" for one in view.content.text.values()).casefold()
    return all(word in said for word in search.casefold().split())


async def _all(conn: AsyncConnection, sources: Sources) -> list[Notice]:
    mids = {one.mid.id: one.mid for one in sources.memberships}
    rows = await store.read_started(conn, mids)
    return [store.notice_of(row, mids[row.mid_id]) for row in rows]


async def _view(conn: AsyncConnection, sources: Sources, notice_id: str) -> NoticeView:
    row = await store.read_row(conn, notice_id)
    mids = {one.mid.id: one.mid for one in sources.memberships}
    if row is not None and row.mid_id in mids:
        view = await _theirs(conn, sources, store.notice_of(row, mids[row.mid_id]))
        if view is not None:
            return view
    raise NotFoundError(f"notice {notice_id} is not of {sources.member.id}")


async def _theirs(conn: AsyncConnection, sources: Sources, notice: Notice) -> NoticeView | None:
    """The notice as this member sees it; None when it was never for them."""
    (membership,) = (one for one in sources.memberships if one.mid.id == notice.mid.id)
    number = await numbered.number_of(conn, membership.id)
    settled = await outcomes.read_settled(conn, notice.id, number, number)
    at: datetime | None = None
    if number in settled:
        outcome, _, at = settled[number]
        if Outcome(outcome) in _NEVER_THEIRS:
            return None
    elif notice.started_at is None or number > notice.upper:
        return None
    else:
        # Sent a moment ago, and not yet written down.
        everyone = notice.content.audience.everyone
        remembered = await audience_store.read_remembered(conn, notice.id, number - 1, number)
        if number > notice.intent or bool(remembered) is everyone:
            return None
        whom = notice.content.audience
        people_ = await read_people(
            conn, notice.mid, sources.now, licences=whom.licences, numbers=[number]
        )
        if not rules.matches(whom, people_[0]):
            return None
    return view_for(sources, membership, notice, at)


def view_for(
    sources: Sources, membership: Membership, notice: Notice, sent_at: datetime | None
) -> NoticeView:
    """A notice as one member sees it."""
    chosen = sources.setting(Kind.ANSWER, notice.id)
    content = notice.content
    slugs: Mapping[str, tuple[str, Texts]] = {
        one.slug: (one.id, one.terms.title)
        for one in sources.licences
        if one.mid_id == notice.mid.id
    }
    about = [slugs[one] for one in content.audience.licences if one in slugs]
    return NoticeView(
        notice_id=notice.id,
        mid=notice.mid,
        content=content,
        rev=notice.rev,
        membership_id=membership.id,
        licence_ids=tuple(licence_id for licence_id, _ in about),
        licence_titles=tuple(title for _, title in about),
        by_ref=membership.ref in content.audience.refs,
        sent_at=sent_at,
        answer=chosen.value if chosen else None,
        answered_at=chosen.at if chosen else None,
        muted=muted(sources, membership.id),
        closed=content.closes is not None and sources.now >= content.closes,
        corrected=notice.rev > 1,
        zone=sources.picture().zone,
    )
