"""A PostgreSQL server of the tests' own, and stores on it. It starts when the first test needs it.

`MIDLINE_STORES` names where stores of tests/service, tests/bot, tests/e2e are: `file` (default),
`server`, or both with a comma between. `MIDLINE_PG_FAST=1` gives up what only a crash of the
machine would show. Under xdist each worker has its own server.
"""

import asyncio
import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from service.db.database import Database, open_server
from service.db.migrate import migrate

FILE, SERVER = "file", "server"
STORES = tuple(os.environ.get("MIDLINE_STORES", FILE).split(","))
"""What the tests run on, in this order."""

assert set(STORES) <= {FILE, SERVER}, "MIDLINE_STORES: file, server, or file,server"

_DEBIAN = Path("/usr/lib/postgresql")
_ACCOUNT = "postgres"
_READY_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "autovacuum": "off",
}
# Not synchronous_commit: without it a server that falls over loses what it said it had stored.
_FAST = {"fsync": "off", "full_page_writes": "off"}


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`; None when no server is installed."""
    found = shutil.which("initdb")
    newest = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    paths = [Path(found).resolve(), *newest] if found else newest
    return paths[-1].parent if paths else None


class Server:
    """One real server in a folder of its own, reached through a socket in that folder."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count()
        self._migrated: str | None = None

    @classmethod
    def made(cls, programs: Path) -> "Server":
        """A new one, running.

        Collation is English and not by bytes, so that nothing comes to rely on the latter.
        """
        folder = Path(tempfile.mkdtemp(prefix="midline-pg-"))
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam(_ACCOUNT).pw_uid, -1)
        made = cls(folder, programs)
        try:
            subprocess.run(
                made._as_account(
                    "initdb", "--no-sync", "--auth=trust", f"--username={_ACCOUNT}",
                    "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu",
                    "--icu-locale=en", f"--pgdata={folder / 'data'}",
                ),
                check=True, capture_output=True, cwd=folder,
            )  # fmt: skip
            made.start()
        except BaseException:
            made.close()
            raise
        return made

    def _as_account(self, program: str, *arguments: str) -> list[str]:
        """A command line: PostgreSQL refuses to run as root, and must not outlive the tests."""
        command = [str(self._programs / program), *arguments]
        if setpriv := shutil.which("setpriv"):
            account = [f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--init-groups"]
            root = os.geteuid() == 0
            return [setpriv, *(account if root else []), "--pdeathsig=QUIT", "--", *command]
        return command

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = _SETTINGS | {"unix_socket_directories": str(self._folder)}
        if os.environ.get("MIDLINE_PG_FAST") == "1":
            settings |= _FAST
        options = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._as_account("postgres", "-D", str(self._folder / "data"), *options),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + _READY_SECONDS
        while True:
            try:
                return self._admin("SELECT 1")
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise AssertionError((self._folder / "log").read_text()) from None
                time.sleep(0.02)

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it: in order, or as `pg_ctl stop -m immediate` does, which is a crash."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            self._process.wait(_READY_SECONDS)
            self._process = None

    def close(self) -> None:
        """Stop it and remove all it kept."""
        self.stop(at_once=True)
        shutil.rmtree(self._folder)

    def url(self, name: str) -> str:
        """The URL of one database, as an operator would write it."""
        return f"postgresql://{_ACCOUNT}@/{name}?host={self._folder}"

    def create(self, template: str | None = None) -> str:
        """A database, empty or as a copy of one that nobody is connected to; returns its name."""
        name = f"store{next(self._numbers)}"
        self._admin(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self._admin(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def cut(self, name: str) -> None:
        """End every connection to a database, as a restart of it would."""
        self._admin(
            sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}")
            .format(sql.Literal(name))
        )  # fmt: skip

    def migrated(self) -> str:
        """A database with every table and nothing in them, to be copied."""
        if self._migrated is None:
            name = self.create()

            async def work() -> None:
                db = open_server(self.url(name))
                await migrate(db)
                await db.close()

            asyncio.run(work())
            self._migrated = name
        return self._migrated

    @contextlib.contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The URL of a copy, until the block ends."""
        name = self.create(template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def open_copy(self, template: str) -> Database:
        """A copy, opened; it is dropped when it is closed."""
        return _Copy(self, self.create(template))

    def _admin(self, statement: str | sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=10) as conn:
            conn.execute(statement)  # type: ignore[arg-type]


class _Copy(Database):
    """A database that goes with its last user."""

    def __init__(self, server: Server, name: str) -> None:
        db = open_server(server.url(name))
        super().__init__(db.engine, db.reading)
        self._server = server
        self._name = name

    async def close(self) -> None:
        """Give every connection back, and drop it."""
        await super().close()
        self._server.drop(self._name)


_STARTED = pytest.StashKey[Server]()


def server_of(config: pytest.Config) -> Server:
    """The one server of this run, started now if it is not there yet; skips when it cannot be."""
    if _STARTED not in config.stash:
        programs = binaries()
        if programs is None:
            pytest.skip("no PostgreSQL is installed: apt-get install postgresql")
        if os.geteuid() == 0:
            if _ACCOUNT not in {one.pw_name for one in pwd.getpwall()}:
                pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")
            if shutil.which("setpriv") is None:
                pytest.skip("PostgreSQL refuses to run as root, and setpriv is not installed")
        config.stash[_STARTED] = made = Server.made(programs)
        config.add_cleanup(made.close)
    return config.stash[_STARTED]


def where(request: pytest.FixtureRequest) -> Server | None:
    """What a fixture with `params=STORES` stands for: None is the file."""
    return server_of(request.config) if request.param == SERVER else None
