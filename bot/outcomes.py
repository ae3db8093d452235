"""What an update that erases leaves to be said, for when it is handled again.

Whoever handles it a second time meets a stranger: everything that could tell what was done is
erased. So it is noted in the update's own row, in the very transaction that erases, and goes with
the row's body once it has been said.
"""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import store
from bot.member import Who
from dialogs import leaving
from dialogs.screen import Screen
from locales.words import words
from service.deps import Deps
from service.mids.values import Mid
from service.people import cases
from service.values import Value

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
    await store.set_outcome(conn, who.row, outcome.model_dump_json())


async def screen(deps: Deps, outcome: Outcome) -> Screen:
    """The screen that the person would have seen at once."""
    w = words(outcome.locale)
    known = {mid.id: mid for mid in await cases.mids(deps)}
    left = [known[id_] for id_ in outcome.mids]
    if outcome.erased == "person":
        return leaving.deleted(left, w)
    (mid,) = left
    return leaving.left(mid, None, w)
