"""Use cases of a MID's staff: questions, replies, topic counts, and suggested articles."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from service.assistant import store as assistant_store
from service.assistant.values import TopicCount
from service.deps import Deps
from service.documents import store as documents
from service.errors import MidlineError, NotFoundError
from service.ids import new_id
from service.mids import store as mid_store
from service.questions import store
from service.questions.values import StaffQuestion, Suggestion

MAX_LISTED = 200
MAX_REPLY_LENGTH = 2000
SUGGESTION = "suggestion"
ARTICLE = "article"


class AnsweredError(MidlineError):
    """The question has a reply already, or the reply or article cannot be accepted."""

    key = "answered"


async def list_questions(
    deps: Deps, mid_id: str, *, open_only: bool = True
) -> list[StaffQuestion]:
    """The questions of members to a MID, oldest first, at most ``MAX_LISTED``.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        await mid_store.require_mid(conn, mid_id)
        rows = await store.read_of_mid(conn, mid_id, open_only=open_only, limit=MAX_LISTED)
    return [_staff_question(row) for row in rows]


async def answer(deps: Deps, question_id: str, text: str, by: str) -> StaffQuestion:
    """Reply to a question, once. The process that runs the bot delivers the reply.

    Raises:
        NotFoundError: no such question, for instance because its member was erased.
        AnsweredError: there is a reply already, or the new one is empty or too long.
    """
    text = text.strip()
    if not text or len(text) > MAX_REPLY_LENGTH:
        raise AnsweredError(
            f"a reply has 1 to {MAX_REPLY_LENGTH} characters, this one {len(text)}"
        )
    async with deps.db.write() as conn:
        row = await store.read_question(conn, question_id, lock=True)
        if row is None:
            raise NotFoundError(f"no question {question_id}")
        if row.answered_at is not None:
            raise AnsweredError(f"question {question_id} has been answered by {row.answered_by}")
        await store.put_answer(conn, question_id, text, by, deps.clock.now())
        row = await store.read_question(conn, question_id)
        assert row is not None
        return _staff_question(row)


async def count_topics(deps: Deps, mid_id: str) -> list[TopicCount]:
    """How often members asked about each topic. Counts below the MID's small group are hidden.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        small_group = (await mid_store.require_mid(conn, mid_id)).small_group
        rows = await assistant_store.read_counts(conn, mid_id)
    return [
        TopicCount(
            month=row.month,
            topic=row.topic,
            language=row.language,
            band=row.band,
            n=row.n if row.n >= small_group else None,
        )
        for row in rows
    ]


async def suggest_article(
    deps: Deps, mid_id: str, question: Mapping[str, str], answer_: Mapping[str, str], by: str
) -> Suggestion:
    """Suggest an article for approval, in the staff's words and never in a member's.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.write() as conn:
        await mid_store.require_mid(conn, mid_id)
        suggestion = Suggestion(
            id=new_id("sug"), mid_id=mid_id, question=question, answer=answer_, made_by=by
        )
        doc = {"question": dict(question), "answer": dict(answer_), "made_by": by}
        await documents.put_documents(conn, mid_id, SUGGESTION, {suggestion.id: doc})
        return suggestion


async def suggest_reply(
    deps: Deps, mid_id: str, question_id: str, question: str, by: str
) -> Suggestion:
    """Suggest a reply as an article, in its language, under a question written by staff.

    Raises:
        NotFoundError: the MID has no such question, or nobody has replied to it.
    """
    async with deps.db.read() as conn:
        row = await store.read_question(conn, question_id)
    if row is None or row.mid_id != mid_id or row.answer is None:
        raise NotFoundError(f"{mid_id} has no reply to a question {question_id}")
    return await suggest_article(
        deps, mid_id, {row.language: question}, {row.language: row.answer}, by
    )


async def list_suggestions(deps: Deps, mid_id: str) -> list[Suggestion]:
    """The articles that wait for approval.

    Raises:
        NotFoundError: no such MID.
    """
    async with deps.db.read() as conn:
        await mid_store.require_mid(conn, mid_id)
        docs = await documents.read_documents(conn, mid_id, SUGGESTION)
    return [_suggestion(mid_id, key, doc) for key, doc in sorted(docs.items())]


async def approve_article(
    deps: Deps, mid_id: str, suggestion_id: str, slug: str, by: str
) -> Suggestion:
    """Publish a suggestion as one of the MID's articles, with ``slug`` as its id.

    Raises:
        NotFoundError: no such suggestion.
        AnsweredError: the MID has an article with this id.
    """
    async with deps.db.write() as conn:
        await mid_store.hold_mid(conn, mid_id)
        doc = (await documents.read_documents(conn, mid_id, SUGGESTION)).get(suggestion_id)
        if doc is None:
            raise NotFoundError(f"{mid_id} has no suggestion {suggestion_id}")
        if slug in await documents.read_documents(conn, mid_id, ARTICLE):
            raise AnsweredError(f"{mid_id} has an article {slug!r} already: choose another id")
        article = {"question": doc["question"], "answer": doc["answer"], "examples": {}}
        await documents.put_documents(conn, mid_id, ARTICLE, {slug: {"id": slug, **article}})
        await documents.delete_document(conn, mid_id, SUGGESTION, suggestion_id)
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


def _staff_question(row: Row[Any]) -> StaffQuestion:
    return StaffQuestion(
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
