"""What the tests of the service stand on: a clock that is set, real encrypted stores, people."""

import copy
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

import bot.telegram.chat_store
import bot.updates.inbox_store  # noqa: F401  # the tables of the edge are on the same metadata
from service.bundle.cases import import_bundle
from service.bundle.files.yaml_lines import parse_document
from service.bundle.schema.bundle import Bundle
from service.bundle.values import ImportReport
from service.choices import cases as choices
from service.choices.rules import quiz_question
from service.choices.values import CardView, QuizView
from service.db.database import Database, open_embedded
from service.db.migrate import migrate
from service.deps import Deps
from service.ids import new_nonce
from service.journal import cases as journal
from service.journal.store import events
from service.journal.values import Cause, Proof, TeachBack
from service.knob import cases as knob_cases
from service.people import cases as people
from service.people import store as people_store
from service.people.values import InviteState, InviteView, Membership
from service.price.values import Position
from service.standing import cases as standing_cases
from service.standing.values import Standing, StandingReason

EXAMPLES = Path(__file__).parents[2] / "examples"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A day on which every example bundle makes sense."""

ACTIVE = ("lifting-robot", "sepsis-warning", "mt-grading", "dialect-voices")
"""The four licences that are active in the two bundles."""

_WRITTEN = {
    name: parse_document(
        (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), is_json=False
    ).value
    for name in ("nurses", "translators")
}


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def tick(self, **by: float) -> None:
        """Move on, by a second unless told otherwise."""
        self.at += timedelta(**by) if by else timedelta(seconds=1)


def raw(name: str) -> dict[str, Any]:
    """A copy of an example bundle as plain blocks, to be changed at will."""
    return copy.deepcopy(_WRITTEN[name])


def licence_of(bundle: dict[str, Any], slug: str) -> dict[str, Any]:
    """The block of one licence."""
    return next(one for one in bundle["licences"] if one["id"] == slug)


def next_version(name: str, slug: str, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """An example with one licence changed and its version raised by one."""
    bundle = raw(name)
    block = licence_of(bundle, slug)
    change(block)
    block["version"] += 1
    return bundle


def copied(template: Path, to: Path) -> Database:
    """A store of its own, copied with its key from a template folder, and opened."""
    for file in ("midline.db", "key"):
        shutil.copy(template / file, to / file)
    return open_embedded(to / "midline.db", to / "key")


@dataclass
class Stage:
    """A store, a clock, and the things people and MIDs do with them."""

    deps: Deps
    clock: FixedClock
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def cause(self, source: str = "test") -> Cause:
        """A cause that never happened before."""
        return Cause(key=f"in:{next(self._numbers)}:{new_nonce()}", source=source)

    async def bring(self, bundle: dict[str, Any]) -> ImportReport:
        """What ``midline import`` does."""
        self.clock.tick()
        return await import_bundle(self.deps, Bundle.model_validate(bundle))

    async def bring_examples(self) -> None:
        """Both MIDs as the examples describe them."""
        for name in ("nurses", "translators"):
            await self.bring(raw(name))

    async def stranger(self) -> str:
        """Someone who has just opened the bot."""
        async with self.deps.db.write() as conn:
            return (await people_store.add_member(conn, self.clock.now())).id

    async def show(self, member: str, proof: Proof, *, confirmed: bool = True) -> str:
        """Show a text with this proof; returns the nonce that its buttons carry."""
        await journal.record_text(self.deps, member, proof, locale="en", text_hash="0" * 64)
        if confirmed:
            await journal.confirm_text(self.deps, proof.nonce, next(self._numbers) + 1)
        return proof.nonce

    async def see_invite(self, member: str, token: str) -> InviteView:
        """Open an invite link; the view's nonce then allows joining if it is open."""
        view = await people.look_at_invite(self.deps, member, token)
        if view.state is InviteState.OPEN:
            await self.show(member, invite_proof(view))
        return view

    async def join(self, member: str, mid: str, ref: str) -> Membership:
        """Be invited under a reference, look, and accept."""
        self.clock.tick()
        (invite,) = await people.make_invites(self.deps, mid, ref=ref)
        view = await self.see_invite(member, invite.token)
        done = await people.join(self.deps, member, view.nonce, self.cause("invite"))
        assert done.state is InviteState.JOINED
        self.clock.tick()
        _, memberships = await people.read_member(self.deps, member)
        return next(one for one in memberships if one.mid.id == mid)

    async def standings(self, member: str) -> dict[str, Standing]:
        """Every licence of a member by its slug."""
        view = await standing_cases.read_portfolio(self.deps, member)
        return {one.holding.licence.slug: one for one in view.standings}

    async def why(self, member: str, slug: str) -> StandingReason:
        """Why a member is in or out of one licence."""
        return (await self.standings(member))[slug].why

    async def ins(self, member: str) -> set[str]:
        """The licences a member is in."""
        return {slug for slug, one in (await self.standings(member)).items() if one.is_in}

    async def licence_id(self, member: str, slug: str) -> str:
        return (await self.standings(member))[slug].holding.licence.id

    async def see_card(self, member: str, slug: str, *, confirmed: bool = True) -> CardView:
        """Look at a card that reaches the member; its ``proof.nonce`` is on the yes button."""
        view = await choices.look_at_card(self.deps, member, await self.licence_id(member, slug))
        await self.show(member, view.proof, confirmed=confirmed)
        return view

    async def tap_yes(self, member: str, nonce: str) -> CardView | QuizView:
        """Tap the yes button of a card, and nothing else."""
        self.clock.tick()
        return await choices.say_yes(self.deps, member, nonce, self.cause("card"))

    async def answer(self, member: str, view: QuizView, *, right: bool) -> QuizView:
        """Answer the question after a card."""
        asked = view.question
        wrong = next(one for one in asked.options if one != asked.right)
        return await choices.answer_question(
            self.deps,
            member,
            view.nonce,
            asked.right if right else wrong,
            self.cause("question"),
        )

    async def yes(self, member: str, slug: str) -> CardView:
        """See a card and agree to it, answering the question that it may carry."""
        card = await self.see_card(member, slug)
        said = await self.tap_yes(member, card.proof.nonce)
        if isinstance(said, QuizView):
            taught = await self.answer(member, said, right=True)
            assert taught.taught is TeachBack.PASSED
            said = await self.tap_yes(member, card.proof.nonce)
        assert isinstance(said, CardView)
        return said

    async def no(self, member: str, slug: str) -> CardView:
        """Out of one licence."""
        self.clock.tick()
        licence = await self.licence_id(member, slug)
        return await choices.say_no(self.deps, member, licence, self.cause("card"))

    async def turn(self, member: str, to: Position | None, scope: str = "all"):
        """Set the knob."""
        self.clock.tick()
        return await knob_cases.set_knob(self.deps, member, scope, to, self.cause("knob"))

    async def history(self, member: str | None = None) -> list[Any]:
        """The events, of one member or of all, oldest first."""
        wanted = select(events).order_by(events.c.seq)
        if member is not None:
            wanted = wanted.where(events.c.member_id == member)
        async with self.deps.db.read() as conn:
            return list(await conn.execute(wanted))


async def make_example_store(folder: Path) -> None:
    """An encrypted store with both example MIDs, and its key: to be copied."""
    db = open_embedded(folder / "midline.db", folder / "key")
    clock = FixedClock()
    await migrate(db)
    await Stage(Deps(db, clock), clock).bring_examples()
    await db.close()


def invite_proof(view: InviteView) -> Proof:
    """The proof that the invite screen carries."""
    return Proof(nonce=view.nonce, about="invite", subject=view.invite_id, digest="")


def right_answer(view: QuizView) -> str:
    """The right answer, from the term sheet and not from the view."""
    return quiz_question(view.standing.holding.licence.terms, view.nonce).right


@asynccontextmanager
async def staged(template: Path, folder: Path) -> AsyncIterator[Stage]:
    """A stage on its own copy of a template."""
    db = copied(template, folder)
    clock = FixedClock()
    try:
        yield Stage(Deps(db, clock), clock)
    finally:
        await db.close()
