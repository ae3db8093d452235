"""Tables of questions: those sent to a person, how often which topic, and vectors of texts."""

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
from service.db.upsert import insert_into
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
    # The reply on its way to the member: when it is next tried, until it was sent or given up.
    Column("due_at", Moment, index=True),
    Column("trying", Boolean, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("sent_at", Moment),
    UniqueConstraint("member_id", "mid_id", "origin"),
    Index(None, "mid_id", "asked_at"),
)


_ASKED = (
    select(questions, mids.c.doc.label("mid_doc"), licences.c.slug)
    .join(mids, mids.c.id == questions.c.mid_id)
    .join(licences, licences.c.id == questions.c.licence_id, isouter=True)
)


async def put_question(conn: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Store a question; one that came from the same message before is left as it is."""
    values = {**row, "trying": False, "tries": 0}
    put = insert_into(conn, questions).values(values)
    keys = ["member_id", "mid_id", "origin"]
    await conn.execute(put.on_conflict_do_nothing(index_elements=keys))


async def read_from(
    conn: AsyncConnection, member_id: str, mid_id: str, origin: str
) -> Row[Any] | None:
    """The question of a member that came from this message."""
    found = await conn.execute(
        _ASKED.where(
            questions.c.member_id == member_id,
            questions.c.mid_id == mid_id,
            questions.c.origin == origin,
        )
    )
    return found.first()


async def read_asked(conn: AsyncConnection, member_id: str, limit: int) -> list[Row[Any]]:
    """A member's questions, newest first."""
    newest = _ASKED.where(questions.c.member_id == member_id)
    newest = newest.order_by(questions.c.asked_at.desc(), questions.c.id).limit(limit)
    return list(await conn.execute(newest))


async def count_open(conn: AsyncConnection, member_id: str) -> dict[str, int]:
    """MID -> how many questions of this member wait for a reply there."""
    rows = await conn.execute(
        select(questions.c.mid_id, func.count())
        .where(questions.c.member_id == member_id, questions.c.answered_at.is_(None))
        .group_by(questions.c.mid_id)
    )
    return {row[0]: row[1] for row in rows}


async def read_of_mid(
    conn: AsyncConnection, mid_id: str, *, open_only: bool, limit: int
) -> list[Row[Any]]:
    """Questions that were sent to a MID, oldest first, with the pseudonym of who asked."""
    wanted = _for_staff().where(questions.c.mid_id == mid_id)
    if open_only:
        wanted = wanted.where(questions.c.answered_at.is_(None))
    return list(await conn.execute(wanted.order_by(questions.c.asked_at).limit(limit)))


async def read_one(
    conn: AsyncConnection, question_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """A question as its MID sees it; ``lock`` lets nobody else answer it meanwhile."""
    wanted = _for_staff().where(questions.c.id == question_id)
    if lock:
        wanted = wanted.with_for_update(of=questions)
    return (await conn.execute(wanted)).first()


def _for_staff() -> Any:
    return _ASKED.add_columns(memberships.c.pseudonym, memberships.c.left_at).join(
        memberships, memberships.c.id == questions.c.membership_id
    )


async def put_answer(
    conn: AsyncConnection, question_id: str, answer: str, by: str, at: datetime
) -> None:
    """Store the reply of a person; from now on it is due."""
    await conn.execute(
        update(questions)
        .where(questions.c.id == question_id)
        .values(answer=answer, answered_by=by, answered_at=at, due_at=at)
    )


async def read_due(conn: AsyncConnection, now: datetime, limit: int) -> list[Row[Any]]:
    """Replies whose time has come, in the order in which they were given."""
    wanted = _ASKED.where(questions.c.due_at <= now).order_by(questions.c.answered_at)
    return list(await conn.execute(wanted.limit(limit)))


async def put_sending(conn: AsyncConnection, question_id: str, **values: Any) -> None:
    """Note how far the sending of a reply has come: ``trying``, ``tries``, ``due_at``, ..."""
    await conn.execute(update(questions).where(questions.c.id == question_id).values(**values))


async def erase_member(conn: AsyncConnection, member_id: str) -> None:
    """Remove what a member asked, and the replies."""
    await conn.execute(delete(questions).where(questions.c.member_id == member_id))


async def erase_membership(conn: AsyncConnection, membership_id: str) -> None:
    """Remove what was asked in one membership, with the replies."""
    await conn.execute(delete(questions).where(questions.c.membership_id == membership_id))
