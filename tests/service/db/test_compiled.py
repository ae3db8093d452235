"""Statements that are compiled once say and find what SQLAlchemy would."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, event, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from service.db import inline_sqlite
from service.db.compiled import Prepared
from service.db.database import open_embedded
from service.db.metadata import metadata
from service.journal.store import events

AT = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=2)))
PUT = Prepared(insert(events))
OF = Prepared(
    select(events.c.id, events.c.at, events.c.detail, events.c.before)
    .where(events.c.member_id == bindparam("of"))
    .order_by(events.c.seq)
    .limit(2)
)


@pytest.fixture
async def db(tmp_path):
    opened = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    async with opened.write() as conn:
        await conn.run_sync(metadata.create_all, tables=[events])
    yield opened
    await opened.close()


def row(number: int, **other):
    return {
        "id": f"evt_{number}",
        "at": AT,
        "member_id": "mem_a",
        "kind": "knob",
        "scope": "all",
        "value": "3",
        "source": "knob",
        "cause": f"in:{number}",
        "ordinal": 0,
        "detail": {"from": ["5", 5]},
        **other,
    }


async def test_what_is_written_is_read_as_sqlalchemy_reads_it(db):
    async with db.write() as conn:
        for number in range(3):
            assert await PUT.rows(conn, row(number)) == []
    async with db.read() as conn:
        ours = await OF.rows(conn, {"of": "mem_a"})
        theirs = (await conn.execute(OF._statement, {"of": "mem_a"})).all()
    assert [tuple(one) for one in ours] == [tuple(one) for one in theirs]
    assert [one.id for one in ours] == ["evt_0", "evt_1"]
    assert ours[0].at == AT.astimezone(UTC)
    assert ours[0].detail == {"from": ["5", 5]}
    assert ours[0].before is None
    async with db.read() as conn:
        assert await OF.first(conn, {"of": "nobody"}) is None


async def test_a_time_without_a_zone_never_reaches_the_store(db):
    with pytest.raises(ValueError, match="without a zone"):
        async with db.write() as conn:
            await PUT.rows(conn, row(1, at=AT.replace(tzinfo=None)))


async def test_a_row_that_is_there_is_told_as_sqlalchemy_tells_it_and_nothing_of_it_is_kept(db):
    async def twice():
        async with db.write() as conn:
            await PUT.rows(conn, row(1))
            await PUT.rows(conn, row(1))

    heard = []
    event.listen(db.engine.sync_engine, "handle_error", heard.append)
    with pytest.raises(IntegrityError) as error:
        await twice()
    assert "mem_a" not in str(error.value)
    assert [type(one.sqlalchemy_exception) for one in heard] == [IntegrityError]
    async with db.read() as conn:
        assert await OF.rows(conn, {"of": "mem_a"}) == []


async def test_what_only_reads_cannot_write(db):
    with pytest.raises(DatabaseError, match="readonly"):
        async with db.read() as conn:
            await PUT.rows(conn, row(1))


async def test_a_store_that_another_process_holds_for_long_is_away(db, tmp_path, monkeypatch):
    monkeypatch.setattr(inline_sqlite, "_PATIENCE_MS", 50)
    other = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    async with other.write() as held:
        await held.execute(text("DELETE FROM events"))
        with pytest.raises(OperationalError, match="locked"):
            async with db.write() as conn:
                await PUT.rows(conn, row(1))
    await other.close()
    async with db.write() as conn:
        await PUT.rows(conn, row(1))


async def test_who_is_cancelled_while_another_process_writes_leaves_a_store_that_works(
    db, tmp_path
):
    other = open_embedded(tmp_path / "midline.db", tmp_path / "key")

    async def writes():
        async with db.write() as conn:
            await PUT.rows(conn, row(1))

    async with other.write() as held, asyncio.TaskGroup() as group:
        await held.execute(text("DELETE FROM events"))
        writing = group.create_task(writes())
        await asyncio.sleep(0.1)
        writing.cancel()
    assert writing.cancelled()
    await other.close()
    async with db.write() as conn:
        await PUT.rows(conn, row(2))
    async with db.read() as conn:
        assert [one.id for one in await OF.rows(conn, {"of": "mem_a"})] == ["evt_2"]


async def test_a_long_reading_goes_on_in_the_thread_and_is_whole(db, monkeypatch):
    async with db.write() as conn:
        for number in range(300):
            await PUT.rows(conn, row(number))
    monkeypatch.setattr(inline_sqlite, "_STEPS", 500)
    every = Prepared(select(events.c.id).where(events.c.member_id == bindparam("of")))
    async with db.read() as conn:
        assert len(await every.rows(conn, {"of": "mem_a"})) == 300
