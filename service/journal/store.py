"""Tables of the journal: events, the latest of each, and what was shown."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.compiled import Prepared
from service.db.metadata import Json, Moment, metadata
from service.ids import new_id
from service.journal.values import Cause, Kind, Latest, NewEvent, Proof, Shown, Taught

# SQLite only counts up by itself on a column that is exactly INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")

events = Table(
    "events",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("member_id", String(32), nullable=False),
    Column("membership_id", String(32)),
    Column("mid_id", String(40)),
    Column("licence_id", String(32)),
    Column("version", Integer),
    Column("kind", String(16), nullable=False),
    Column("scope", String(120), nullable=False),
    Column("value", String(32), nullable=False),
    Column("before", String(32)),
    Column("nonce", String(32)),
    Column("undoes", String(32)),
    Column("source", String(32), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    Column("detail", Json, nullable=False),
    UniqueConstraint("cause", "ordinal"),
    Index(None, "member_id", "seq"),
    sqlite_autoincrement=True,
)

latest = Table(
    "latest",
    metadata,
    Column("member_id", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("scope", String(120), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("event_id", String(32), nullable=False),
    Column("at", Moment, nullable=False),
    Column("membership_id", String(32)),
    Column("mid_id", String(40)),
    Column("licence_id", String(32)),
    Column("version", Integer),
    Column("value", String(32), nullable=False),
    Column("before", String(32)),
    Column("undoes", String(32)),
    Index(None, "licence_id", "kind", "value"),
    Index(None, "scope", "kind"),
)

shown = Table(
    "shown",
    metadata,
    Column("nonce", String(32), primary_key=True),
    Column("member_id", String(32), nullable=False, index=True),
    Column("membership_id", String(32)),
    Column("about", String(16), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("version", Integer),
    Column("digest", String(64), nullable=False),
    Column("led_by", String(32)),
    Column("locale", String(16), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("taught", String(16), nullable=False),
    Column("taught_by", String(64)),
    Column("at", Moment, nullable=False),
    Column("message_id", BigInteger),
    Column("confirmed_at", Moment),
)

_ONE_READING = timedelta(days=1)
_CACHED = (
    "member_id",
    "kind",
    "scope",
    "seq",
    "at",
    "membership_id",
    "mid_id",
    "licence_id",
    "version",
    "value",
    "before",
    "undoes",
)


_CAUSED = select(events.c.seq).where(events.c.cause == bindparam("key")).limit(1)
_OF_MEMBER = Prepared(select(latest).where(latest.c.member_id == bindparam("of")))


def _put(dialect: Any) -> Prepared:
    put = dialect.insert(latest)
    keys = ("member_id", "kind", "scope")
    changed = {column.name: put.excluded[column.name] for column in latest.c}
    for key in keys:
        del changed[key]
    return Prepared(put.on_conflict_do_update(index_elements=keys, set_=changed))


_APPEND = {
    dialect.dialect.name: Prepared(
        dialect.insert(events)
        .on_conflict_do_nothing(index_elements=["cause", "ordinal"])
        .returning(events.c.seq)
    )
    for dialect in (sqlite, postgresql)
}
_PUT_LATEST = {dialect.dialect.name: _put(dialect) for dialect in (sqlite, postgresql)}


async def caused_already(conn: AsyncConnection, cause: Cause) -> bool:
    """Whether this very cause has already written its events."""
    found = await conn.execute(_CAUSED, {"key": cause.key})
    return found.first() is not None


async def append(
    conn: AsyncConnection, member_id: str, new: list[NewEvent], cause: Cause, at: datetime
) -> list[Latest]:
    """Append events and bring ``latest`` up to date; returns them as they are now in force.

    Nothing is written, and nothing returned, when this very cause has written before.
    """
    appended = []
    for ordinal, event in enumerate(new):
        row = {
            "id": new_id("evt"),
            "at": at,
            "member_id": member_id,
            "membership_id": event.membership_id,
            "mid_id": event.mid_id,
            "licence_id": event.licence_id,
            "version": event.version,
            "kind": event.kind.value,
            "scope": event.scope,
            "value": event.value,
            "before": event.before,
            "nonce": event.nonce,
            "undoes": event.undoes,
            "source": cause.source,
            "cause": cause.key,
            "ordinal": ordinal,
            "detail": event.detail,
        }
        written = await _APPEND[conn.dialect.name].first(conn, row)
        if written is None:
            return []
        seq = written.seq
        cached = {name: row[name] for name in _CACHED if name != "seq"}
        in_force = {**cached, "seq": seq, "event_id": row["id"]}
        await _PUT_LATEST[conn.dialect.name].rows(conn, in_force)
        appended.append(
            Latest(
                seq=seq,
                kind=event.kind,
                scope=event.scope,
                value=event.value,
                before=event.before,
                version=event.version,
                event_id=str(row["id"]),
                at=at,
                undoes=event.undoes,
            )
        )
    return appended


async def read_latest(conn: AsyncConnection, member_id: str) -> list[Latest]:
    """Everything that is in force for a member: one row per kind and scope."""
    return [_latest(row) for row in await _OF_MEMBER.rows(conn, {"of": member_id})]


async def read_latest_of(
    conn: AsyncConnection, member_ids: Sequence[str], kinds: Collection[Kind] | None = None
) -> list[tuple[str, Latest]]:
    """The same for many members, each with whose it is; only of ``kinds``, where given."""
    wanted = select(latest).where(latest.c.member_id.in_(member_ids))
    if kinds is not None:
        wanted = wanted.where(latest.c.kind.in_(kinds))
    rows = await conn.execute(wanted)
    return [(row.member_id, _latest(row)) for row in rows]


def _latest(row: Any) -> Latest:
    return Latest(
        seq=row.seq,
        kind=Kind(row.kind),
        scope=row.scope,
        value=row.value,
        before=row.before,
        version=row.version,
        event_id=row.event_id,
        at=row.at,
        undoes=row.undoes,
    )


async def rebuild_latest(conn: AsyncConnection) -> None:
    """Throw the cache away and derive it again from the events, for every member."""
    if conn.dialect.name != "sqlite":
        # Who has added an event and not yet its latest waits, and then finds the table derived.
        await conn.execute(text("LOCK TABLE latest IN SHARE ROW EXCLUSIVE MODE"))
    await conn.execute(delete(latest))
    last = (
        select(func.max(events.c.seq).label("seq"))
        .group_by(events.c.member_id, events.c.kind, events.c.scope)
        .subquery()
    )
    rows = select(*(events.c[name] for name in _CACHED), events.c.id).join(
        last, last.c.seq == events.c.seq
    )
    await conn.execute(insert(latest).from_select([*_CACHED, "event_id"], rows))


async def put_shown(
    conn: AsyncConnection, member_id: str, proof: Proof, locale: str, text_hash: str, at: datetime
) -> None:
    """Record what is about to be shown. It proves nothing until it is confirmed.

    A card that a notice led to is still led to by it when its details were read in between.
    """
    earlier = (
        select(shown.c.led_by)
        .where(
            shown.c.member_id == member_id,
            shown.c.subject == proof.subject,
            shown.c.digest == proof.digest,
            shown.c.at > at - _ONE_READING,
        )
        .order_by(shown.c.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    await conn.execute(
        insert(shown).values(
            nonce=proof.nonce,
            member_id=member_id,
            membership_id=proof.membership_id,
            about=proof.about,
            subject=proof.subject,
            version=proof.version,
            digest=proof.digest,
            led_by=proof.led_by or earlier,
            locale=locale,
            text_hash=text_hash,
            taught=Taught.NOT_ASKED.value,
            at=at,
        )
    )


async def confirm_shown(conn: AsyncConnection, nonce: str, message_id: int, at: datetime) -> None:
    """Record that Telegram took the message."""
    await conn.execute(
        update(shown).where(shown.c.nonce == nonce).values(message_id=message_id, confirmed_at=at)
    )


async def read_shown(conn: AsyncConnection, member_id: str, nonce: str) -> Shown | None:
    """What was shown to this member under this nonce; None for another's or an unknown one."""
    found = await conn.execute(
        select(shown).where(shown.c.nonce == nonce, shown.c.member_id == member_id)
    )
    row = found.first()
    if row is None:
        return None
    return Shown(
        proof=Proof(
            nonce=row.nonce,
            about=row.about,
            subject=row.subject,
            digest=row.digest,
            version=row.version,
            membership_id=row.membership_id,
            led_by=row.led_by,
        ),
        member_id=row.member_id,
        locale=row.locale,
        text_hash=row.text_hash,
        taught=Taught(row.taught),
        taught_by=row.taught_by,
        confirmed=row.confirmed_at is not None,
    )


