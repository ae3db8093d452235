"""Use cases of the model: consent, the last request, counts of topics, stored vectors."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant import consent_store
from service.assistant import store as assistant_store
from service.assistant.values import MAX_LEVEL, ModelChoice, ModelView
from service.deps import Deps
from service.people import store as people
from service.people.values import Membership


async def read_model(deps: Deps, member_id: str) -> ModelView:
    """A member's choice about the model, the level their MIDs allow, and the last request."""
    async with deps.db.read() as conn:
        return await _read_view(conn, member_id)


async def _read_view(conn: AsyncConnection, member_id: str) -> ModelView:
    view = await consent_store.read_model(conn, member_id)
    memberships = await people.read_memberships(conn, member_id)
    return replace(view, max_level=strictest_level(memberships))


def strictest_level(memberships: Collection[Membership]) -> int:
    """The highest disclosure level that all of these MIDs allow.

    The strictest counts, because one request has facts of all of them side by side.
    """
    levels = (membership.mid.model_level for membership in memberships)
    return min((level for level in levels if level is not None), default=MAX_LEVEL)


async def choose_model(deps: Deps, member_id: str, *, on: bool, level: int = 0) -> ModelView:
    """Set whether a model may answer. A no also deletes the last request.

    ``level`` is the disclosure level that the member was shown; it is not exceeded until they say
    yes again.
    """
    choice = ModelChoice.YES if on else ModelChoice.NO
    request: dict[str, Any] = {} if on else {"request": None, "requested_at": None}
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        at = deps.clock.now()
        await consent_store.put_model(
            conn, member_id, choice=choice.value, level=level if on else 0, at=at, **request
        )
        return await _read_view(conn, member_id)


async def keep_request(deps: Deps, member_id: str, request: str) -> None:
    """Store the last request as it was sent, for the member to read; only if they said yes."""
    async with deps.db.write() as conn:
        if not await people.lock_member(conn, member_id):
            return
        if (await consent_store.read_model(conn, member_id)).choice is ModelChoice.YES:
            at = deps.clock.now()
            await consent_store.put_model(conn, member_id, request=request, requested_at=at)


async def count_question(
    deps: Deps, member_id: str, *, topic: str, language: str, band: str
) -> None:
    """Count a question's topic for each MID of the member. No text and no person is stored."""
    async with deps.db.write() as conn:
        memberships = await people.read_memberships(conn, member_id)
        cell = {
            "month": deps.clock.now().date().isoformat()[:7],
            "topic": topic,
            "language": language,
            "band": band,
        }
        mid_ids = {membership.mid.id for membership in memberships}
        await assistant_store.increment_counts(conn, mid_ids, cell)


async def read_vectors(deps: Deps, model: str) -> dict[str, bytes]:
    """The stored vectors of an embedding model, by the hash of their text."""
    async with deps.db.read() as conn:
        return await assistant_store.read_vectors(conn, model)


async def keep_vectors(deps: Deps, model: str, vectors: Mapping[str, bytes]) -> None:
    """Store vectors by the hash of their text, so that a text is embedded once."""
    if vectors:
        async with deps.db.write() as conn:
            await assistant_store.put_vectors(conn, model, vectors)
