"""Use cases around the model: consent, the last request, counts of topics, kept vectors."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant import consent_store
from service.assistant import store as assistant_store
from service.assistant.values import MOST_LEVEL, ModelChoice, ModelView
from service.deps import Deps
from service.people import store as people
from service.people.values import Membership


async def model_of(deps: Deps, member_id: str) -> ModelView:
    """What a member said to the model, what their MIDs let, and the last request that left."""
    async with deps.db.read() as conn:
        return await _model(conn, member_id)


async def _model(conn: AsyncConnection, member_id: str) -> ModelView:
    view = await consent_store.read_model(conn, member_id)
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
        await consent_store.put_model(
            conn, member_id, choice=choice.value, level=level if on else 0, at=at, **forget
        )
        return await _model(conn, member_id)


async def sent_to_model(deps: Deps, member_id: str, request: str) -> None:
    """Keep the last request as it was sent, for the member to read. Only after a yes."""
    async with deps.db.write() as conn:
        if not await people.lock_member(conn, member_id):
            return
        if (await consent_store.read_model(conn, member_id)).choice is ModelChoice.YES:
            at = deps.clock.now()
            await consent_store.put_model(conn, member_id, request=request, requested_at=at)


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
        await assistant_store.count_up(conn, {one.mid.id for one in memberships}, cell)


def _month(day: date) -> str:
    return day.isoformat()[:7]


async def vectors_of(deps: Deps, model: str) -> dict[str, bytes]:
    """The vectors of texts that were made here before, by key."""
    async with deps.db.read() as conn:
        return await assistant_store.read_vectors(conn, model)


async def keep_vectors(deps: Deps, model: str, found: Mapping[str, bytes]) -> None:
    """Remember new ones, so that a text is embedded once."""
    if found:
        async with deps.db.write() as conn:
            await assistant_store.put_vectors(conn, model, found)
