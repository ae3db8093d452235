"""Use cases of a card: look, yes, no, later, and the teach-back question."""

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from service.choices.rules import quiz_question
from service.choices.values import CardOutcome, CardView, QuizView, is_open
from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_nonce
from service.journal import store as journal
from service.journal.values import Cause, EventKind, NewEvent, Proof, ShownText, TeachBack
from service.standing import rules
from service.standing import store as standing_store
from service.standing.member_transaction import member_transaction
from service.standing.values import MemberSnapshot, Standing


async def look_at_card(deps: Deps, member_id: str, licence_id: str) -> CardView:
    """The card of one licence of this member.

    Raises:
        NotFoundError: the licence is not among the member's.
    """
    async with deps.db.read() as conn:
        snapshot = await standing_store.read_snapshot(conn, member_id, deps.clock.now())
    return _card(snapshot, licence_id, CardOutcome.LOOKED)


async def say_no(deps: Deps, member_id: str, licence_id: str, cause: Cause) -> CardView:
    """Record a no: out of one licence, at once, from any button however old.

    Raises:
        NotFoundError: the licence is not among the member's.
    """
    return await _say(deps, member_id, licence_id, "no", cause)


async def say_later(deps: Deps, member_id: str, licence_id: str, cause: Cause) -> CardView:
    """Record a later: the same as a no, but the offer stays listed as open.

    Raises:
        NotFoundError: the licence is not among the member's.
    """
    return await _say(deps, member_id, licence_id, "later", cause)


async def say_yes(deps: Deps, member_id: str, nonce: str, cause: Cause) -> CardView | QuizView:
    """Agree to the card shown under ``nonce``.

    Recorded only if that text is confirmed as shown, its terms are still the current ones, no
    standing refusal matches, and its teach-back question, if any, was answered. Otherwise the view
    says what is missing.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        shown = await _read_card_shown(transaction.conn, member_id, nonce)
        licence_id = shown.proof.subject
        card = _card(transaction.snapshot, licence_id, CardOutcome.LOOKED)
        obstacle = _obstacle(card, shown)
        if obstacle is not None:
            return _card(transaction.snapshot, licence_id, obstacle)
        terms = card.standing.holding.licence.terms
        if terms.needs_teach_back and shown.taught is not TeachBack.PASSED:
            return _quiz(transaction.snapshot, card.standing, nonce, shown.taught)
        if not card.says_yes:
            await transaction.record(_consent(card.standing, "yes", nonce, shown.taught))
    return _card(transaction.snapshot, licence_id, CardOutcome.YES)


async def answer_question(
    deps: Deps, member_id: str, nonce: str, option: str, cause: Cause
) -> QuizView:
    """Answer the teach-back question of a card. After a first wrong answer it is asked again.

    After a second wrong answer this card accepts no more answers; a new card does.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce, or it asks no question.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        shown = await _read_card_shown(transaction.conn, member_id, nonce)
        standing = _find_standing(transaction.snapshot, shown.proof.subject)
        terms = standing.holding.licence.terms
        if not terms.needs_teach_back:
            raise NotFoundError(f"licence {standing.holding.licence.id} asks no question")
        taught = shown.taught
        is_repeat = shown.taught_by == cause.key
        if taught in {TeachBack.NOT_ASKED, TeachBack.ONCE_WRONG} and not is_repeat:
            first = taught is TeachBack.NOT_ASKED
            wrong = TeachBack.ONCE_WRONG if first else TeachBack.TWICE_WRONG
            taught = TeachBack.PASSED if option == quiz_question(terms, nonce).right else wrong
        if taught is not shown.taught:
            await journal.put_taught(transaction.conn, nonce, taught, cause)
        return _quiz(transaction.snapshot, standing, nonce, taught)


async def _say(
    deps: Deps, member_id: str, licence_id: str, value: Literal["no", "later"], cause: Cause
) -> CardView:
    async with member_transaction(deps, member_id, cause) as transaction:
        standing = _find_standing(transaction.snapshot, licence_id)
        answer = standing.holding.answer
        if answer is None or answer.value != value:
            await transaction.record(_consent(standing, value))
    return _card(transaction.snapshot, licence_id, CardOutcome(value))


async def _read_card_shown(conn: AsyncConnection, member_id: str, nonce: str) -> ShownText:
    shown = await journal.read_shown(conn, member_id, nonce)
    if shown is None or shown.proof.about != "card":
        raise NotFoundError(f"no card was shown to {member_id} under this nonce")
    return shown


def _obstacle(card: CardView, shown: ShownText) -> CardOutcome | None:
    if not is_open(card.standing):
        return CardOutcome.NOT_OPEN
    if shown.proof.digest != card.proof.digest:
        return CardOutcome.TERMS_CHANGED
    # A card of an ended membership does not count for a later membership in the same MID.
    if not shown.confirmed or shown.proof.membership_id != card.proof.membership_id:
        return CardOutcome.NOT_SEEN
    return CardOutcome.REFUSED if card.standing.refused_by else None


def _find_standing(snapshot: MemberSnapshot, licence_id: str) -> Standing:
    for holding in snapshot.holdings:
        if holding.licence.id == licence_id:
            return rules.standing(snapshot, holding)
    raise NotFoundError(f"licence {licence_id} is not of {snapshot.member.id}")


def _card(snapshot: MemberSnapshot, licence_id: str, outcome: CardOutcome) -> CardView:
    standing = _find_standing(snapshot, licence_id)
    licence = standing.holding.licence
    proof = Proof(
        nonce=new_nonce(),
        about="card",
        subject=licence.id,
        digest=licence.digest,
        version=licence.version,
        membership_id=standing.holding.membership.id,
    )
    return CardView(snapshot=snapshot, standing=standing, outcome=outcome, proof=proof)


def _quiz(snapshot: MemberSnapshot, standing: Standing, nonce: str, taught: TeachBack) -> QuizView:
    return QuizView(
        snapshot=snapshot,
        standing=standing,
        question=quiz_question(standing.holding.licence.terms, nonce),
        nonce=nonce,
        taught=taught,
    )


def _consent(
    standing: Standing, value: str, nonce: str | None = None, taught: TeachBack | None = None
) -> NewEvent:
    holding = standing.holding
    return NewEvent(
        kind=EventKind.CONSENT,
        scope=f"{holding.membership.id}/{holding.licence.id}",
        value=value,
        before=holding.answer.value if holding.answer else None,
        membership_id=holding.membership.id,
        mid_id=holding.membership.mid.id,
        licence_id=holding.licence.id,
        version=holding.licence.version,
        nonce=nonce,
        detail={"taught": taught.value} if taught else {},
    )
