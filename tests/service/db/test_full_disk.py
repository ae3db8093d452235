"""A disk that is really full, and then has room again: a small file system in memory."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from service.db.database import Database, open_embedded


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB. Mounting one is root's alone, and not in every container."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room there is."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512, 1):
            with suppress(OSError):
                while file.write(b"x" * size):
                    pass
    return ballast


async def put(db: Database, numbers: range, size: int) -> None:
    """Write some rows in one transaction."""
    async with db.write() as conn:
        for number in numbers:
            await conn.execute(
                text("INSERT INTO t VALUES (:a, :b)"), {"a": number, "b": "x" * size}
            )


async def numbers(db: Database) -> list[int]:
    async with db.read() as conn:
        return list((await conn.execute(text("SELECT a FROM t ORDER BY a"))).scalars())


# A small transaction fails at its COMMIT, one beyond the page cache at a statement.
@pytest.mark.parametrize(("rows", "size"), [(1, 10), (3, 20_000), (200, 30_000)])
async def test_a_full_disk_loses_nothing_and_room_on_it_is_enough_to_go_on(
    small_disk: Path, tmp_path: Path, rows: int, size: int
):
    db = open_embedded(small_disk / "store" / "midline.db", tmp_path / "key")
    try:
        async with db.write() as conn:
            await conn.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"))
        await put(db, range(1), 10)
        ballast = fill(small_disk)
        for _ in range(3):
            # Every write fails in the same way, and none blocks the next.
            with pytest.raises(OperationalError):
                await asyncio.wait_for(put(db, range(1, 1 + rows), size), 20)
            assert await numbers(db) == [0]
        ballast.unlink()
        await put(db, range(1, 4), 10)
        assert await numbers(db) == [0, 1, 2, 3]
    finally:
        await db.close()


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "INSERT", "COMMIT"])
async def test_a_failure_at_any_point_of_a_transaction_leaves_the_next_one_clean(
    tmp_path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
):
    from service.db import inline_sqlite

    db = open_embedded(tmp_path / "midline.db", tmp_path / "key")
    async with db.write() as conn:
        await conn.execute(text("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)"))
    connection = inline_sqlite.InlineConnection
    if statement == "COMMIT":

        def fails(_: object) -> None:
            raise inline_sqlite.sqlcipher.OperationalError("disk I/O error")

        monkeypatch.setattr(connection, "_commit", fails)
    elif statement == "INSERT":

        async def refuses(*_: object) -> None:
            raise inline_sqlite.sqlcipher.OperationalError("database or disk is full")

        monkeypatch.setattr(connection, "run", refuses)
    else:

        async def does_not_begin(*_: object) -> None:
            raise inline_sqlite.sqlcipher.OperationalError("disk I/O error")

        monkeypatch.setattr(connection, "begin", does_not_begin)
    for _ in range(3):
        with pytest.raises(OperationalError):
            await put(db, range(2), 10)
    monkeypatch.undo()
    await put(db, range(2), 10)
    assert await numbers(db) == [0, 1]
    await db.close()
