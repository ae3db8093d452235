"""Statements that are compiled once say and find what SQLAlchemy would."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, event, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from service.db import inline_sqlite
from service.db.compiled import CompiledStatement
from service.db.database import open_embedded
from service.db.metadata import metadata
from service.journal.store import events

AT = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=2)))
PUT = CompiledStatement(insert(events))
OF = CompiledStatement(
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


async def test_compiled_statements_read_what_sqlalchemy_reads(db):
    async with db.write() as conn:
        for number in range(3):
            assert await PUT.rows(conn, row(number)) == []
    async with db.read() as conn:
        ours = await OF.rows(conn, {"of": "mem_a"})
        theirs = (await conn.execute(OF._statement, {"of": "mem_a"})).all()
    assert [tuple(stored) for stored in ours] == [tuple(stored) for stored in theirs]
    assert [stored.id for stored in ours] == ["evt_0", "evt_1"]
    assert ours[0].at == AT.astimezone(UTC)
    assert ours[0].detail == {"from": ["5", 5]}
    assert ours[0].before is None
    async with db.read() as conn:
        assert await OF.first(conn, {"of": "nobody"}) is None


async def test_a_time_without_a_zone_never_reaches_the_store(db):
    with pytest.raises(ValueError, match="without a zone"):
        async with db.write() as conn:
            await PUT.rows(conn, row(1, at=AT.replace(tzinfo=None)))


async def test_compiled_insert_of_an_existing_row_raises_integrity_error_and_rolls_back(db):
    async def twice():
        async with db.write() as conn:
            await PUT.rows(conn, row(1))
            await PUT.rows(conn, row(1))

    heard = []
    event.listen(db.engine.sync_engine, "handle_error", heard.append)
    with pytest.raises(IntegrityError) as error:
        await twice()
    assert "mem_a" not in str(error.value)
    assert [type(context.sqlalchemy_exception) for context in heard] == [IntegrityError]
    async with db.read() as conn:
        assert await OF.rows(conn, {"of": "mem_a"}) == []


async def test_a_read_transaction_cannot_write(db):
    with pytest.raises(DatabaseError, match="readonly"):
        async with db.read() as conn:
            await PUT.rows(conn, row(1))


async def test_a_file_locked_for_long_by_another_process_raises_operational_error(
    db, tmp_path, monkeypatch
):
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


async def test_a_writer_cancelled_while_waiting_for_the_lock_leaves_a_working_store(db, tmp_path):
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
        assert [stored.id for stored in await OF.rows(conn, {"of": "mem_a"})] == ["evt_2"]


async def test_a_long_select_continues_in_the_thread_and_is_complete(db, monkeypatch):
    async with db.write() as conn:
        for number in range(300):
            await PUT.rows(conn, row(number))
    monkeypatch.setattr(inline_sqlite, "_STEPS", 500)
    every = CompiledStatement(select(events.c.id).where(events.c.member_id == bindparam("of")))
    async with db.read() as conn:
        assert len(await every.rows(conn, {"of": "mem_a"})) == 300
