"""Statements of the embedded store that stay in the loop's thread, and those that leave it."""

import asyncio
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from service.db import inline_sqlite
from service.db.database import Database, open_embedded


@pytest.fixture
async def db(tmp_path):
    opened = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    async with opened.write() as conn:
        await conn.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"))
    async with opened.read() as conn:
        await conn.execute(text("SELECT 1"))
    yield opened
    await opened.close()


@pytest.fixture
def threads(monkeypatch):
    """In which thread each statement was carried out."""
    found: list[bool] = []
    rows = inline_sqlite._fetch_rows

    def watched(cursor, operation, parameters):
        found.append(threading.current_thread() is threading.main_thread())
        return rows(cursor, operation, parameters)

    monkeypatch.setattr(inline_sqlite, "_fetch_rows", watched)
    return found


async def put(db: Database, count: int) -> None:
    async with db.write() as conn:
        for n in range(count):
            await conn.execute(text("INSERT INTO t (b) VALUES (:b)"), {"b": str(n)})


async def test_a_row_insert_and_a_short_select_run_inline(db, threads):
    await put(db, 1)
    async with db.read() as conn:
        assert (await conn.execute(text("SELECT b FROM t"))).scalars().all() == ["0"]
    assert threads == [True, True]


async def test_a_long_select_continues_in_the_thread_and_is_complete(db, threads, monkeypatch):
    await put(db, 300)
    threads.clear()
    monkeypatch.setattr(inline_sqlite, "_STEPS", 500)
    async with db.read() as conn:
        assert len((await conn.execute(text("SELECT b FROM t"))).all()) == 300
    assert threads == [True, False]


async def test_a_long_select_between_writes_loses_none_of_them(db, monkeypatch):
    monkeypatch.setattr(inline_sqlite, "_STEPS", 500)
    async with db.write() as conn:
        for n in range(300):
            await conn.execute(text("INSERT INTO t (b) VALUES (:b)"), {"b": str(n)})
        assert len((await conn.execute(text("SELECT b FROM t"))).all()) == 300
        await conn.execute(text("UPDATE t SET b = 'x' WHERE a = 1"))
    async with db.read() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM t"))).scalar() == 300


async def test_a_reader_cannot_write(db):
    with pytest.raises(OperationalError, match="readonly"):
        async with db.read() as conn:
            await conn.execute(text("INSERT INTO t (b) VALUES ('x')"))


@pytest.mark.parametrize("quick", [0.0, 1000.0])
async def test_a_commit_counts_on_a_slow_disk_and_on_a_quick_one(db, monkeypatch, quick):
    monkeypatch.setattr(inline_sqlite, "_QUICK_COMMIT", quick)
    await put(db, 1)
    await put(db, 1)
    async with db.read() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM t"))).scalar() == 2


async def test_waiting_for_another_process_does_not_block_the_loop(db, tmp_path):
    other = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    ticks = 0
    async with asyncio.TaskGroup() as group, other.write() as conn:
        await conn.execute(text("INSERT INTO t (b) VALUES ('other')"))
        waiting = group.create_task(put(db, 1))
        for _ in range(20):
            await asyncio.sleep(0.01)
            ticks += 1
        assert not waiting.done()
    assert ticks == 20
    await other.close()
    async with db.read() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM t"))).scalar() == 2
