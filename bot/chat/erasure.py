"""What the chat adds to the transaction that erases a person or a membership.

It deletes its own rows, and notes what was done, so that another process can still confirm it to
the member if this one dies.
"""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat import staff_progress_store
from bot.chat.identity import Who
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


def of_member(who: Who) -> AlsoErase:
    """Delete the chat's own rows about a person, and note what was done."""

    async def also(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await staff_progress_store.forget_member(conn, who.id)
        await chat_store.forget_chat(conn, who.id)
        await note(conn, who, "person", left)

    return also


def of_membership(who: Who) -> AlsoErase:
    """Note that a membership was erased. The chat has no rows of its own about one."""

    async def also(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await note(conn, who, "membership", left)

    return also


Erased = Literal["membership", "person"]


class Outcome(Value):
    """What was erased, the ids of the MIDs that were left by it, and the language to say it in."""

    erased: Erased
    mids: tuple[str, ...]
    locale: str


async def note(conn: AsyncConnection, who: Who, erased: Erased, left: Sequence[Mid]) -> None:
    """Note what is to be said, in the transaction that erases."""
    mids = tuple(mid.id for mid in left)
    outcome = Outcome(erased=erased, mids=mids, locale=who.w.locale)
    await inbox_store.set_outcome(conn, who.row, outcome.model_dump_json())


async def screen(deps: Deps, outcome: Outcome) -> Screen:
    """The screen that the person would have seen at once."""
    w = words(outcome.locale)
    known = {mid.id: mid for mid in await mid_cases.read_mids(deps)}
    left = [known[id_] for id_ in outcome.mids]
    if outcome.erased == "person":
        return leaving.deleted(left, w)
    (mid,) = left
    return leaving.left(mid, None, w)
