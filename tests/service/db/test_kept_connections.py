"""Connections of the file that stay ready: nothing of one transaction reaches the next."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from service.db.database import READERS, open_embedded


@pytest.fixture
async def db(tmp_path):
    opened = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    async with opened.write() as conn:
        await conn.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    yield opened
    await opened.close()


async def numbers(db):
    async with db.read() as conn:
        return (await conn.execute(text("SELECT a FROM t ORDER BY a"))).scalars().all()


async def put(db, number, then=None):
    async with db.write() as conn:
        await conn.execute(text("INSERT INTO t VALUES (:a)"), {"a": number})
        if then:
            await then()


async def test_a_failed_or_cancelled_transaction_leaves_nothing_for_the_next(db):
    async def fails():
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        await put(db, 1, fails)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(put(db, 2, asyncio.Event().wait))
        await asyncio.sleep(0.05)
        waiting.cancel()
    await put(db, 3)
    with pytest.raises(IntegrityError):
        await put(db, 3)
    assert await numbers(db) == [3]


async def test_a_new_read_transaction_sees_the_latest_commit(db):
    for number in range(3):
        assert await numbers(db) == list(range(number))
        await put(db, number)


async def test_a_connection_that_broke_is_replaced(db):
    async def breaks():
        async with db.write() as conn:
            await conn.invalidate()
            raise OperationalError(None, None, Exception("gone"))

    with pytest.raises(OperationalError):
        await breaks()
    await put(db, 1)
    async with db.read() as conn:
        await conn.invalidate()
    assert await numbers(db) == [1]


async def test_more_readers_than_there_are_connections_wait_for_each_other(db):
    await put(db, 1)
    most = now = 0

    async def reads():
        nonlocal most, now
        async with db.read() as conn:
            now += 1
            most = max(most, now)
            await conn.execute(text("SELECT a FROM t"))
            await asyncio.sleep(0.01)
            now -= 1

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for _ in range(3 * READERS):
            group.create_task(reads())
    assert most == READERS
