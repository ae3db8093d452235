"""The store: encrypted, append-only, all or nothing, and movable between versions."""

import asyncio
import os
import shutil
import sqlite3

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, inspect, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

import bot.app  # noqa: F401  # with it comes every table
from service import erasure
from service.choices import cases as choices
from service.choices import opt_out
from service.db import integrity, sqlcipher
from service.db.database import open_embedded
from service.db.errors import describe_outage
from service.db.metadata import metadata
from service.db.migrate import alembic_config, migrate
from service.db.sqlcipher import cipher_connector
from service.deps import Deps
from service.errors import StoreError
from service.journal import cases as journal
from service.journal import store as journal_store
from service.journal.store import events, latest
from service.knob import cases as knob_cases
from service.licences.values import Refusal, RefusalKind
from service.mids import store as mid_store
from service.people import cases as people
from service.people import store as people_store
from service.people.store import memberships
from service.price.values import NEVER
from service.standing.values import Pause
from service.statements.store import statement_lines
from tests.support.stage import ACTIVE, FixedClock, Stage, copied, raw, staged

NAMES = [f"Zoë-Canary-{n:03}" for n in range(200)]


# Encryption and its key.


async def test_the_files_contain_no_plain_text(stage, tmp_path):
    bundle = raw("nurses")
    bundle["articles"] = [
        {"id": f"a-{n}", "question": {"en": name}, "answer": {"en": name}}
        for n, name in enumerate(NAMES)
    ]
    await stage.bring(bundle)
    for name in NAMES:
        await people.choose_zone(stage.deps, await stage.stranger(), name)
    files = [file for file in tmp_path.iterdir() if file.name.startswith("midline.db")]
    assert {file.name for file in files} >= {"midline.db", "midline.db-wal"}
    contents = [file.read_bytes() for file in files]
    await stage.deps.db.close()
    contents.append((tmp_path / "midline.db").read_bytes())
    for content in contents:
        assert b"SQLite format 3" not in content
        assert b"CREATE TABLE" not in content
        for name in NAMES:
            assert name.encode() not in content
            assert name[-11:].encode() not in content
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(tmp_path / "midline.db") as plain:
        plain.execute("SELECT * FROM sqlite_master")
    plain.close()


async def test_the_key_is_made_once_readable_by_its_owner_alone(tmp_path):
    key = tmp_path / "secrets" / "key"
    for _ in range(2):
        await open_embedded(tmp_path / "data" / "midline.db", key).close()
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert len(bytes.fromhex(key.read_text().strip())) == 32


def folder_with_a_store(with_mids, tmp_path):
    for name in ("midline.db", "key"):
        shutil.copy(with_mids / name, tmp_path / name)
    return tmp_path / "midline.db", tmp_path / "key"


async def open_and_read(path, key) -> None:
    db = open_embedded(path, key)
    try:
        async with db.read() as conn:
            await conn.execute(text("SELECT count(*) FROM members"))
    finally:
        await db.close()


async def refusal(path, key) -> str:
    """What opening says; it must be an error of the store that names the mend."""
    with pytest.raises(StoreError) as error:
        await open_and_read(path, key)
    return str(error.value)


async def test_a_missing_key_is_not_replaced_by_a_new_one(with_mids, tmp_path):
    path, key = folder_with_a_store(with_mids, tmp_path)
    key.unlink()
    says = await refusal(path, key)
    assert "missing" in says
    assert "Put it back" in says
    assert not key.exists()


async def test_another_key_does_not_open_the_store_and_harms_nothing(with_mids, tmp_path):
    path, key = folder_with_a_store(with_mids, tmp_path)
    right, before = key.read_text(), path.read_bytes()
    key.write_text("ab" * 32)
    says = await refusal(path, key)
    assert "does not open with this key" in says
    assert "Put back the key file" in says
    assert path.read_bytes() == before
    key.write_text(right)
    db = open_embedded(path, key)
    async with db.read() as conn:
        assert await mid_store.read_mid(conn, "nurses") is not None
    await db.close()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
async def test_a_key_that_others_can_read_is_refused(with_mids, tmp_path, mode):
    path, key = folder_with_a_store(with_mids, tmp_path)
    key.chmod(mode)
    says = await refusal(path, key)
    assert "can be read by others" in says
    assert f"chmod 600 {key}" in says


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "ab" * 31, "ab" * 33, "é" * 64])
async def test_a_malformed_key_file_is_refused(with_mids, tmp_path, content):
    path, key = folder_with_a_store(with_mids, tmp_path)
    key.write_text(content, encoding="utf-8")
    assert "Put back the right file" in await refusal(path, key)


