"""The chat's part of the transaction that erases a member or a membership.

It deletes the chat's own rows, and records in the inbox what was erased: if this process dies
before it has told the member, the retry of the update does.
"""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat import staff_progress_store
from bot.chat.identity import Actor
from bot.telegram import chat_store
from bot.updates import inbox_store
from dialogs import leaving
from dialogs.screen import Screen
from locales.words import words
from service.deps import Deps
from service.erasure import AlsoErase
from service.mids import cases as mid_cases
from service.mids.values import Mid
from service.values import Value

ErasedScope = Literal["membership", "person"]


class ErasureOutcome(Value):
    """What was erased, the ids of the MIDs that were left by it, and the member's language.

    Stored as JSON in the inbox: the names of its fields are stored.
    """

    erased: ErasedScope
    mids: tuple[str, ...]
    locale: str


def member_erasure(actor: Actor) -> AlsoErase:
    """A callback that deletes the chat's own rows about a member and records the erasure."""

    async def also(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await staff_progress_store.forget_member(conn, actor.id)
        await chat_store.forget_chat(conn, actor.id)
        await _record_outcome(conn, actor, "person", left)

    return also


def membership_erasure(actor: Actor) -> AlsoErase:
    """A callback that records the erasure. The chat has no rows of its own about a membership."""

    async def also(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await _record_outcome(conn, actor, "membership", left)

    return also


async def confirmation(deps: Deps, outcome: ErasureOutcome) -> Screen:
    """The screen that confirms an erasure, the same as after the tap itself."""
    w = words(outcome.locale)
    mids = {mid.id: mid for mid in await mid_cases.read_mids(deps)}
    left = [mids[mid_id] for mid_id in outcome.mids]
    if outcome.erased == "person":
        return leaving.deleted(left, w)
    (mid,) = left
    return leaving.left(mid, None, w)


async def _record_outcome(
    conn: AsyncConnection, actor: Actor, erased: ErasedScope, left: Sequence[Mid]
) -> None:
    """Record in the inbox what was erased. Called within the erasing transaction."""
    mids = tuple(mid.id for mid in left)
    outcome = ErasureOutcome(erased=erased, mids=mids, locale=actor.words.locale)
    await inbox_store.set_outcome(conn, actor.update_seq, outcome.model_dump_json())
