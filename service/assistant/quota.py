"""Use cases of a budget that every process shares and that a restart does not refill."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from service.assistant import quota_store
from service.assistant.values import Draw, Purse
from service.deps import Deps
from service.people import store as people


class _FullError(Exception):
    """A count is at its most: what was added beside it is taken back."""


async def take(deps: Deps, draws: Sequence[Draw]) -> Draw | None:
    """Add all of these to their counts, or none; returns the one that is at its most.

    Nothing is counted for a member who is gone. Give last what many share: it is held to the end.
    """
    full: Draw | None = None
    with suppress(_FullError):
        async with deps.db.write() as conn:
            for draw in draws:
                gone = draw.purse is Purse.MEMBER and not await people.lock_member(
                    conn, draw.owner
                )
                if gone or not await quota_store.add(conn, draw):
                    full = draw
                    raise _FullError
                await quota_store.drop_before(conn, draw.purse, draw.period)
    return full


async def correct(deps: Deps, changes: Sequence[tuple[Draw, int]]) -> tuple[int, ...]:
    """Add to counts that were drawn from, whatever their most; returns what they are then."""
    async with deps.db.write() as conn:
        return tuple([await quota_store.change(conn, draw, n) for draw, n in changes])


async def largest(deps: Deps, purses: Collection[Purse], period: str) -> Mapping[Purse, int]:
    """The largest count of each purse in a day or a month, whosever it is."""
    async with deps.db.read() as conn:
        found = await quota_store.read_most(conn, purses, period)
    return {one: found.get(one, 0) for one in purses}
