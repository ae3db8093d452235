"""Use cases of a member who asks: a person at a MID, their own list, and what a model may do."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_id
from service.journal.values import Kind
from service.licences.values import Licence
from service.money import store as money
from service.notices.hearing import AttentionView
from service.people import mid_store
from service.people import store as people
from service.people.values import Membership
from service.price import rules
from service.price import store as price
from service.price.values import PortfolioView
from service.questions import model_store, spent_store, store
from service.questions.values import (
    LONGEST,
    MOST_LEVEL,
    AboutMe,
    Asked,
    AskedView,
    AskingView,
    ModelChoice,
    ModelView,
    SentView,
)

SHOWN = 8
OPEN_AT_ONCE = 5
"""How many questions of one member may wait at one MID: a person reads every one of them."""


async def about_me(deps: Deps, member_id: str) -> AboutMe:
    """Everything an answer may say about this member, from one snapshot.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        sources = await price.read_sources(conn, member_id, deps.clock.now())
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
        picture = await price.read_picture(conn, member_id, deps.clock.now())
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
        picture = await price.read_picture(conn, member_id, deps.clock.now())
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
        picture = await price.read_picture(conn, member_id, deps.clock.now())
        titles = _titles([one.licence for one in picture.holdings])
        rows = await store.read_asked(conn, member_id, SHOWN)
    return AskedView(asked=tuple(of(row, titles) for row in rows), zone=picture.zone)


async def model_of(deps: Deps, member_id: str) -> ModelView:
    """What a member said to the model, what their MIDs let, and the last request that left."""
    async with deps.db.read() as conn:
        return await _model(conn, member_id)


async def _model(conn: AsyncConnection, member_id: str) -> ModelView:
    view = await model_store.read_model(conn, member_id)
    return replace(view, most=strictest(await people.read_memberships(conn, member_id)))


def strictest(memberships: Collection[Membership]) -> int:
    """How much all of these MIDs let leave for a model: facts of one stand beside the others'."""
    return min(
        (one.mid.model_level for one in memberships if one.mid.model_level is not None),
        default=MOST_LEVEL,
    )


async def choose_model(deps: Deps, member_id: str, *, on: bool, level: int = 0) -> ModelView:
    """Let a model answer from now on, or let none. A no also forgets the last request.

    ``level`` is what the member was told would leave; never more does, until they say yes again.
    """
    choice = ModelChoice.YES if on else ModelChoice.NO
    forget: dict[str, Any] = {} if on else {"request": None, "requested_at": None}
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        at = deps.clock.now()
        await model_store.put_model(
            conn, member_id, choice=choice.value, level=level if on else 0, at=at, **forget
        )
        return await _model(conn, member_id)


async def sent_to_model(deps: Deps, member_id: str, request: str) -> None:
    """Keep the last request as it was sent, for the member to read. Only after a yes."""
    async with deps.db.write() as conn:
        if not await people.lock_member(conn, member_id):
            return
        if (await model_store.read_model(conn, member_id)).choice is ModelChoice.YES:
            at = deps.clock.now()
            await model_store.put_model(conn, member_id, request=request, requested_at=at)


async def count(deps: Deps, member_id: str, *, topic: str, language: str, band: str) -> None:
    """Count a question for each MID of who asked. Neither the text nor the person is kept."""
    async with deps.db.write() as conn:
        memberships = await people.read_memberships(conn, member_id)
        cell = {
            "month": _month(deps.clock.now().date()),
            "topic": topic,
            "language": language,
            "band": band,
        }
        await store.count_up(conn, {one.mid.id for one in memberships}, cell)


def _month(day: date) -> str:
    return day.isoformat()[:7]


async def forget_member(conn: AsyncConnection, member_id: str) -> None:
    """Erase within a transaction that erases the person."""
    for kept in (store, model_store, spent_store):
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


async def vectors_of(deps: Deps, model: str) -> dict[str, bytes]:
    """The vectors of texts that were made here before, by key."""
    async with deps.db.read() as conn:
        return await store.read_vectors(conn, model)


async def keep_vectors(deps: Deps, model: str, found: Mapping[str, bytes]) -> None:
    """Remember new ones, so that a text is embedded once."""
    if found:
        async with deps.db.write() as conn:
            await store.put_vectors(conn, model, found)
