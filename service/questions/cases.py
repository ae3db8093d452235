"""Use cases of a member who asks a person at a MID, and the facts that answers may state."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_id
from service.journal.values import EventKind
from service.licences.values import Licence
from service.mids import store as mid_store
from service.notices.views import NoticeSettingsView
from service.people import store as people
from service.people.values import require_membership
from service.questions import store
from service.questions.values import (
    MAX_LENGTH,
    AboutMember,
    AskingView,
    MemberQuestion,
    MemberQuestionsView,
    SentView,
)
from service.standing import rules
from service.standing import store as standing_store
from service.standing.values import PortfolioView
from service.statements import store as statements
from service.values import Texts

SHOWN = 8
"""Questions in a member's list, the newest."""
MAX_OPEN = 5
"""Open questions of one member at one MID: a person reads every one of them."""


async def read_about_member(deps: Deps, member_id: str) -> AboutMember:
    """All facts about a member that an answer may state, from one transaction.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        state = await standing_store.read_member_state(conn, member_id, deps.clock.now())
        lines = await statements.read_lines(conn, state.memberships, state.licences)
        rows = await store.read_questions(conn, member_id, SHOWN)
    titles = _titles(state.licences)
    snapshot = state.snapshot()
    muted = frozenset(
        event.scope
        for event in state.latest
        if event.kind is EventKind.MUTE and event.value == "on"
    )
    return AboutMember(
        portfolio=PortfolioView(snapshot=snapshot, standings=rules.standings(snapshot)),
        lines=lines,
        questions=tuple(member_question(row, titles) for row in rows),
        attention=NoticeSettingsView(snapshot=snapshot, muted=muted),
    )


async def look_at_draft(deps: Deps, member_id: str, text: str) -> AskingView:
    """To which MIDs a member may send this text, and about which licences."""
    async with deps.db.read() as conn:
        snapshot = await standing_store.read_snapshot(conn, member_id, deps.clock.now())
        open_counts = await store.count_open(conn, member_id)
    portfolio = PortfolioView(snapshot=snapshot, standings=rules.standings(snapshot))
    return AskingView(
        text=text[:MAX_LENGTH],
        standings=portfolio.standings,
        portfolio=portfolio,
        at_limit=frozenset(mid for mid, count in open_counts.items() if count >= MAX_OPEN),
    )


async def send_question(
    deps: Deps,
    member_id: str,
    membership_id: str,
    text: str,
    *,
    origin: str,
    language: str,
    licence_id: str | None = None,
) -> SentView:
    """Send a question to a MID. A question from the same message (``origin``) is stored once.

    Raises:
        NotFoundError: the text is blank, it is not this person's membership, or the licence is not
            of that MID.
    """
    if not text.strip():
        raise NotFoundError("the question is no longer at hand")
    async with deps.db.write() as conn:
        await people.lock_member(conn, member_id)
        snapshot = await standing_store.read_snapshot(conn, member_id, deps.clock.now())
        mid = require_membership(snapshot.memberships, membership_id, member_id).mid
        licence_ids = {
            holding.licence.id
            for holding in snapshot.holdings
            if holding.membership.id == membership_id
        }
        if licence_id is not None and licence_id not in licence_ids:
            raise NotFoundError(f"licence {licence_id} is not of membership {membership_id}")
        titles = _titles(holding.licence for holding in snapshot.holdings)
        stored = await store.read_by_origin(conn, member_id, mid.id, origin)
        if stored is None:
            if (await store.count_open(conn, member_id)).get(mid.id, 0) >= MAX_OPEN:
                return SentView(mid=mid, question=None)
            row = {
                "id": new_id("que"),
                "member_id": member_id,
                "membership_id": membership_id,
                "mid_id": mid.id,
                "licence_id": licence_id,
                "language": language,
                "text": text[:MAX_LENGTH],
                "origin": origin,
                "asked_at": deps.clock.now(),
            }
            await store.put_question(conn, row)
            stored = await store.read_by_origin(conn, member_id, mid.id, origin)
        assert stored is not None
        return SentView(mid=mid, question=member_question(stored, titles))


async def list_own(deps: Deps, member_id: str) -> MemberQuestionsView:
    """A member's questions to a person, with their replies, newest first."""
    async with deps.db.read() as conn:
        snapshot = await standing_store.read_snapshot(conn, member_id, deps.clock.now())
        rows = await store.read_questions(conn, member_id, SHOWN)
    titles = _titles(holding.licence for holding in snapshot.holdings)
    return MemberQuestionsView(
        questions=tuple(member_question(row, titles) for row in rows), zone=snapshot.zone
    )


def member_question(row: Row[Any], titles: Mapping[str, Texts]) -> MemberQuestion:
    """The question in a row, with its licence's title from ``titles`` (by licence id)."""
    return MemberQuestion(
        id=row.id,
        mid=mid_store.parse_mid(row.mid_doc),
        text=row.text,
        language=row.language,
        title=titles.get(row.licence_id),
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def _titles(licences: Iterable[Licence]) -> dict[str, Texts]:
    return {licence.id: licence.terms.title for licence in licences}