@pytest.mark.parametrize("where", ["the first page", "the whole file", "cut short"])
async def test_a_damaged_file_is_refused(with_mids, tmp_path, where):
    path, key = folder_with_a_store(with_mids, tmp_path)
    content = bytearray(path.read_bytes())
    if where == "the first page":
        content[100] ^= 0xFF
    elif where == "the whole file":
        content = bytearray(os.urandom(len(content)))
    else:
        del content[2000:]
    path.write_bytes(content)
    assert "restore a backup" in await refusal(path, key)


async def test_damage_in_the_middle_is_never_served_as_data(with_mids, tmp_path):
    path, key = folder_with_a_store(with_mids, tmp_path)
    content = bytearray(path.read_bytes())
    for at in range(4096 + 50, len(content), 4096):
        content[at] ^= 0xFF
    path.write_bytes(content)
    db = open_embedded(path, key)
    with pytest.raises((StoreError, DatabaseError)):
        async with db.read() as conn:
            await mid_store.read_mid(conn, "nurses")
    await db.close()


async def damaged(with_mids, tmp_path, page: int):
    """A store of which one page in the middle was changed on the disk, opened."""
    path, key = folder_with_a_store(with_mids, tmp_path)
    content = bytearray(path.read_bytes())
    content[page * 4096 + 50] ^= 0xFF
    path.write_bytes(content)
    return open_embedded(path, key)


async def test_a_file_damaged_in_use_counts_as_unavailable_and_the_log_says_why(
    with_mids, tmp_path
):
    (tmp_path / "one").mkdir()
    pages = (with_mids / "midline.db").stat().st_size // 4096
    reasons, refused = [], []
    for page in range(1, pages):
        db = await damaged(with_mids, tmp_path / "one", page)
        try:
            async with db.read() as conn:
                for table in (mid_store.mids, events, latest):
                    await conn.execute(select(table))
        except OperationalError as error:
            reasons.append(describe_outage(error)["reason"])
        except StoreError as error:
            # Where the tables are listed, it does not even open.
            refused.append("restore a backup" in str(error))
        await db.close()
    assert set(reasons) == {"the file is damaged"}
    assert all(refused)


async def test_a_damaged_page_is_found_at_start(with_mids, tmp_path):
    db = await damaged(with_mids, tmp_path, 9)
    for look in (integrity.check, integrity.check_at_start):
        with pytest.raises(StoreError, match="damaged in 1 of its pages") as error:
            await look(db)
        assert str(tmp_path / "midline.db") in str(error.value)
        assert "restore a backup" in str(error.value)
    await db.close()


async def test_a_large_file_is_not_checked_at_every_start(with_mids, tmp_path, monkeypatch):
    monkeypatch.setattr(integrity, "AT_START_BYTES", 4096)
    db = await damaged(with_mids, tmp_path, 9)
    await integrity.check_at_start(db)
    await db.close()


async def test_a_file_that_is_written_to_is_not_called_damaged(with_mids, tmp_path):
    path, key = folder_with_a_store(with_mids, tmp_path)
    clock = FixedClock()
    stage = Stage(Deps(open_embedded(path, key), clock), clock)
    nurse = await stage.stranger()
    await stage.join(nurse, "nurses", "N-0001")

    async def write() -> None:
        for n in range(60):
            async with stage.deps.db.write() as conn:
                # From the log into the file with every commit, where it otherwise seldom goes.
                await conn.exec_driver_sql("PRAGMA wal_autocheckpoint = 1")
            await stage.turn(nurse, n % 11 - 5)

    async def look() -> None:
        for _ in range(30):
            await integrity.check(stage.deps.db)

    await asyncio.gather(write(), look())
    await stage.deps.db.close()


async def test_the_driver_is_new_enough_and_safe(stage):
    async with stage.deps.db.read() as conn:
        pragmas = {
            name: (await conn.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
        version = (await conn.execute(text("SELECT sqlite_version()"))).scalar()
        cipher = (await conn.execute(text("PRAGMA cipher_version"))).scalar()
    assert pragmas == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1
    }  # fmt: skip
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)
    assert cipher


async def run(stage, *statements) -> None:
    async with stage.deps.db.write() as conn:
        for statement in statements:
            await conn.execute(statement)


