"""One member's write: held in line, read once, appended at most once for a cause."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from service.deps import Deps
from service.journal import store as journal
from service.journal.values import Cause, Latest, NewEvent
from service.standing import store as standing_store
from service.standing.snapshot import Sources
from service.standing.values import Picture


class Turn:
    """What a use case works with inside its transaction. ``picture`` is always up to date."""

    def __init__(self, conn: AsyncConnection, sources: Sources, cause: Cause) -> None:
        self.conn = conn
        self.sources = sources
        self.picture: Picture = sources.picture()
        self._cause = cause

    async def again(self) -> bool:
        """Whether this cause has written before: the one that died could not say so."""
        return await journal.caused_already(self.conn, self._cause)

    async def record(self, event: NewEvent) -> Latest | None:
        """Append an event. None, and nothing is written, when this cause has written before."""
        sources = self.sources
        appended = await journal.append(
            self.conn, sources.member.id, [event], self._cause, sources.now
        )
        if not appended:
            return None
        (done,) = appended
        self.sources = sources.after([done])
        self.picture = self.sources.picture()
        return done


@asynccontextmanager
async def turn(deps: Deps, member_id: str, cause: Cause) -> AsyncIterator[Turn]:
    """Open a member's transaction.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.write() as conn:
        sources = await standing_store.read_sources(conn, member_id, deps.clock.now(), lock=True)
        yield Turn(conn, sources, cause)
