"""The table of questions that members send to a person at a MID."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from service.db.metadata import Moment, metadata
from service.db.upsert import insert_missing
from service.licences.store import licences
from service.mids.store import mids
from service.people.store import memberships

questions = Table(
    "questions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("member_id", String(32), nullable=False),
    Column("membership_id", String(32), nullable=False, index=True),
    Column("mid_id", String(40), nullable=False),
    Column("licence_id", String(32)),
    Column("language", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("origin", String(64), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", Text),
    Column("answered_by", String(64)),
    Column("answered_at", Moment),
    # When the reply is tried next; None before there is one, and once it was sent or given up.
    Column("due_at", Moment, index=True),
    Column("trying", Boolean, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("sent_at", Moment),
    UniqueConstraint("member_id", "mid_id", "origin"),
    Index(None, "mid_id", "asked_at"),
)

_QUESTIONS = (
    select(questions, mids.c.doc.label("mid_doc"), licences.c.slug)
    .join(mids, mids.c.id == questions.c.mid_id)
    .join(licences, licences.c.id == questions.c.licence_id, isouter=True)
)


async def put_question(conn: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Store a question, unless one from the same message (``origin``) is stored already."""
    row = {**row, "trying": False, "tries": 0}
    await insert_missing(conn, questions, [row], ["member_id", "mid_id", "origin"])


async def read_by_origin(
    conn: AsyncConnection, member_id: str, mid_id: str, origin: str
) -> Row[Any] | None:
    """A member's question to a MID by the message it came from; None if there is none."""
    rows = await conn.execute(
        _QUESTIONS.where(
            questions.c.member_id == member_id,
            questions.c.mid_id == mid_id,
            questions.c.origin == origin,
        )
    )
    return rows.first()


async def read_questions(conn: AsyncConnection, member_id: str, limit: int) -> list[Row[Any]]:
    """A member's questions, newest first."""
    newest = _QUESTIONS.where(questions.c.member_id == member_id)
    newest = newest.order_by(questions.c.asked_at.desc(), questions.c.id).limit(limit)
    return list(await conn.execute(newest))


async def count_open(conn: AsyncConnection, member_id: str) -> dict[str, int]:
    """MID id -> number of this member's questions there without a reply."""
    rows = await conn.execute(
        select(questions.c.mid_id, func.count())
        .where(questions.c.member_id == member_id, questions.c.answered_at.is_(None))
        .group_by(questions.c.mid_id)
    )
    return {row[0]: row[1] for row in rows}


async def read_of_mid(
    conn: AsyncConnection, mid_id: str, *, open_only: bool, limit: int
) -> list[Row[Any]]:
    """The questions to a MID, oldest first, with the members' pseudonyms."""
    query = _with_pseudonym().where(questions.c.mid_id == mid_id)
    if open_only:
        query = query.where(questions.c.answered_at.is_(None))
    return list(await conn.execute(query.order_by(questions.c.asked_at).limit(limit)))


async def read_question(
    conn: AsyncConnection, question_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """A question with the member's pseudonym; ``lock`` keeps others from answering it."""
    query = _with_pseudonym().where(questions.c.id == question_id)
    if lock:
        query = query.with_for_update(of=questions)
    return (await conn.execute(query)).first()


def _with_pseudonym() -> Any:
    return _QUESTIONS.add_columns(memberships.c.pseudonym, memberships.c.left_at).join(
        memberships, memberships.c.id == questions.c.membership_id
    )


async def put_answer(
    conn: AsyncConnection, question_id: str, answer: str, by: str, at: datetime
) -> None:
    """Store the reply to a question. It is due at once."""
    await conn.execute(
        update(questions)
        .where(questions.c.id == question_id)
        .values(answer=answer, answered_by=by, answered_at=at, due_at=at)
    )


async def read_due(conn: AsyncConnection, now: datetime, limit: int) -> list[Row[Any]]:
    """Replies that are due, in the order in which they were given."""
    query = _QUESTIONS.where(questions.c.due_at <= now).order_by(questions.c.answered_at)
    return list(await conn.execute(query.limit(limit)))


async def set_sending(conn: AsyncConnection, question_id: str, **values: Any) -> None:
    """Set the state of sending a reply: ``trying``, ``tries``, ``due_at``, ``sent_at``."""
    await conn.execute(update(questions).where(questions.c.id == question_id).values(**values))


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Delete a member's questions and the replies."""
    await conn.execute(delete(questions).where(questions.c.member_id == member_id))


async def erase_membership(conn: AsyncConnection, membership_id: str) -> None:
    """Delete the questions of one membership and the replies."""
    await conn.execute(delete(questions).where(questions.c.membership_id == membership_id))