async def test_an_older_sqlite_is_refused_with_the_fix(with_mids, tmp_path, monkeypatch):
    monkeypatch.setattr(sqlcipher.sqlcipher, "sqlite_version_info", (3, 51, 2))
    monkeypatch.setattr(sqlcipher.sqlcipher, "sqlite_version", "3.51.2")
    says = await refusal(*folder_with_a_store(with_mids, tmp_path))
    assert "SQLite 3.51.2, which can damage a file" in says
    assert "Install a sqlcipher3 whose SQLite is 3.51.3 or newer" in says


async def test_the_drivers_errors_are_known_to_sqlalchemy(stage):
    twice = [text("INSERT INTO told (key, value) VALUES ('a', 'b')")] * 2
    with pytest.raises(IntegrityError):
        await run(stage, *twice)


async def test_a_locked_file_is_not_called_damaged(with_mids, tmp_path):
    path, key = folder_with_a_store(with_mids, tmp_path)
    connect = cipher_connector(path, bytes.fromhex(key.read_text().strip()))
    connection = await connect()
    await connection.close()
    with pytest.raises(StoreError, match="damaged"):
        await cipher_connector(path, bytes(32))()


# Transactions.


async def test_a_write_that_fails_leaves_nothing(stage, nurse):
    async def fail():
        async with stage.deps.db.write() as conn:
            await people_store.set_member(conn, nurse, locale="ar")
            await conn.execute(delete(latest))
            raise RuntimeError("half way")

    before = len(await stage.history())
    with pytest.raises(RuntimeError, match="half way"):
        await fail()
    member, _ = await people.read_member(stage.deps, nurse)
    assert member.locale is None
    assert len(await stage.history()) == before
    async with stage.deps.db.read() as conn:
        assert (await conn.execute(select(latest))).first() is not None


async def test_a_use_case_that_dies_at_its_last_statement_leaves_nothing(
    stage, nurse, monkeypatch
):
    put = journal_store._PUT_LATEST[stage.deps.db.engine.dialect.name]

    async def die(conn, given):
        raise RuntimeError("half way")

    before = len(await stage.history())
    monkeypatch.setattr(put, "rows", die)
    with pytest.raises(RuntimeError, match="half way"):
        await stage.turn(nurse, 3)
    monkeypatch.undo()
    assert len(await stage.history()) == before
    assert (await stage.turn(nurse, 3)).position == 3


async def test_a_read_transaction_cannot_write(stage, nurse):
    for _ in range(2):
        with pytest.raises(DatabaseError):
            async with stage.deps.db.read() as conn:
                await people_store.set_member(conn, nurse, locale="ar")
        member, _ = await people.read_member(stage.deps, nurse)
        assert member.locale is None
    await people.choose_language(stage.deps, nurse, "es")
    member, _ = await people.read_member(stage.deps, nurse)
    assert member.locale == "es"


async def test_a_reader_sees_one_snapshot_while_others_write(stage, nurse):
    async with stage.deps.db.read() as conn:
        first = await people_store.read_member(conn, nurse)
        await people.choose_language(stage.deps, nurse, "hi")
        assert await people_store.read_member(conn, nurse) == first
    async with stage.deps.db.read() as conn:
        assert (await people_store.read_member(conn, nurse)).locale == "hi"


async def test_fifty_knob_settings_at_once_lose_none(stage, nurse):
    views = await asyncio.gather(*[stage.turn(nurse, n % 11 - 5) for n in range(50)])
    knobs = [event for event in await stage.history(nurse) if event.kind == "knob"]
    written = [view for view in views if view.changed]
    assert len(knobs) == len(written) > 40
    assert [event.before for event in knobs] == ["0", *(event.value for event in knobs[:-1])]
    assert str((await knob_cases.look_at_knob(stage.deps, nurse)).position) == knobs[-1].value


async def test_fifty_people_who_set_the_knob_at_once_each_keep_their_own_position(stage):
    members = [await stage.stranger() for _ in range(50)]
    await asyncio.gather(*[stage.turn(member, n % 5 + 1) for n, member in enumerate(members)])
    for n, member in enumerate(members):
        assert (await knob_cases.look_at_knob(stage.deps, member)).position == n % 5 + 1


