"""Use cases of a member who asks: a person at a MID, their own list, and what a model may do."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant import consent_store, quota_store
from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_id
from service.journal.values import Kind
from service.licences.values import Licence
from service.mids import store as mid_store
from service.notices.views import AttentionView
from service.people import store as people
from service.people.values import Membership
from service.questions import store
from service.questions.values import LONGEST, AboutMe, Asked, AskedView, AskingView, SentView
from service.standing import rules
from service.standing import store as standing_store
from service.standing.values import PortfolioView
from service.statements import store as money

SHOWN = 8
OPEN_AT_ONCE = 5
"""How many questions of one member may wait at one MID: a person reads every one of them."""


async def about_me(deps: Deps, member_id: str) -> AboutMe:
    """Everything an answer may say about this member, from one snapshot.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        sources = await standing_store.read_sources(conn, member_id, deps.clock.now())
        lines = await money.read_lines(conn, sources.memberships, sources.licences)
        titles = _titles(sources.licences)
        asked = [of(row, titles) for row in await store.read_asked(conn, member_id, SHOWN)]
    picture = sources.picture()
    muted = (e.scope for e in sources.latest if e.kind is Kind.MUTE and e.value == "on")
    return AboutMe(
        portfolio=PortfolioView(picture=picture, standings=rules.standings(picture)),
        lines=lines,
        asked=tuple(asked),
        attention=AttentionView(picture=picture, muted=frozenset(muted)),
    )


async def look(deps: Deps, member_id: str, text: str) -> AskingView:
    """To whom a member may send this text, and about what."""
    async with deps.db.read() as conn:
        picture = await standing_store.read_picture(conn, member_id, deps.clock.now())
        open_ = await store.count_open(conn, member_id)
    found = PortfolioView(picture=picture, standings=rules.standings(picture))
    return AskingView(
        text=text[:LONGEST],
        standings=found.standings,
        portfolio=found,
        waiting=frozenset(mid for mid, n in open_.items() if n >= OPEN_AT_ONCE),
    )


async def send(
    deps: Deps,
    member_id: str,
    membership_id: str,
    text: str,
    *,
    origin: str,
    language: str,
    licence_id: str | None = None,
) -> SentView:
    """Put a question on a MID's list. The same message (``origin``) is put there once.

    Raises:
        NotFoundError: there is no text, it is not this person's membership, or the licence is not
            of that MID.
    """
    if not text.strip():
        raise NotFoundError("the question is no longer at hand")
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        picture = await standing_store.read_picture(conn, member_id, deps.clock.now())
        chosen = _membership(picture.memberships, membership_id)
        mine = {one.licence.id for one in picture.holdings if one.membership.id == membership_id}
        if licence_id is not None and licence_id not in mine:
            raise NotFoundError(f"licence {licence_id} is not of membership {membership_id}")
        mid_id = chosen.mid.id
        titles = _titles([one.licence for one in picture.holdings])
        found = await store.read_from(conn, member_id, mid_id, origin)
        if found is None:
            if (await store.count_open(conn, member_id)).get(mid_id, 0) >= OPEN_AT_ONCE:
                return SentView(mid=chosen.mid, asked=None)
            row = {
                "id": new_id("que"),
                "member_id": member_id,
                "membership_id": membership_id,
                "mid_id": mid_id,
                "licence_id": licence_id,
                "language": language,
                "text": text[:LONGEST],
                "origin": origin,
                "asked_at": deps.clock.now(),
            }
            await store.put_question(conn, row)
            found = await store.read_from(conn, member_id, mid_id, origin)
        assert found is not None
        return SentView(mid=chosen.mid, asked=of(found, titles))


async def mine(deps: Deps, member_id: str) -> AskedView:
    """What a member has asked a person, and what became of it."""
    async with deps.db.read() as conn:
        picture = await standing_store.read_picture(conn, member_id, deps.clock.now())
        titles = _titles([one.licence for one in picture.holdings])
        rows = await store.read_asked(conn, member_id, SHOWN)
    return AskedView(asked=tuple(of(row, titles) for row in rows), zone=picture.zone)


async def forget_member(conn: AsyncConnection, member_id: str) -> None:
    """Erase within a transaction that erases the person."""
    for kept in (store, consent_store, quota_store):
        await kept.erase_member(conn, member_id)


async def forget_membership(conn: AsyncConnection, membership_id: str) -> None:
    """Erase within a transaction that erases the membership."""
    await store.erase_membership(conn, membership_id)


def of(row: Row[Any], titles: dict[str, dict[str, str]]) -> Asked:
    """A question's row as its member sees it, with the titles of licences by id."""
    return Asked(
        id=row.id,
        mid=mid_store.parse(row.mid_doc),
        text=row.text,
        language=row.language,
        title=titles.get(row.licence_id),
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def _titles(licences: list[Licence] | tuple[Licence, ...]) -> dict[str, dict[str, str]]:
    return {one.id: one.terms.title for one in licences}


def _membership(memberships: tuple[Membership, ...], membership_id: str) -> Membership:
    for one in memberships:
        if one.id == membership_id:
            return one
    raise NotFoundError(f"membership {membership_id} is not of this person")
