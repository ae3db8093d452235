"""Use cases of a MID's staff: its questions, the replies, counts, and suggested articles."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.assistant import store as assistant_store
from service.assistant.values import Cell
from service.deps import Deps
from service.documents import store as papers
from service.errors import MidlineError, NotFoundError
from service.ids import new_id
from service.mids import store as mid_store
from service.mids.values import Mid
from service.questions import store
from service.questions.values import ForStaff, Suggestion

LISTED = 200
LONGEST_REPLY = 2000
SUGGESTION = "suggestion"
ARTICLE = "article"


class AnsweredError(MidlineError):
    """The question has a reply already, or the reply cannot be sent as it is."""

    key = "answered"


async def listed(deps: Deps, mid_id: str, *, open_only: bool = True) -> list[ForStaff]:
    """The questions that members sent to a MID, oldest first.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        await _mid(conn, mid_id)
        rows = await store.read_of_mid(conn, mid_id, open_only=open_only, limit=LISTED)
    return [_for_staff(row) for row in rows]


async def answer(deps: Deps, question_id: str, text: str, by: str) -> ForStaff:
    """Reply to a member: once. The reply goes out from the process that runs the bot.

    Raises:
        NotFoundError: no such question; its member may have taken everything back.
        AnsweredError: there is a reply already, or the new one is empty or too long.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_REPLY:
        raise AnsweredError(f"a reply has 1 to {LONGEST_REPLY} characters, this one {len(text)}")
    async with deps.db.write() as conn:
        row = await store.read_one(conn, question_id, lock=True)
        if row is None:
            raise NotFoundError(f"no question {question_id}")
        if row.answered_at is not None:
            raise AnsweredError(f"question {question_id} has been answered by {row.answered_by}")
        await store.put_answer(conn, question_id, text, by, deps.clock.now())
        row = await store.read_one(conn, question_id)
        assert row is not None
        return _for_staff(row)


async def counts(deps: Deps, mid_id: str) -> list[Cell]:
    """How often which topic was asked about. What concerns few is not told.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        small = (await _mid(conn, mid_id)).small_group
        rows = await assistant_store.read_counts(conn, mid_id)
    return [
        Cell(
            month=row.month,
            topic=row.topic,
            language=row.language,
            band=row.band,
            n=row.n if row.n >= small else None,
        )
        for row in rows
    ]


async def suggest(
    deps: Deps, mid_id: str, question: Mapping[str, str], answer_: Mapping[str, str], by: str
) -> Suggestion:
    """Put an article up for approval, in the words of staff and never in a member's own.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.write() as conn:
        await _mid(conn, mid_id)
        made = Suggestion(
            id=new_id("sug"), mid_id=mid_id, question=question, answer=answer_, made_by=by
        )
        doc = {"question": dict(question), "answer": dict(answer_), "made_by": by}
        await papers.put_papers(conn, mid_id, SUGGESTION, {made.id: doc})
        return made


async def suggest_reply(
    deps: Deps, mid_id: str, question_id: str, question: str, by: str
) -> Suggestion:
    """Put a reply up for approval as an article, in its language, under a question of staff's.

    Raises:
        NotFoundError: the MID has no such question, or nobody has replied to it.
    """
    async with deps.db.read() as conn:
        row = await store.read_one(conn, question_id)
    if row is None or row.mid_id != mid_id or row.answer is None:
        raise NotFoundError(f"{mid_id} has no reply to a question {question_id}")
    return await suggest(deps, mid_id, {row.language: question}, {row.language: row.answer}, by)


async def suggestions(deps: Deps, mid_id: str) -> list[Suggestion]:
    """What waits for approval.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        await _mid(conn, mid_id)
        found = await papers.read_papers(conn, mid_id, SUGGESTION)
    return [_suggestion(mid_id, key, doc) for key, doc in sorted(found.items())]


async def approve(deps: Deps, mid_id: str, suggestion_id: str, slug: str, by: str) -> Suggestion:
    """Make a suggestion one of the MID's articles, under an id of its own.

    Raises:
        NotFoundError: no such suggestion.
        AnsweredError: the MID has an article with this id.
    """
    async with deps.db.write() as conn:
        await mid_store.hold_mid(conn, mid_id)
        doc = (await papers.read_papers(conn, mid_id, SUGGESTION)).get(suggestion_id)
        if doc is None:
            raise NotFoundError(f"{mid_id} has no suggestion {suggestion_id}")
        if slug in await papers.read_papers(conn, mid_id, ARTICLE):
            raise AnsweredError(f"{mid_id} has an article {slug!r} already: choose another id")
        article = {"question": doc["question"], "answer": doc["answer"], "examples": {}}
        await papers.put_papers(conn, mid_id, ARTICLE, {slug: {"id": slug, **article}})
        await papers.drop_paper(conn, mid_id, SUGGESTION, suggestion_id)
        return _suggestion(mid_id, suggestion_id, doc, by)


def _suggestion(mid_id: str, key: str, doc: Any, by: str | None = None) -> Suggestion:
    return Suggestion(
        id=key,
        mid_id=mid_id,
        question=doc["question"],
        answer=doc["answer"],
        made_by=doc["made_by"],
        approved_by=by,
    )


async def _mid(conn: AsyncConnection, mid_id: str) -> Mid:
    mid = await mid_store.read_mid(conn, mid_id)
    if mid is None:
        raise NotFoundError(f"no MID {mid_id!r} here: import its bundle first")
    return mid


def _for_staff(row: Row[Any]) -> ForStaff:
    return ForStaff(
        id=row.id,
        mid_id=row.mid_id,
        pseudonym=row.pseudonym,
        text=row.text,
        language=row.language,
        licence=row.slug,
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
        delivered=row.sent_at is not None,
    )
