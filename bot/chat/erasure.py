"""What else happens in the very transaction that erases a person or a membership.

The topics above people, and this edge, hold rows of their own about a person; and what was done
is noted, so that it is said even by a process that did not do it.
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
from service.mids.values import Mid
from service.notices.authoring import staff_names
from service.people import cases
from service.people.cases import Along
from service.questions import cases as questions
from service.staff import store as staff_store
from service.values import Value


def of_member(who: Who) -> Along:
    """Everything that is held of a person outside the topic of people."""

    async def along(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await questions.forget_member(conn, who.id)
        await staff_names.forget_member(conn, who.id)
        await staff_store.erase_member(conn, who.id)
        await staff_progress_store.forget_member(conn, who.id)
        await chat_store.forget_chat(conn, who.id)
        await note(conn, who, "person", left)

    return along


def of_membership(who: Who, membership_id: str) -> Along:
    """Everything that is held of one membership outside the topic of people."""

    async def along(conn: AsyncConnection, left: Sequence[Mid]) -> None:
        await questions.forget_membership(conn, membership_id)
        await note(conn, who, "membership", left)

    return along


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
    known = {mid.id: mid for mid in await cases.mids(deps)}
    left = [known[id_] for id_ in outcome.mids]
    if outcome.erased == "person":
        return leaving.deleted(left, w)
    (mid,) = left
    return leaving.left(mid, None, w)
