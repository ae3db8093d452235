"""Use cases of one card: look, yes, no, later, and the question in between."""

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from service.choices.rules import question
from service.choices.values import CardView, Outcome, QuizView, is_open
from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_nonce
from service.journal import store as journal
from service.journal.values import Cause, Kind, NewEvent, Proof, Shown, Taught
from service.standing import rules
from service.standing import store as standing_store
from service.standing.member_transaction import turn
from service.standing.values import Picture, Standing


async def look_at_card(deps: Deps, member_id: str, licence_id: str) -> CardView:
    """One licence of this member.

    Raises:
        NotFoundError: it is no licence of theirs.
    """
    async with deps.db.read() as conn:
        picture = await standing_store.read_picture(conn, member_id, deps.clock.now())
    return _card(picture, licence_id, Outcome.LOOKED)


async def say_no(deps: Deps, member_id: str, licence_id: str, cause: Cause) -> CardView:
    """Out of one licence, at once, from any button however old."""
    return await _say(deps, member_id, licence_id, "no", cause)


async def say_later(deps: Deps, member_id: str, licence_id: str, cause: Cause) -> CardView:
    """Not now: the same as no for the licence, but the offer stays among what needs an answer."""
    return await _say(deps, member_id, licence_id, "later", cause)


async def say_yes(deps: Deps, member_id: str, nonce: str, cause: Cause) -> CardView | QuizView:
    """Agree to the card shown under ``nonce``.

    Recorded only if that text is confirmed as shown, its terms are still the present ones, no
    standing refusal catches it, and the question it may carry was answered.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce.
    """
    async with turn(deps, member_id, cause) as now:
        shown = await _read_card_shown(now.conn, member_id, nonce)
        licence_id = shown.proof.subject
        card = _card(now.picture, licence_id, Outcome.LOOKED)
        obstacle = _obstacle(card, shown)
        if obstacle is not None:
            return _card(now.picture, licence_id, obstacle)
        terms = card.standing.holding.licence.terms
        if terms.needs_teach_back and shown.taught is not Taught.PASSED:
            return _quiz(now.picture, card.standing, nonce, shown.taught)
        if not card.says_yes:
            await now.record(_consent(card.standing, "yes", nonce, shown.taught))
    return _card(now.picture, licence_id, Outcome.YES)


async def answer_question(
    deps: Deps, member_id: str, nonce: str, option: str, cause: Cause
) -> QuizView:
    """Take an answer to the question after a card. A first wrong one is explained and asked again.

    After a second wrong one this card takes no answer any more; a fresh card does.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce, or it asks nothing.
    """
    async with turn(deps, member_id, cause) as now:
        shown = await _read_card_shown(now.conn, member_id, nonce)
        found = _find(now.picture, shown.proof.subject)
        terms = found.holding.licence.terms
        if not terms.needs_teach_back:
            raise NotFoundError(f"licence {found.holding.licence.id} asks no question")
        taught = shown.taught
        again = shown.taught_by == cause.key
        if taught in {Taught.NOT_ASKED, Taught.ONCE_WRONG} and not again:
            first = taught is Taught.NOT_ASKED
            wrong = Taught.ONCE_WRONG if first else Taught.TWICE_WRONG
            taught = Taught.PASSED if option == question(terms, nonce).right else wrong
        if taught is not shown.taught:
            await journal.put_taught(now.conn, nonce, taught, cause)
        return _quiz(now.picture, found, nonce, taught)


async def _say(
    deps: Deps, member_id: str, licence_id: str, value: Literal["no", "later"], cause: Cause
) -> CardView:
    async with turn(deps, member_id, cause) as now:
        found = _find(now.picture, licence_id)
        answer = found.holding.answer
        if answer is None or answer.value != value:
            await now.record(_consent(found, value))
    return _card(now.picture, licence_id, Outcome(value))


async def _read_card_shown(conn: AsyncConnection, member_id: str, nonce: str) -> Shown:
    shown = await journal.read_shown(conn, member_id, nonce)
    if shown is None or shown.proof.about != "card":
        raise NotFoundError(f"no card was shown to {member_id} under this nonce")
    return shown


def _obstacle(card: CardView, shown: Shown) -> Outcome | None:
    if not is_open(card.standing):
        return Outcome.NOT_OPEN
    if shown.proof.digest != card.proof.digest:
        return Outcome.TERMS_CHANGED
    # A card of a membership that was left says nothing about the next one in the same MID.
    if not shown.confirmed or shown.proof.membership_id != card.proof.membership_id:
        return Outcome.NOT_SEEN
    return Outcome.REFUSED if card.standing.refused_by else None


def _find(picture: Picture, licence_id: str) -> Standing:
    for holding in picture.holdings:
        if holding.licence.id == licence_id:
            return rules.standing(picture, holding)
    raise NotFoundError(f"licence {licence_id} is not of {picture.member.id}")


def _card(picture: Picture, licence_id: str, outcome: Outcome) -> CardView:
    found = _find(picture, licence_id)
    licence = found.holding.licence
    proof = Proof(
        nonce=new_nonce(),
        about="card",
        subject=licence.id,
        digest=licence.digest,
        version=licence.version,
        membership_id=found.holding.membership.id,
    )
    return CardView(picture=picture, standing=found, outcome=outcome, proof=proof)


def _quiz(picture: Picture, found: Standing, nonce: str, taught: Taught) -> QuizView:
    asked = question(found.holding.licence.terms, nonce)
    return QuizView(picture=picture, standing=found, question=asked, nonce=nonce, taught=taught)


def _consent(
    found: Standing, value: str, nonce: str | None = None, taught: Taught | None = None
) -> NewEvent:
    holding = found.holding
    return NewEvent(
        kind=Kind.CONSENT,
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