async def test_two_processes_on_one_file_both_write(stage, nurse, tmp_path):
    other = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    second = Stage(Deps(other, FixedClock()), FixedClock())
    await asyncio.gather(
        *[stage.turn(nurse, n % 5 + 1) for n in range(10)],
        *[second.turn(nurse, -(n % 5) - 1) for n in range(10)],
    )
    knobs = [event for event in await stage.history(nurse) if event.kind == "knob"]
    assert [event.before for event in knobs] == ["0", *(event.value for event in knobs[:-1])]
    await other.close()


# Events.


async def test_events_refuse_to_be_edited(stage, nurse):
    with pytest.raises(IntegrityError, match="append-only"):
        await run(stage, update(events).values(value="yes"))
    assert [event.value for event in await stage.history(nurse)] == ["joined"]


async def test_a_cause_cannot_write_the_same_event_twice(stage, nurse):
    cause = stage.cause()
    await knob_cases.set_knob(stage.deps, nurse, "all", 3, cause)
    (event,) = [event for event in await stage.history(nurse) if event.kind == "knob"]
    assert (event.cause, event.ordinal, event.source, event.before) == (cause.key, 0, "test", "0")
    values = {name: value for name, value in event._mapping.items() if name != "seq"}
    with pytest.raises(IntegrityError):
        await run(stage, events.insert().values({**values, "id": "evt_other"}))


async def answer(stage, member, n) -> None:
    """Yes, no or later to some licence."""
    found = list(await stage.standings(member))
    if not found:
        return
    slug = found[n % len(found)]
    if n % 3:
        await (stage.yes if n % 2 else stage.no)(member, slug)
    else:
        licence = await stage.licence_id(member, slug)
        await choices.say_later(stage.deps, member, licence, stage.cause())


async def turn(stage, member, n) -> None:
    """Any position of the general knob, perhaps taken back."""
    view = await stage.turn(member, NEVER if n == 11 else n - 5)
    if n % 3 == 0 and view.undo:
        await knob_cases.undo_knob(stage.deps, member, view.undo, stage.cause())


async def turn_own(stage, member, n) -> None:
    """An own position of a membership, or following again."""
    for membership in (await people.read_member(stage.deps, member))[1][: n % 2 + 1]:
        await stage.turn(member, None if n == 11 else n - 5, membership.id)


async def pause(stage, member, n) -> None:
    """Pause or stop, and perhaps resume."""
    kind = (Pause.PAUSED, Pause.STOPPED)[n % 2]
    back = await opt_out.set_pause(stage.deps, member, kind, stage.cause())
    if n % 3:
        nonce = await stage.show(member, back.proof)
        await opt_out.resume(stage.deps, member, nonce, stage.cause())


async def refuse(stage, member, n) -> None:
    """Refuse a kind of data, and perhaps lift that again."""
    rule = Refusal(RefusalKind.CATEGORY, ("Health", "Language", "Social")[n % 3])
    await opt_out.refuse(stage.deps, member, rule, stage.cause())
    if n % 2:
        look = await opt_out.look_at_lifting(stage.deps, member, rule)
        nonce = await stage.show(member, look.proof)
        await opt_out.lift(stage.deps, member, nonce, stage.cause())


async def leave(stage, member, n) -> None:
    """Leave a MID, perhaps erasing, perhaps taking it back."""
    for membership in (await people.read_member(stage.deps, member))[1][: n % 2 + 1]:
        if n == 7:
            await erasure.erase_membership(stage.deps, member, membership.id)
        else:
            await people.leave(stage.deps, member, membership.id, stage.cause())
        if n % 3:
            await people.undo_leave(stage.deps, member, membership.id, stage.cause())


async def join(stage, member, _) -> None:
    """Join again wherever one is not a member."""
    mine = {membership.mid.id for membership in (await people.read_member(stage.deps, member))[1]}
    for mid, ref in (("nurses", "N-0001"), ("translators", "T-0002")):
        if mid not in mine:
            await stage.join(member, mid, ref)


steps = st.lists(
    st.tuples(
        st.sampled_from([answer, turn, turn_own, pause, refuse, leave, join]), st.integers(0, 11)
    ),
    max_size=12,
)


@settings(max_examples=12, deadline=None)
@given(steps=steps)
async def test_the_cache_can_always_be_derived_again_from_the_events(
    agreed, tmp_path_factory, steps
):
    async with staged(agreed, tmp_path_factory.mktemp("life")) as stage:
        stage.clock.tick(days=1)
        member = (await stage.history())[0].member_id
        for what, n in steps:
            stage.clock.tick()
            await what(stage, member, n)
        async with stage.deps.db.read() as conn:
            kept = sorted(map(tuple, await conn.execute(select(latest))), key=str)
        before = await stage.standings(member)
        await journal.rebuild_latest(stage.deps)
        async with stage.deps.db.read() as conn:
            assert sorted(map(tuple, await conn.execute(select(latest))), key=str) == kept
        assert await stage.standings(member) == before
        for slug, standing in before.items():
            if standing.is_in:
                assert standing.holding.answer.value == "yes", slug


