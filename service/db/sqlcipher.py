"""The embedded store: SQLCipher under SQLAlchemy's aiosqlite dialect, and its key file."""

import os
import secrets
from pathlib import Path
from types import ModuleType
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.util.concurrency import await_
from sqlcipher3 import dbapi2 as sqlcipher

from service.db.driver_internals import join_thread, let_thread_end_with_process
from service.db.inline_sqlite import InlineConnection
from service.errors import StoreError

KEY_BYTES = 32
# Older versions can corrupt a file when two connections write and checkpoint at once
# (sqlite.org/wal.html, "WAL-reset bug").
SAFE_SQLITE = (3, 51, 3)

_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 10000",
    "secure_delete = ON",
)


class CipherDbapi(AsyncAdapt_aiosqlite_dbapi):
    """SQLAlchemy's adapter of aiosqlite, with sqlcipher3's error classes.

    Without them SQLAlchemy does not recognise the driver's errors and raises them unwrapped.
    """

    def __init__(self, driver: ModuleType, begins: str) -> None:
        super().__init__(aiosqlite, driver)
        self._begins = begins

    def _init_dbapi_attributes(self) -> None:
        for name in (
            "DatabaseError",
            "Error",
            "IntegrityError",
            "NotSupportedError",
            "OperationalError",
            "ProgrammingError",
            "sqlite_version",
            "sqlite_version_info",
            "PARSE_COLNAMES",
            "PARSE_DECLTYPES",
            "Binary",
        ):
            setattr(self, name, getattr(self.sqlite, name))

    def connect(self, *args: Any, **kwargs: Any) -> InlineConnection:
        """Open a connection with the creator that ``cipher_connector`` returned."""
        connection = await_(kwargs.pop("async_creator_fn")(*args, **kwargs))
        return InlineConnection(self, connection, self._begins)


def cipher_dbapi(begins: str) -> CipherDbapi:
    """The adapter over sqlcipher3; ``begins`` is READ or WRITE, how its transactions begin.

    Raises:
        StoreError: its SQLite is older than ``SAFE_SQLITE``.
    """
    if sqlcipher.sqlite_version_info < SAFE_SQLITE:
        version, needed = sqlcipher.sqlite_version, ".".join(map(str, SAFE_SQLITE))
        raise StoreError(
            f"sqlcipher3 carries SQLite {version}, which can damage a file under two writers. "
            f"Install a sqlcipher3 whose SQLite is {needed} or newer."
        )
    return CipherDbapi(sqlcipher, begins)


def cipher_connector(path: Path, key: bytes, *, read_only: bool = False) -> Any:
    """A callable that opens ``path`` with ``key``; for ``create_async_engine(async_creator=...)``.

    Raises:
        StoreError: from the callable, when the key does not open the file or it is damaged.
    """

    def connect() -> Any:
        # isolation_level=None: the driver opens no transaction of its own; Database does.
        connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master")
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            connection.execute(f"PRAGMA query_only = {int(read_only)}")
        except sqlcipher.DatabaseError as error:
            connection.close()
            if "not a database" in str(error) or "malformed" in str(error):
                raise StoreError(
                    f"{path} does not open with this key: the key is another one, or the file is "
                    "damaged. Put back the key file that belongs to it, or restore a backup."
                ) from error
            raise
        return connection

    async def create() -> Any:
        connection = aiosqlite.Connection(connect, 64)
        # An engine that was never disposed must not keep the process alive.
        let_thread_end_with_process(connection)
        try:
            return await connection
        except Exception:
            # aiosqlite told its thread to stop and does not wait: it must not outlive the loop.
            join_thread(connection, 1)
            raise

    return create


def read_or_make_key(key_file: Path, *, store_exists: bool) -> bytes:
    """The store's key, created on first use with mode 0600 in a folder with mode 0700.

    Raises:
        StoreError: the file is missing while the store exists, readable by others, or not a key.
    """
    if not key_file.exists():
        if store_exists:
            raise StoreError(
                f"the key file {key_file} is missing, and without it the store cannot be read. "
                "Put it back, or name it with MIDLINE_KEY_FILE."
            )
        key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(KEY_BYTES) + "\n")
            out.flush()
            os.fsync(out.fileno())
    if key_file.stat().st_mode & 0o077:
        raise StoreError(
            f"the key file {key_file} can be read by others. Run: chmod 600 {key_file}"
        )
    try:
        key = bytes.fromhex(key_file.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"the key file {key_file} does not hold a key of {KEY_BYTES * 2} hex characters. "
            "Put back the right file."
        )
    return key
