"""Use cases of opting out of many licences: standing refusals, pause, stop, and ending them."""

from dataclasses import replace

from service.choices.rules import digest_of_standings
from service.choices.values import RefusalsView, RestoreView
from service.deps import Deps
from service.errors import NotFoundError
from service.ids import new_nonce
from service.journal import store as journal
from service.journal.values import ALL, Cause, EventKind, NewEvent, Proof
from service.licences.dpv import is_category
from service.licences.rules import matching_refusals
from service.licences.values import Refusal, RefusalKind
from service.standing import rules
from service.standing import store as standing_store
from service.standing.member_transaction import member_transaction
from service.standing.values import MemberSnapshot, Pause, PortfolioView


async def look_at_refusals(deps: Deps, member_id: str) -> RefusalsView:
    """The standing refusals of a member."""
    async with deps.db.read() as conn:
        return _refusals(await standing_store.read_snapshot(conn, member_id, deps.clock.now()))


async def refuse(deps: Deps, member_id: str, refusal: Refusal, cause: Cause) -> RefusalsView:
    """Refuse a buyer, commercial use or a data category, in every MID, now and in future.

    Raises:
        NotFoundError: the refusal names no buyer or category that exists.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        _require_known(transaction.snapshot, refusal)
        if refusal not in transaction.snapshot.refusals:
            await transaction.record(_refusal_event(refusal, "on"))
    return replace(_refusals(transaction.snapshot), changed=refusal)


async def look_at_lifting(deps: Deps, member_id: str, refusal: Refusal) -> RestoreView:
    """What lifting a refusal would restore."""
    async with deps.db.read() as conn:
        return _restore_view(
            await standing_store.read_snapshot(conn, member_id, deps.clock.now()), refusal
        )


async def lift(deps: Deps, member_id: str, nonce: str, cause: Cause) -> RefusalsView | RestoreView:
    """Lift the refusal shown under ``nonce``, if what it restores is still what was shown.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        shown = await journal.read_shown(transaction.conn, member_id, nonce)
        if shown is None or shown.proof.about != "lift":
            raise NotFoundError(f"no refusal was shown to {member_id} under this nonce")
        refusal = Refusal.from_scope(shown.proof.subject)
        if refusal in transaction.snapshot.refusals:
            preview = _restore_view(transaction.snapshot, refusal)
            if preview.proof.digest != shown.proof.digest or not shown.confirmed:
                return replace(preview, stale=True)
            await transaction.record(_refusal_event(refusal, "off", nonce))
    return replace(_refusals(transaction.snapshot), changed=refusal, lifted=True)


async def set_pause(deps: Deps, member_id: str, pause: Pause, cause: Cause) -> RestoreView:
    """Pause or stop: out of every licence at once. Answers and prices stay as they are."""
    async with member_transaction(deps, member_id, cause) as transaction:
        current = transaction.snapshot.pause
        # A pause after a stop must not weaken the stop.
        is_weaker = current is Pause.STOPPED and pause is Pause.PAUSED
        if current is not pause and not is_weaker:
            await transaction.record(_pause_event(pause, current))
    return _restore_view(transaction.snapshot, None)


async def look_at_resuming(deps: Deps, member_id: str) -> RestoreView:
    """What ending the pause would restore."""
    async with deps.db.read() as conn:
        return _restore_view(
            await standing_store.read_snapshot(conn, member_id, deps.clock.now()), None
        )


async def resume(
    deps: Deps, member_id: str, nonce: str, cause: Cause
) -> PortfolioView | RestoreView:
    """End the pause, if what it restores is still what was shown under ``nonce``.

    Raises:
        NotFoundError: nothing of this member was shown under the nonce.
    """
    async with member_transaction(deps, member_id, cause) as transaction:
        shown = await journal.read_shown(transaction.conn, member_id, nonce)
        if shown is None or shown.proof.about != "resume":
            raise NotFoundError(f"no pause was shown to {member_id} under this nonce")
        if transaction.snapshot.pause is not Pause.OFF:
            preview = _restore_view(transaction.snapshot, None)
            if preview.proof.digest != shown.proof.digest or not shown.confirmed:
                return replace(preview, stale=True)
            await transaction.record(_pause_event(Pause.OFF, transaction.snapshot.pause, nonce))
    return PortfolioView(
        snapshot=transaction.snapshot, standings=rules.standings(transaction.snapshot)
    )


def _require_known(snapshot: MemberSnapshot, refusal: Refusal) -> None:
    known = {
        RefusalKind.COMMERCIAL: refusal.value == "any",
        RefusalKind.CATEGORY: is_category(f"pd:{refusal.value}"),
        RefusalKind.BUYER: any(
            refusal.value == party.id
            for holding in snapshot.holdings
            for party in (*holding.licence.terms.buyers, *holding.licence.terms.via)
        ),
    }
    if not known[refusal.kind]:
        raise NotFoundError(
            f"{refusal.scope} names nothing that {snapshot.member.id} could refuse"
        )


def _refusals(snapshot: MemberSnapshot) -> RefusalsView:
    return RefusalsView(
        snapshot=snapshot,
        matches=tuple(
            (refusal, _count_matches(snapshot, refusal)) for refusal in snapshot.refusals
        ),
    )


def _count_matches(snapshot: MemberSnapshot, refusal: Refusal) -> int:
    return sum(
        bool(matching_refusals(holding.licence.terms, [refusal])) for holding in snapshot.holdings
    )


def _restore_view(snapshot: MemberSnapshot, refusal: Refusal | None) -> RestoreView:
    if refusal is None:
        after = replace(snapshot, pause=Pause.OFF)
    else:
        remaining = tuple(item for item in snapshot.refusals if item != refusal)
        after = replace(snapshot, refusals=remaining)
    restored = rules.restored_standings(snapshot, after)
    proof = Proof(
        nonce=new_nonce(),
        about="resume" if refusal is None else "lift",
        subject="all" if refusal is None else refusal.scope,
        digest=digest_of_standings(restored),
    )
    return RestoreView(snapshot=snapshot, refusal=refusal, restored=restored, proof=proof)


def _refusal_event(refusal: Refusal, value: str, nonce: str | None = None) -> NewEvent:
    return NewEvent(kind=EventKind.REFUSAL, scope=refusal.scope, value=value, nonce=nonce)


def _pause_event(pause: Pause, before: Pause, nonce: str | None = None) -> NewEvent:
    return NewEvent(
        kind=EventKind.PAUSE, scope=ALL, value=pause.value, before=before.value, nonce=nonce
    )
