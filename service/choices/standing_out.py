"""Use cases of staying out of more than one licence: standing refusals, pause, stop, and back."""

from dataclasses import replace

from service.choices.rules import digest_of
from service.choices.values import BackView, RefusalsView
from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_nonce
from service.journal import store as journal
from service.journal.values import ALL, Cause, Kind, NewEvent, Proof
from service.licences.dpv import category_known
from service.licences.rules import matching
from service.licences.values import Refusal, RefusalKind
from service.standing import rules
from service.standing import store as standing_store
from service.standing.member_transaction import turn
from service.standing.values import Pause, Picture, PortfolioView


async def look_at_refusals(deps: Deps, member_id: str) -> RefusalsView:
    """The standing refusals of a member."""
    async with deps.db.read() as conn:
        return _refusals(await standing_store.read_picture(conn, member_id, deps.clock.now()))


async def refuse(deps: Deps, member_id: str, refusal: Refusal, cause: Cause) -> RefusalsView:
    """Refuse a buyer, commercial uses or a kind of data everywhere, now and in future.

    Raises:
        NotFoundError: the rule names nothing that exists.
    """
    async with turn(deps, member_id, cause) as now:
        _check(now.picture, refusal)
        if refusal not in now.picture.refusals:
            await now.record(_refusal_event(refusal, "on"))
    return replace(_refusals(now.picture), just=refusal)


async def look_at_lifting(deps: Deps, member_id: str, refusal: Refusal) -> BackView:
    """What lifting a refusal would bring back."""
    async with deps.db.read() as conn:
        return _back(await standing_store.read_picture(conn, member_id, deps.clock.now()), refusal)


async def lift(deps: Deps, member_id: str, nonce: str, cause: Cause) -> RefusalsView | BackView:
    """Lift the refusal shown under ``nonce``, if what would come back is still what was shown.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce.
    """
    async with turn(deps, member_id, cause) as now:
        shown = await journal.read_shown(now.conn, member_id, nonce)
        if shown is None or shown.proof.about != "lift":
            raise NotFoundError(f"no refusal was shown to {member_id} under this nonce")
        refusal = Refusal.from_scope(shown.proof.subject)
        if refusal in now.picture.refusals:
            back = _back(now.picture, refusal)
            if back.proof.digest != shown.proof.digest or not shown.confirmed:
                return replace(back, stale=True)
            await now.record(_refusal_event(refusal, "off", nonce))
    return replace(_refusals(now.picture), just=refusal, lifted=True)


async def step_out(deps: Deps, member_id: str, pause: Pause, cause: Cause) -> BackView:
    """Pause, or stop: out of every licence at once. Nothing else about the member changes."""
    async with turn(deps, member_id, cause) as now:
        present = now.picture.pause
        # A pause that comes after a stop must not loosen it.
        weaker = present is Pause.STOPPED and pause is Pause.PAUSED
        if present is not pause and not weaker:
            await now.record(_pause_event(pause, present))
    return _back(now.picture, None)


async def look_at_resuming(deps: Deps, member_id: str) -> BackView:
    """What resuming would bring back."""
    async with deps.db.read() as conn:
        return _back(await standing_store.read_picture(conn, member_id, deps.clock.now()), None)


async def resume(deps: Deps, member_id: str, nonce: str, cause: Cause) -> PortfolioView | BackView:
    """End the pause, if what would come back is still what was shown under ``nonce``.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce.
    """
    async with turn(deps, member_id, cause) as now:
        shown = await journal.read_shown(now.conn, member_id, nonce)
        if shown is None or shown.proof.about != "resume":
            raise NotFoundError(f"no pause was shown to {member_id} under this nonce")
        if now.picture.pause is not Pause.OFF:
            back = _back(now.picture, None)
            if back.proof.digest != shown.proof.digest or not shown.confirmed:
                return replace(back, stale=True)
            await now.record(_pause_event(Pause.OFF, now.picture.pause, nonce))
    return PortfolioView(picture=now.picture, standings=rules.standings(now.picture))


def _check(picture: Picture, refusal: Refusal) -> None:
    known = {
        RefusalKind.COMMERCIAL: refusal.value == "any",
        RefusalKind.CATEGORY: category_known(f"pd:{refusal.value}"),
        RefusalKind.BUYER: any(
            refusal.value == party.id
            for holding in picture.holdings
            for party in (*holding.licence.terms.buyers, *holding.licence.terms.via)
        ),
    }
    if not known[refusal.kind]:
        raise NotFoundError(f"{refusal.scope} names nothing that {picture.member.id} could refuse")


def _refusals(picture: Picture) -> RefusalsView:
    return RefusalsView(
        picture=picture,
        caught=tuple(
            (refusal, sum(bool(matching(h.licence.terms, [refusal])) for h in picture.holdings))
            for refusal in picture.refusals
        ),
    )


def _back(picture: Picture, refusal: Refusal | None) -> BackView:
    if refusal is None:
        supposed = replace(picture, pause=Pause.OFF)
    else:
        rest = tuple(one for one in picture.refusals if one != refusal)
        supposed = replace(picture, refusals=rest)
    back = rules.coming_back(picture, supposed)
    proof = Proof(
        nonce=new_nonce(),
        about="resume" if refusal is None else "lift",
        subject="all" if refusal is None else refusal.scope,
        digest=digest_of(back),
    )
    return BackView(picture=picture, refusal=refusal, back=back, proof=proof)


def _refusal_event(refusal: Refusal, value: str, nonce: str | None = None) -> NewEvent:
    return NewEvent(kind=Kind.REFUSAL, scope=refusal.scope, value=value, nonce=nonce)


def _pause_event(pause: Pause, before: Pause, nonce: str | None = None) -> NewEvent:
    return NewEvent(
        kind=Kind.PAUSE, scope=ALL, value=pause.value, before=before.value, nonce=nonce
    )
