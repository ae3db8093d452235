"""Fills a store with members quickly, by SQL in the engine, as months of use would leave it."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.members import FIRST_ID
from bot.telegram.chat_store import chats
from service.bundle.cases import import_bundle
from service.bundle.demo_dates import EXAMPLES_WRITTEN, shift_dates
from service.bundle.files.read_bundle import read_bundle
from service.clock import SystemClock
from service.db.database import Database, open_embedded, open_server
from service.db.migrate import migrate
from service.deps import Deps
from service.licences.store import licences
from service.notices.audience_store import audience
from service.notices.outcome_store import segments

EXAMPLES = Path(__file__).parents[1] / "examples"
FULL = 1000
"""This many members are in both MIDs; the rest, who only fill the store, in the first."""

CACHE_KIB, CACHE_KIB_EACH = 16_000, 3
"""KiB of page cache while filling: in all, and for each member."""

ACTIVE = ("lifting-robot", "sepsis-warning", "mt-grading", "dialect-voices")

# Spread like random ids and the same in every table: an odd factor is a bijection.
_KEY = {
    "sqlite": "printf('%08x', (i * 2654435761) % 4294967296)",
    "postgresql": "lpad(to_hex((i * 2654435761) % 4294967296), 8, '0')",
}
_SERIES = {
    "sqlite": (
        "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end) "
    ),
    "postgresql": "WITH n AS (SELECT generate_series(:first ::bigint, :end - 1) AS i) ",
}


def _sql(conn: AsyncConnection, into: str, columns: str, values: str, where: str = "") -> str:
    name = conn.dialect.name
    series = _SERIES[name]
    key = _KEY[name]
    body = f"SELECT {values.replace('{key}', key)} FROM n {where}"
    if name == "sqlite":
        return f"INSERT INTO {into} ({columns}) {series}{body}"
    return f"{series}INSERT INTO {into} ({columns}) {body}"


def open_embedded_store(folder: Path) -> Database:
    """Open the encrypted file of a benchmark in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return open_embedded(folder / "data" / "midline.db", folder / "key" / "midline.key")


def open_store(folder: Path, server: str | None) -> Database:
    """Open the store of a benchmark: a server by its URL, else the file in a folder."""
    return open_server(server) if server else open_embedded_store(folder)


async def prepare(db: Database, members: int) -> None:
    """Import both example MIDs and add members with a yes to each active licence."""
    await migrate(db)
    deps = Deps(db, SystemClock())
    days = (datetime.now(UTC).date() - EXAMPLES_WRITTEN).days
    for name in ("nurses", "translators"):
        await import_bundle(deps, shift_dates(read_bundle(EXAMPLES / f"{name}.yaml"), days))
    async with db.write() as conn:
        if db.embedded:
            # Ids are random: with a cache smaller than the file, each row would swap pages.
            await conn.execute(
                text(f"PRAGMA cache_size = -{CACHE_KIB + members * CACHE_KIB_EACH}")
            )
        await _fill(conn, members)
    if db.embedded:
        # Reopened, so that the measurement has the product's own cache size.
        await db.close()
    else:
        # A server does this by itself before long; the embedded file never.
        async with db.write() as conn:
            await conn.execute(text("ANALYZE"))


