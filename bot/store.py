"""The Telegram edge's own tables: chats, the inbox, and what Telegram was last told."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import notice_store
from service.db.compiled import Prepared
from service.db.locks import hold
from service.db.metadata import Moment, metadata
from service.people.store import members

Serial = BigInteger().with_variant(Integer(), "sqlite")

chats = Table(
    "chats",
    metadata,
    Column("telegram_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", String(32), nullable=False, unique=True),
    Column("tag", String(35)),
    Column("blocked_at", Moment),
)

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("update_id", BigInteger, nullable=False, unique=True),
    Column("lane", String(32)),
    Column("body", Text),
    Column("outcome", Text),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("failed", Boolean, nullable=False),
    Index("ix_inbox_open", "done_at", "seq"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """One update as it came: Telegram's id, its lane, its body as JSON.

    ``protects`` says that it takes its sender out of something, and so is never dropped.
    """

    update_id: int
    lane: str
    body: str
    protects: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update that is stored and not yet handled.

    ``outcome`` is what an earlier try has done, as JSON, where only saying so is left to do.
    """

    seq: int
    update_id: int
    lane: str
    body: str
    received_at: datetime
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """The private chat of a member.

    ``tag`` is the language tag Telegram last sent, ``locale`` the language the member chose.
    """

    telegram_id: int
    member_id: str
    tag: str | None
    locale: str | None


_PUT = {
    dialect.dialect.name: dialect.insert(inbox)
    .on_conflict_do_nothing(index_elements=["update_id"])
    .returning(inbox.c.seq, inbox.c.update_id)
    for dialect in (sqlite, postgresql)
}


async def put_updates(
    conn: AsyncConnection, updates: Sequence[Arrived], at: datetime
) -> list[Waiting]:
    """Store updates; those whose id is there already are dropped. Returns the new ones."""
    if not updates:
        return []
    given = {one.update_id: one for one in reversed(updates)}
    rows = [
        {
            "update_id": one.update_id,
            "lane": one.lane,
            "body": one.body,
            "received_at": at,
            "failed": False,
        }
        for one in updates
    ]
    new = sorted(tuple(row) for row in await conn.execute(_PUT[conn.dialect.name], rows))
    return [Waiting(seq, id_, given[id_].lane, given[id_].body, at) for seq, id_ in new]


_OPEN = (
    select(*(inbox.c[one.name] for one in fields(Waiting)))
    .where(inbox.c.done_at.is_(None))
    .order_by(inbox.c.seq)
)
_OPEN_OF = _OPEN.where(inbox.c.lane.in_(bindparam("lanes", expanding=True)))


async def read_open(conn: AsyncConnection, lanes: Sequence[str] | None = None) -> list[Waiting]:
    """What is stored and not handled, of some lanes or of all, in the order of arrival."""
    if lanes is None:
        return [Waiting(*row) for row in await conn.execute(_OPEN)]
    return [Waiting(*row) for row in await conn.execute(_OPEN_OF, {"lanes": lanes})]


async def read_backlog(conn: AsyncConnection) -> tuple[int, datetime | None]:
    """How many updates wait, and since when the oldest does."""
    row = (
        await conn.execute(
            select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.done_at.is_(None))
        )
    ).one()
    return row[0], row[1]


_FINISH = update(inbox).where(inbox.c.seq.in_(bindparam("seqs", expanding=True)))


async def finish(
    conn: AsyncConnection, seqs: Sequence[int], at: datetime, *, failed: bool
) -> None:
    """Mark updates as handled, or as given up, and erase what they said and who said it."""
    values = {"done_at": at, "body": None, "outcome": None, "lane": None, "failed": failed}
    await conn.execute(_FINISH, {"seqs": seqs, **values})


async def set_outcome(conn: AsyncConnection, seq: int, outcome: str) -> None:
    """Note what handling an update has done, for whoever handles it again."""
    await conn.execute(update(inbox).where(inbox.c.seq == seq).values(outcome=outcome))


async def forget_finished(conn: AsyncConnection, before: datetime) -> None:
    """Drop the ids of updates that Telegram can no longer deliver again."""
    await conn.execute(delete(inbox).where(inbox.c.done_at < before))


_CHAT = Prepared(
    select(chats.c.telegram_id, chats.c.member_id, chats.c.tag, members.c.locale)
    .join(members, members.c.id == chats.c.member_id, isouter=True)
    .where(chats.c.telegram_id == bindparam("telegram_id"))
)


async def read_chat(conn: AsyncConnection, telegram_id: int) -> Chat | None:
    """The chat with a Telegram id."""
    row = await _CHAT.first(conn, {"telegram_id": telegram_id})
    return None if row is None else Chat(*row)


async def hold_chat(conn: AsyncConnection, telegram_id: int) -> Chat | None:
    """The chat with a Telegram id, which is held until the transaction ends.

    Of two first contacts at once only one may let the person in, and the other then finds them.
    """
    await hold(conn, f"chat {telegram_id}")
    return await read_chat(conn, telegram_id)


async def read_chats_of(
    conn: AsyncConnection, member_ids: Sequence[str]
) -> dict[str, tuple[int, bool]]:
    """Member -> (Telegram id, whether they blocked the bot), of those who have a chat."""
    rows = await conn.execute(
        select(chats.c.member_id, chats.c.telegram_id, chats.c.blocked_at).where(
            chats.c.member_id.in_(member_ids)
        )
    )
    return {row.member_id: (row.telegram_id, row.blocked_at is not None) for row in rows}


async def read_open_chats_of(conn: AsyncConnection, member_ids: Sequence[str]) -> dict[str, Chat]:
    """The chats of some people that have not blocked the bot, by person."""
    rows = await conn.execute(
        select(
            chats.c.telegram_id,
            chats.c.member_id,
            chats.c.tag,
            func.coalesce(members.c.locale, members.c.spoken),
        )
        .join(members, members.c.id == chats.c.member_id)
        .where(chats.c.member_id.in_(member_ids), chats.c.blocked_at.is_(None))
    )
    return {row.member_id: Chat(*row) for row in rows}


async def put_chat(
    conn: AsyncConnection, telegram_id: int, member_id: str, tag: str | None
) -> None:
    """Remember whose chat this is."""
    await conn.execute(insert(chats).values(telegram_id=telegram_id, member_id=member_id, tag=tag))


async def set_tag(conn: AsyncConnection, telegram_id: int, tag: str | None) -> None:
    """Remember the language tag that Telegram now sends."""
    await conn.execute(update(chats).where(chats.c.telegram_id == telegram_id).values(tag=tag))


async def set_blocked(conn: AsyncConnection, telegram_id: int, at: datetime | None) -> None:
    """Remember that the chat blocked the bot, or, with None, that it is open again."""
    await conn.execute(
        update(chats).where(chats.c.telegram_id == telegram_id).values(blocked_at=at)
    )


async def forget_chat(conn: AsyncConnection, member_id: str) -> None:
    """Remove the link between a person and their Telegram id, and what their chat showed."""
    await notice_store.forget_member(conn, member_id)
    await conn.execute(delete(chats).where(chats.c.member_id == member_id))