async def test_a_lost_cache_is_rebuilt(agreed, tmp_path):
    async with staged(agreed, tmp_path) as stage:
        member = (await stage.history())[0].member_id
        before = await stage.ins(member)
        assert before == set(ACTIVE) - {"lifting-robot"}
        async with stage.deps.db.write() as conn:
            await conn.execute(delete(latest))
        assert await stage.ins(member) == set()
        await journal.rebuild_latest(stage.deps)
        assert await stage.ins(member) == before


# Migrations.


def revisions() -> list[str]:
    script = ScriptDirectory.from_config(alembic_config())
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


async def tables(db) -> set[str]:
    async with db.read() as conn:
        return await conn.run_sync(lambda sync: set(inspect(sync).get_table_names()))


async def downgrade(db, revision) -> None:
    async with db.write() as conn:
        await conn.run_sync(lambda sync: command.downgrade(alembic_config(sync), revision))


async def test_every_migration_upgrades_downgrades_and_upgrades_again(tmp_path):
    db = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    below = "base"
    for revision in revisions():
        await migrate(db, revision)
        up = await tables(db)
        await downgrade(db, below)
        await migrate(db, revision)
        assert await tables(db) == up
        below = revision
    await downgrade(db, "base")
    assert await tables(db) == {"alembic_version"}
    await migrate(db)
    assert await tables(db) == {"alembic_version", *metadata.tables}
    await db.close()


async def test_the_migrated_store_is_exactly_what_the_code_describes(stage):
    def differences(sync):
        return compare_metadata(MigrationContext.configure(sync), metadata)

    async with stage.deps.db.read() as conn:
        assert await conn.run_sync(differences) == []


async def test_migrating_again_changes_nothing(agreed, tmp_path):
    db = copied(agreed, tmp_path)
    async with db.read() as conn:
        before = list(await conn.execute(select(events)))
    await migrate(db)
    async with db.read() as conn:
        assert list(await conn.execute(select(events))) == before
    await db.close()


@pytest.fixture
async def today(stage):
    """A store with a nurse who has agreed, and MIDs that have reported what was paid."""
    nurse = await stage.stranger()
    await stage.join(nurse, "nurses", "N-0001")
    await stage.yes(nurse, ACTIVE[0])
    return stage.deps.db


async def kept(db) -> list[list[tuple]]:
    """What an older Midline knew and this one must still know."""
    found = []
    async with db.read() as conn:
        for table in (events, memberships, statement_lines):
            rows = await conn.execute(select(table).order_by(*table.primary_key))
            found.append([tuple(row) for row in rows])
    assert all(found)
    return found


async def test_the_store_of_the_first_midline_opens_with_all_that_its_members_said(today):
    before = await kept(today)
    await downgrade(today, "0001")
    assert "notices" not in await tables(today)
    await migrate(today)
    assert await kept(today) == before


async def test_a_store_of_later_tables_that_calls_itself_the_first_keeps_what_it_has(today):
    before = await kept(today)
    await downgrade(today, "0002")
    async with today.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    await migrate(today)
    assert await kept(today) == before


async def test_a_store_written_by_a_newer_midline_is_refused_and_not_touched(stage):
    async with stage.deps.db.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = 'f00d'"))
    with pytest.raises(StoreError, match="f00d") as error:
        await migrate(stage.deps.db)
    assert "Install the Midline that wrote it" in str(error.value)
    async with stage.deps.db.read() as conn:
        found = (await conn.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    assert found == "f00d"


async def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path):
    db = open_embedded(tmp_path / "midline.db", tmp_path / "key")

    def die(conn, cursor, statement, *rest):
        if "CREATE TABLE told" in statement:
            raise RuntimeError("half way")

    event.listen(db.engine.sync_engine, "before_cursor_execute", die)
    with pytest.raises(RuntimeError, match="half way"):
        await migrate(db)
    event.remove(db.engine.sync_engine, "before_cursor_execute", die)
    assert await tables(db) == set()
    await migrate(db)
    assert await tables(db) >= set(metadata.tables)
    await db.close()
