"""A transaction that changes one member's state: serialised, read once, idempotent by cause."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.journal import store as journal
from service.journal.values import Cause, LatestEvent, NewEvent
from service.standing import store as standing_store
from service.standing.member_state import MemberState
from service.standing.values import MemberSnapshot


class MemberTransaction:
    """An open transaction of one member. ``state`` and ``snapshot`` include recorded events."""

    def __init__(self, conn: AsyncConnection, state: MemberState, cause: Cause) -> None:
        self.conn = conn
        self.state = state
        self.snapshot: MemberSnapshot = state.snapshot()
        self._cause = cause

    async def is_repeat(self) -> bool:
        """Whether this cause has written before, so that its update is delivered again."""
        return await journal.has_events(self.conn, self._cause)

    async def record(self, event: NewEvent) -> LatestEvent | None:
        """Append an event. None, and nothing is written, when this cause has written before."""
        state = self.state
        appended = await journal.append(
            self.conn, state.member.id, [event], self._cause, state.now
        )
        if not appended:
            return None
        (recorded,) = appended
        self.state = state.after([recorded])
        self.snapshot = self.state.snapshot()
        return recorded


@asynccontextmanager
async def member_transaction(
    deps: Deps, member_id: str, cause: Cause
) -> AsyncIterator[MemberTransaction]:
    """Open a member's transaction.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.write() as conn:
        state = await standing_store.read_member_state(
            conn, member_id, deps.clock.now(), lock=True
        )
        yield MemberTransaction(conn, state, cause)
