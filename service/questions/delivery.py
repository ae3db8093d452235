"""Use cases of the sender of replies: which are due, and the outcome of sending them."""

from datetime import datetime, timedelta

from service.deps import Deps
from service.licences import store as licences
from service.questions import store
from service.questions.cases import member_question
from service.questions.values import DueReply

BATCH_SIZE = 20
MAX_TRIES = 12


async def list_due(deps: Deps) -> list[DueReply]:
    """The next batch of replies that are due."""
    async with deps.db.read() as conn:
        rows = await store.read_due(conn, deps.clock.now(), BATCH_SIZE)
        current = await licences.read_licences(conn, {row.mid_id for row in rows})
    titles = {licence.id: licence.terms.title for licence in current}
    return [
        DueReply(
            member_id=row.member_id,
            question=member_question(row, titles),
            tries=row.tries,
            in_doubt=row.trying,
        )
        for row in rows
    ]


async def mark_sending(deps: Deps, question_id: str) -> None:
    """Record that a reply is about to be sent, so that after a crash it is in doubt, not lost."""
    async with deps.db.write() as conn:
        await store.set_sending(conn, question_id, trying=True)


async def mark_finished(deps: Deps, question_id: str) -> None:
    """Record that a reply was delivered or refused for good: it is not sent again."""
    async with deps.db.write() as conn:
        at = deps.clock.now()
        await store.set_sending(conn, question_id, trying=False, due_at=None, sent_at=at)


async def give_up(deps: Deps, question_id: str) -> None:
    """Stop sending a reply that cannot be delivered. It stays in the member's list."""
    async with deps.db.write() as conn:
        await store.set_sending(conn, question_id, trying=False, due_at=None)


async def retry_later(deps: Deps, reply: DueReply, *, seconds: float, in_doubt: bool) -> None:
    """Record a failed try and schedule the next one, or give up after ``MAX_TRIES``."""
    tries = reply.tries + 1
    at: datetime | None = deps.clock.now() + timedelta(seconds=seconds)
    if tries >= MAX_TRIES:
        at = None
    async with deps.db.write() as conn:
        await store.set_sending(conn, reply.question.id, trying=in_doubt, tries=tries, due_at=at)
