"""Tables of staff chats: messages that show a notice's progress, and prompts awaiting a reply.

Both refer to the member and not to the chat: Telegram ids are stored in the table of chats alone.
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
    """A staff member and the message in their chat that shows the progress of a notice."""

    member_id: str
    message_id: int
    locale: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a message asks for: the text of a notice in one language."""

    notice_id: str
    language: str


async def put_watcher(conn: AsyncConnection, notice_id: str, watcher: Watcher) -> None:
    """Store a watcher of a notice in place of an earlier message of the same member."""
    await conn.execute(
        delete(notice_watch).where(
            notice_watch.c.notice_id == notice_id, notice_watch.c.member_id == watcher.member_id
        )
    )
    await conn.execute(
        insert(notice_watch).values(
            notice_id=notice_id,
            member_id=watcher.member_id,
            message_id=watcher.message_id,
            locale=watcher.locale,
        )
    )


async def forget_message(conn: AsyncConnection, member_id: str, message_id: int) -> None:
    """Delete the watcher whose message now shows something else."""
    await conn.execute(
        delete(notice_watch).where(
            notice_watch.c.member_id == member_id, notice_watch.c.message_id == message_id
        )
    )


async def forget_watchers(conn: AsyncConnection, notice_id: str) -> None:
    """Delete the watchers of a notice that is over."""
    await conn.execute(delete(notice_watch).where(notice_watch.c.notice_id == notice_id))


async def read_watchers(conn: AsyncConnection, notice_id: str) -> list[Watcher]:
    """The watchers of a notice, ordered by member."""
    rows = await conn.execute(
        select(notice_watch.c.member_id, notice_watch.c.message_id, notice_watch.c.locale)
        .where(notice_watch.c.notice_id == notice_id)
        .order_by(notice_watch.c.member_id)
    )
    return [Watcher(*row) for row in rows]


async def put_prompt(
    conn: AsyncConnection, member_id: str, message_id: int, prompt: Prompt
) -> None:
    """Store what a message in this member's chat asks for."""
    await conn.execute(
        insert(notice_prompts).values(
            member_id=member_id,
            message_id=message_id,
            notice_id=prompt.notice_id,
            language=prompt.language,
        )
    )


async def read_prompt(conn: AsyncConnection, member_id: str, message_id: int) -> Prompt | None:
    """What a message in this member's chat asks for, or None if it is no prompt."""
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
    """Delete the watchers and prompts of a member."""
    for table in (notice_watch, notice_prompts):
        await conn.execute(delete(table).where(table.c.member_id == member_id))
