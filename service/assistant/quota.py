"""Use cases of the model's quotas, which all processes share and a restart does not reset."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from service.assistant import quota_store
from service.assistant.values import QuotaDraw, QuotaKind
from service.deps import Deps
from service.people import store as people


class _ExhaustedError(Exception):
    """A quota has reached its limit: the transaction is rolled back."""


async def take(deps: Deps, draws: Sequence[QuotaDraw]) -> QuotaDraw | None:
    """Take all of these draws or none; returns the one whose quota is exhausted, if any.

    The quota of a member who was erased counts as exhausted. Pass shared quotas last, because
    their rows stay locked until the end.
    """
    exhausted: QuotaDraw | None = None
    with suppress(_ExhaustedError):
        async with deps.db.write() as conn:
            for draw in draws:
                is_erased = draw.kind is QuotaKind.MEMBER and not await people.lock_member(
                    conn, draw.owner
                )
                if is_erased or not await quota_store.add(conn, draw):
                    exhausted = draw
                    raise _ExhaustedError
                await quota_store.delete_before(conn, draw.kind, draw.period)
    return exhausted


async def correct(deps: Deps, changes: Sequence[tuple[QuotaDraw, int]]) -> tuple[int, ...]:
    """Add to counts after their draws, regardless of the limits; returns the new counts."""
    async with deps.db.write() as conn:
        return tuple([await quota_store.change(conn, draw, n) for draw, n in changes])


async def largest_counts(
    deps: Deps, kinds: Collection[QuotaKind], period: str
) -> Mapping[QuotaKind, int]:
    """The largest count of any owner in a period, for each kind."""
    async with deps.db.read() as conn:
        counts = await quota_store.read_largest(conn, kinds, period)
    return {kind: counts.get(kind, 0) for kind in kinds}