async def _fill(conn: AsyncConnection, members: int) -> None:
    at = "'2026-10-01 09:00:00.000000'"
    if conn.dialect.name != "sqlite":
        at = "TIMESTAMPTZ '2026-10-01 09:00:00+00'"
    await _insert(conn, members, "members", "id, created_at", f"'mem_' || {{key}}, {at}")
    await _insert(
        conn,
        members,
        "chats",
        "telegram_id, member_id, tag",
        f"{FIRST_ID} + i, 'mem_' || {{key}}, 'en'",
    )
    await _event(conn, members, "NULL", "NULL", "NULL", "NULL", "'knob'", "'all'", "'1'", at)
    rows = await conn.execute(select(licences.c.id, licences.c.slug, licences.c.mid_id))
    by_slug = {row.slug: row for row in rows}
    for number, mid in enumerate(("nurses", "translators")):
        count = members if number == 0 else min(members, FULL)
        eligible = [slug for slug in ACTIVE if by_slug[slug].mid_id == mid]
        names = ", ".join(f'"{slug}"' for slug in eligible)
        own = f"'mbr_{number}' || {{key}}"
        await _insert(
            conn,
            count,
            "roster",
            "mid_id, ref, language, tier, eligible",
            f"'{mid}', 'B-' || i, 'en', 'standard', '[{names}]'",
        )
        await _insert(
            conn,
            count,
            "memberships",
            "id, member_id, mid_id, ref, pseudonym, joined_at",
            f"{own}, 'mem_' || {{key}}, '{mid}', 'B-' || i, 'psn_{number}' || {{key}}, {at}",
        )
        await _event(
            conn, count, own, f"'{mid}'", "NULL", "NULL", "'membership'", own, "'joined'", at
        )
        for slug in eligible:
            licence = by_slug[slug].id
            scope = f"{own} || '/{licence}'"
            await _event(
                conn, count, own, f"'{mid}'", f"'{licence}'", "1", "'consent'", scope, "'yes'", at
            )
    await conn.execute(
        text(
            "INSERT INTO latest (member_id, kind, scope, seq, event_id, at, membership_id, mid_id,"
            " licence_id, version, value) SELECT member_id, kind, scope, seq, id, at,"
            " membership_id, mid_id, licence_id, version, value FROM events"
        )
    )


async def _insert(conn: AsyncConnection, count: int, into: str, columns: str, values: str) -> None:
    await conn.execute(text(_sql(conn, into, columns, values)), {"first": 0, "end": count})


_EVENTS = 0


async def _event(conn: AsyncConnection, count: int, *values: str) -> None:
    global _EVENTS  # noqa: PLW0603  # numbers the causes of one fill
    _EVENTS += 1
    own, mid, licence, version, kind, scope, value, at = values
    await _insert(
        conn,
        count,
        "events",
        "id, at, member_id, membership_id, mid_id, licence_id, version, kind, scope, value,"
        " source, cause, ordinal, detail",
        f"'evt_{_EVENTS}' || {{key}}, {at}, 'mem_' || {{key}}, {own}, {mid}, {licence}, {version},"
        f" {kind}, {scope}, {value}, 'bench', 'fill:{_EVENTS}:' || i, 0, '{{}}'",
    )


async def sample_members(db: Database, members: int, count: int) -> list[str]:
    """Ids of members who are in both MIDs, at random but the same in every run."""
    picked = Random(7).sample(range(min(members, FULL)), count)
    async with db.read() as conn:
        rows = await conn.execute(
            select(chats.c.member_id).where(
                chats.c.telegram_id.in_([FIRST_ID + number for number in picked])
            )
        )
        return list(rows.scalars())


async def notice_bytes(db: Database, notice_id: str) -> int:
    """Bytes stored of a notice's audience and outcomes."""
    total = 0
    async with db.read() as conn:
        for table in (segments, audience):
            size = func.coalesce(func.sum(func.length(table.c.body)), 0)
            result = await conn.execute(select(size).where(table.c.notice_id == notice_id))
            total += result.scalar_one()
    return total


async def write_tap(db: Database, number: int, value: str) -> None:
    """One durable write, the smallest that remembers a tap: a row in a log."""
    async with db.write() as conn:
        await conn.execute(
            text("INSERT INTO taps (chat, said) VALUES (:chat, :said)"),
            {"chat": number, "said": value},
        )


async def create_taps_table(db: Database) -> None:
    """Create the table of ``write_tap``."""
    serial = "INTEGER PRIMARY KEY" if db.embedded else "BIGSERIAL PRIMARY KEY"
    async with db.write() as conn:
        await conn.execute(
            text(f"CREATE TABLE IF NOT EXISTS taps (seq {serial}, chat BIGINT, said TEXT)")
        )
