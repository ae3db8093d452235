"""Use cases of whoever carries replies to members: what is due, and what became of it."""

from datetime import datetime, timedelta

from service.deps import Deps
from service.licences import store as licences
from service.questions import store
from service.questions.cases import of
from service.questions.values import Due

AT_ONCE = 20
GIVEN_UP = 12


async def due(deps: Deps) -> list[Due]:
    """The replies whose time has come."""
    async with deps.db.read() as conn:
        rows = await store.read_due(conn, deps.clock.now(), AT_ONCE)
        found = await licences.read_licences(conn, {row.mid_id for row in rows})
    titles = {one.id: one.terms.title for one in found}
    return [
        Due(
            member_id=row.member_id,
            asked=of(row, titles),
            tries=row.tries,
            in_doubt=row.trying,
        )
        for row in rows
    ]


async def begin(deps: Deps, question_id: str) -> None:
    """Write that a reply is about to be sent, so that a crash leaves a doubt and no loss."""
    async with deps.db.write() as conn:
        await store.put_sending(conn, question_id, trying=True)


async def ended(deps: Deps, question_id: str) -> None:
    """It was taken, or it never will be: it is not sent again."""
    async with deps.db.write() as conn:
        at = deps.clock.now()
        await store.put_sending(conn, question_id, trying=False, due_at=None, sent_at=at)


async def gave_up(deps: Deps, question_id: str) -> None:
    """Nobody is there to take it. It stays in the member's list."""
    async with deps.db.write() as conn:
        await store.put_sending(conn, question_id, trying=False, due_at=None)


async def again(deps: Deps, one: Due, *, seconds: float, in_doubt: bool) -> None:
    """It was not taken: try again later, and give up after many tries."""
    tries = one.tries + 1
    at: datetime | None = deps.clock.now() + timedelta(seconds=seconds)
    if tries >= GIVEN_UP:
        at = None
    async with deps.db.write() as conn:
        await store.put_sending(conn, one.asked.id, trying=in_doubt, tries=tries, due_at=at)
