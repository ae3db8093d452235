"""The model's budget where it is kept: whoever draws from it, no limit is passed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.assistant import quota
from service.assistant.values import QuotaDraw, QuotaKind
from service.db.database import open_server
from service.deps import Deps
from tests.support.stage import Stage

MONTH = "2026-11"


def of_member(member: str, most: int = 10) -> QuotaDraw:
    return QuotaDraw(kind=QuotaKind.MEMBER, owner=member, period="2026-11-21", n=1, limit=most)


def of_mid(n: int = 100, most: int = 1000) -> QuotaDraw:
    return QuotaDraw(kind=QuotaKind.MID, owner="nurses", period=MONTH, n=n, limit=most)


@asynccontextmanager
async def another_process(stage: Stage) -> AsyncIterator[Deps]:
    """Connections of its own where the store can be shared; a file has one process."""
    if stage.deps.db.embedded:
        yield stage.deps
        return
    url = stage.deps.db.engine.url.render_as_string(hide_password=False)
    db = open_server(url.replace("postgresql+psycopg", "postgresql"))
    try:
        yield Deps(db, stage.clock)
    finally:
        await db.close()


async def test_a_quota_of_ten_lets_through_ten_of_forty_draws_from_two_processes(stage: Stage):
    member = await stage.stranger()
    async with another_process(stage) as other:
        full = await asyncio.gather(
            *(
                quota.take(deps, [of_member(member), of_mid(most=10**6)])
                for deps in (stage.deps, other) * 20
            )
        )
    assert full.count(None) == 10
    assert {draw.kind for draw in full if draw} == {QuotaKind.MEMBER}
    assert await quota.largest_counts(stage.deps, [QuotaKind.MEMBER], "2026-11-21") == {
        QuotaKind.MEMBER: 10
    }
    # Whoever was refused left nothing behind with the MID either.
    assert await quota.largest_counts(stage.deps, [QuotaKind.MID], MONTH) == {QuotaKind.MID: 1000}


async def test_an_exhausted_mid_quota_takes_nothing_from_a_members(stage: Stage):
    member = await stage.stranger()
    assert await quota.take(stage.deps, [of_member(member), of_mid(1000)]) is None
    full = await quota.take(stage.deps, [of_member(member), of_mid(1)])
    assert full is not None
    assert full.kind is QuotaKind.MID
    assert await quota.correct(stage.deps, [(of_member(member), 0)]) == (1,)


async def test_a_quota_of_zero_is_always_exhausted(stage: Stage):
    member = await stage.stranger()
    assert await quota.take(stage.deps, [of_member(member, most=0)]) is not None


async def test_a_quota_count_never_falls_below_zero(stage: Stage):
    await quota.take(stage.deps, [of_mid(5)])
    assert await quota.correct(stage.deps, [(of_mid(), -9)]) == (0,)
