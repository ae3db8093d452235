"""The table of private chats: which member each belongs to, and whether they blocked the bot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.compiled import CompiledStatement
from service.db.locks import hold_lock
from service.db.metadata import Moment, metadata
from service.people.store import members

chats = Table(
    "chats",
    metadata,
    Column("telegram_id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", String(32), nullable=False, unique=True),
    Column("tag", String(35)),
    Column("blocked_at", Moment),
)


@dataclass(frozen=True, slots=True)
class MemberChat:
    """The private chat of a member.

    ``tag``: the language tag Telegram last sent. ``locale``: the language the member chose.
    """

    telegram_id: int
    member_id: str
    tag: str | None
    locale: str | None


_CHAT = CompiledStatement(
    select(chats.c.telegram_id, chats.c.member_id, chats.c.tag, members.c.locale)
    .join(members, members.c.id == chats.c.member_id, isouter=True)
    .where(chats.c.telegram_id == bindparam("telegram_id"))
)


async def read_chat(conn: AsyncConnection, telegram_id: int) -> MemberChat | None:
    """The chat with a Telegram id; None where nobody has written from there yet."""
    row = await _CHAT.first(conn, {"telegram_id": telegram_id})
    return None if row is None else MemberChat(*row)


async def hold_chat(conn: AsyncConnection, telegram_id: int) -> MemberChat | None:
    """As ``read_chat``, with the chat locked until the transaction ends, whether it exists or not.

    Of two concurrent first contacts only one creates the member; the other then finds them.
    """
    await hold_lock(conn, f"chat {telegram_id}")
    return await read_chat(conn, telegram_id)


async def read_chats_of(
    conn: AsyncConnection, member_ids: Sequence[str]
) -> dict[str, tuple[int, bool]]:
    """Member id -> (Telegram id, whether they blocked the bot), of members who have a chat."""
    rows = await conn.execute(
        select(chats.c.member_id, chats.c.telegram_id, chats.c.blocked_at).where(
            chats.c.member_id.in_(member_ids)
        )
    )
    return {row.member_id: (row.telegram_id, row.blocked_at is not None) for row in rows}


async def read_open_chats_of(
    conn: AsyncConnection, member_ids: Sequence[str]
) -> dict[str, MemberChat]:
    """Member id -> chat, where the member has not blocked the bot.

    Here ``locale`` falls back to the language the member was last seen to write in.
    """
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
    return {row.member_id: MemberChat(*row) for row in rows}


async def put_chat(
    conn: AsyncConnection, telegram_id: int, member_id: str, tag: str | None
) -> None:
    """Store which member a chat belongs to. The chat must be new."""
    await conn.execute(insert(chats).values(telegram_id=telegram_id, member_id=member_id, tag=tag))


async def set_tag(conn: AsyncConnection, telegram_id: int, tag: str | None) -> None:
    """Store the language tag that Telegram now sends."""
    await conn.execute(update(chats).where(chats.c.telegram_id == telegram_id).values(tag=tag))


async def set_blocked(conn: AsyncConnection, telegram_id: int, at: datetime | None) -> None:
    """Store since when the chat blocks the bot; None: it no longer does."""
    await conn.execute(
        update(chats).where(chats.c.telegram_id == telegram_id).values(blocked_at=at)
    )


async def forget_chat(conn: AsyncConnection, member_id: str) -> None:
    """Delete the link between a member and their Telegram id."""
    await conn.execute(delete(chats).where(chats.c.member_id == member_id))
