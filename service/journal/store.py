"""Tables of the journal: events, the latest event of each kind and scope, and shown texts."""

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
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.compiled import CompiledStatement
from service.db.metadata import Json, Moment, Serial, metadata
from service.db.upsert import insert_by_dialect
from service.ids import new_id
from service.journal.values import (
    Cause,
    EventKind,
    LatestEvent,
    NewEvent,
    Proof,
    ShownText,
    TeachBack,
)

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

# A text shown again within this time still counts as opened from the same notice.
_SAME_READING = timedelta(days=1)
# Columns that ``latest`` copies from ``events``.
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
_SEQ_OF_CAUSE = select(events.c.seq).where(events.c.cause == bindparam("key")).limit(1)
_LATEST_OF_MEMBER = CompiledStatement(
    select(latest).where(latest.c.member_id == bindparam("member"))
)


def _insert_or_replace_latest(insert: Any) -> Any:
    keys = [column.name for column in latest.primary_key]
    changes = {
        column.name: insert.excluded[column.name] for column in latest.c if not column.primary_key
    }
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)


# By dialect, and compiled once: every tap that changes something runs them.
_APPEND = {
    dialect: CompiledStatement(statement)
    for dialect, statement in insert_by_dialect(
        events,
        lambda insert: insert.on_conflict_do_nothing(
            index_elements=["cause", "ordinal"]
        ).returning(events.c.seq),
    ).items()
}
_PUT_LATEST = {
    dialect: CompiledStatement(statement)
    for dialect, statement in insert_by_dialect(latest, _insert_or_replace_latest).items()
}


async def has_events(conn: AsyncConnection, cause: Cause) -> bool:
    """Whether this cause has already written its events."""
    rows = await conn.execute(_SEQ_OF_CAUSE, {"key": cause.key})
    return rows.first() is not None


async def append(
    conn: AsyncConnection, member_id: str, new: list[NewEvent], cause: Cause, at: datetime
) -> list[LatestEvent]:
    """Append events, update ``latest``, and return the events as they are now in force.

    Nothing is written, and the list is empty, when this cause has written before.
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
        inserted = await _APPEND[conn.dialect.name].first(conn, row)
        if inserted is None:
            return []
        seq = inserted.seq
        cached = {name: row[name] for name in _CACHED if name != "seq"}
        latest_row = {**cached, "seq": seq, "event_id": row["id"]}
        await _PUT_LATEST[conn.dialect.name].rows(conn, latest_row)
        appended.append(
            LatestEvent(
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


async def read_latest(conn: AsyncConnection, member_id: str) -> list[LatestEvent]:
    """A member's state: the latest event of each kind and scope."""
    rows = await _LATEST_OF_MEMBER.rows(conn, {"member": member_id})
    return [_latest_event(row) for row in rows]


async def read_latest_of(
    conn: AsyncConnection, member_ids: Sequence[str], kinds: Collection[EventKind] | None = None
) -> list[tuple[str, LatestEvent]]:
    """(Member id, latest event) of many members; only of ``kinds``, if given."""
    query = select(latest).where(latest.c.member_id.in_(member_ids))
    if kinds is not None:
        query = query.where(latest.c.kind.in_(kinds))
    rows = await conn.execute(query)
    return [(row.member_id, _latest_event(row)) for row in rows]


def _latest_event(row: Any) -> LatestEvent:
    return LatestEvent(
        seq=row.seq,
        kind=EventKind(row.kind),
        scope=row.scope,
        value=row.value,
        before=row.before,
        version=row.version,
        event_id=row.event_id,
        at=row.at,
        undoes=row.undoes,
    )


async def rebuild_latest(conn: AsyncConnection) -> None:
    """Empty ``latest`` and derive it from the events again, for every member."""
    if conn.dialect.name != "sqlite":
        # A transaction that has appended an event and not yet updated ``latest`` waits here.
        await conn.execute(text("LOCK TABLE latest IN SHARE ROW EXCLUSIVE MODE"))
    await conn.execute(delete(latest))
    newest = (
        select(func.max(events.c.seq).label("seq"))
        .group_by(events.c.member_id, events.c.kind, events.c.scope)
        .subquery()
    )
    rows = select(*(events.c[name] for name in _CACHED), events.c.id).join(
        newest, newest.c.seq == events.c.seq
    )
    await conn.execute(insert(latest).from_select([*_CACHED, "event_id"], rows))


async def put_shown(
    conn: AsyncConnection, member_id: str, proof: Proof, locale: str, text_hash: str, at: datetime
) -> None:
    """Record a text that is about to be shown. It proves nothing until it is confirmed.

    A card opened from a notice keeps that notice as ``led_by`` when it is shown again within a
    day, for instance after its details were read.
    """
    earlier = (
        select(shown.c.led_by)
        .where(
            shown.c.member_id == member_id,
            shown.c.subject == proof.subject,
            shown.c.digest == proof.digest,
            shown.c.at > at - _SAME_READING,
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
            taught=TeachBack.NOT_ASKED.value,
            at=at,
        )
    )


async def confirm_shown(conn: AsyncConnection, nonce: str, message_id: int, at: datetime) -> None:
    """Record that the text was delivered as this message."""
    await conn.execute(
        update(shown).where(shown.c.nonce == nonce).values(message_id=message_id, confirmed_at=at)
    )


async def read_shown(conn: AsyncConnection, member_id: str, nonce: str) -> ShownText | None:
    """The text shown under a nonce; None if the nonce is unknown or another member's."""
    rows = await conn.execute(
        select(shown).where(shown.c.nonce == nonce, shown.c.member_id == member_id)
    )
    row = rows.first()
    if row is None:
        return None
    return ShownText(
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
        taught=TeachBack(row.taught),
        taught_by=row.taught_by,
        confirmed=row.confirmed_at is not None,
    )


async def put_taught(conn: AsyncConnection, nonce: str, taught: TeachBack, cause: Cause) -> None:
    """Record the progress of a card's teach-back question, and the cause of the change."""
    await conn.execute(
        update(shown)
        .where(shown.c.nonce == nonce)
        .values(taught=taught.value, taught_by=cause.key)
    )


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Delete every event and shown text of a member."""
    for table in (latest, shown, events):
        await conn.execute(delete(table).where(table.c.member_id == member_id))


async def erase_membership(conn: AsyncConnection, membership_id: str) -> None:
    """Delete every event and shown text of one membership."""
    for table in (latest, shown, events):
        await conn.execute(delete(table).where(table.c.membership_id == membership_id))


async def read_shown_subjects(conn: AsyncConnection, member_id: str, about: str) -> list[str]:
    """The subjects of a member's shown texts of one sort, such as the ids of invites."""
    rows = await conn.execute(
        select(shown.c.subject)
        .where(shown.c.member_id == member_id, shown.c.about == about)
        .distinct()
    )
    return list(rows.scalars())


async def erase_shown(
    conn: AsyncConnection, member_id: str, about: str, subjects: list[str]
) -> None:
    """Delete a member's shown texts about these subjects."""
    await conn.execute(
        delete(shown).where(
            shown.c.member_id == member_id, shown.c.about == about, shown.c.subject.in_(subjects)
        )
    )
