"""Notices in staff chats: messages that show progress, and prompts that wait for a reply.

Both name the person and not their chat: a Telegram id stands in the table of chats alone.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import metadata

notice_watch = Table(
    "notice_watch",
    metadata,
    Column("notice_id", String(32), primary_key=True),
    Column("member_id", String(32), primary_key=True, index=True),
    Column("message_id", BigInteger, nullable=False),
    Column("locale", String(16), nullable=False),
)

notice_prompts = Table(
    "notice_prompts",
    metadata,
    Column("member_id", String(32), primary_key=True),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("notice_id", String(32), nullable=False),
    Column("language", String(16), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody in whose chat a message shows how a notice goes."""

    member_id: str
    message_id: int
    locale: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A message that asked for a notice's text in one language."""

    notice_id: str
    language: str


async def put_watcher(conn: AsyncConnection, notice_id: str, one: Watcher) -> None:
    """The one message of this person that shows how a notice goes; an older one is let go."""
    await conn.execute(
        delete(notice_watch).where(
            notice_watch.c.notice_id == notice_id, notice_watch.c.member_id == one.member_id
        )
    )
    await conn.execute(
        insert(notice_watch).values(
            notice_id=notice_id,
            member_id=one.member_id,
            message_id=one.message_id,
            locale=one.locale,
        )
    )


async def forget_message(conn: AsyncConnection, member_id: str, message_id: int) -> None:
    """A message shows something else now."""
    await conn.execute(
        delete(notice_watch).where(
            notice_watch.c.member_id == member_id, notice_watch.c.message_id == message_id
        )
    )


async def forget_watchers(conn: AsyncConnection, notice_id: str) -> None:
    """Nothing more will happen to a notice."""
    await conn.execute(delete(notice_watch).where(notice_watch.c.notice_id == notice_id))


async def read_watchers(conn: AsyncConnection, notice_id: str) -> list[Watcher]:
    """Who watches a notice."""
    rows = await conn.execute(
        select(notice_watch.c.member_id, notice_watch.c.message_id, notice_watch.c.locale)
        .where(notice_watch.c.notice_id == notice_id)
        .order_by(notice_watch.c.member_id)
    )
    return [Watcher(*row) for row in rows]


async def put_prompt(conn: AsyncConnection, member_id: str, message_id: int, one: Prompt) -> None:
    """Remember what a message asked for."""
    await conn.execute(
        insert(notice_prompts).values(
            member_id=member_id,
            message_id=message_id,
            notice_id=one.notice_id,
            language=one.language,
        )
    )


async def read_prompt(conn: AsyncConnection, member_id: str, message_id: int) -> Prompt | None:
    """What a message asked this person for."""
    row = (
        await conn.execute(
            select(notice_prompts.c.notice_id, notice_prompts.c.language).where(
                notice_prompts.c.member_id == member_id,
                notice_prompts.c.message_id == message_id,
            )
        )
    ).first()
    return None if row is None else Prompt(*row)


async def forget_member(conn: AsyncConnection, member_id: str) -> None:
    """Forget whatever a person watched and was asked for."""
    for table in (notice_watch, notice_prompts):
        await conn.execute(delete(table).where(table.c.member_id == member_id))