async def put_taught(conn: AsyncConnection, nonce: str, taught: Taught, cause: Cause) -> None:
    """Record the outcome of the question asked after a card, and what caused it."""
    await conn.execute(
        update(shown)
        .where(shown.c.nonce == nonce)
        .values(taught=taught.value, taught_by=cause.key)
    )


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Remove every event and everything shown of a member."""
    for table in (latest, shown, events):
        await conn.execute(delete(table).where(table.c.member_id == member_id))


async def erase_membership(conn: AsyncConnection, membership_id: str) -> None:
    """Remove every event and everything shown of one membership."""
    for table in (latest, shown, events):
        await conn.execute(delete(table).where(table.c.membership_id == membership_id))


async def shown_subjects(conn: AsyncConnection, member_id: str, about: str) -> list[str]:
    """What a member was shown of one sort, such as the ids of invites."""
    rows = await conn.execute(
        select(shown.c.subject)
        .where(shown.c.member_id == member_id, shown.c.about == about)
        .distinct()
    )
    return list(rows.scalars())


async def erase_shown(
    conn: AsyncConnection, member_id: str, about: str, subjects: list[str]
) -> None:
    """Remove that a member was shown these."""
    await conn.execute(
        delete(shown).where(
            shown.c.member_id == member_id, shown.c.about == about, shown.c.subject.in_(subjects)
        )
    )
