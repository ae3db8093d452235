"""Random histories of two members in two MIDs against a small model in plain Python.

The model knows who is in and whose yes is in force, from nothing but the order of what happened.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from service import erasure
from service.bundle.resolve import resolve_terms
from service.bundle.schema.bundle import Bundle
from service.choices import cases as choices
from service.choices import opt_out
from service.choices.rules import quiz_question
from service.db.database import open_embedded
from service.deps import Deps
from service.errors import NotFoundError
from service.journal import cases as journal
from service.journal.store import events
from service.journal.values import Cause, Proof
from service.knob import cases as knob_cases
from service.licences.rules import matching_refusals
from service.licences.values import Refusal, RefusalKind, Terms
from service.people import cases as people
from service.price import formula
from service.standing import cases as standing_cases
from service.standing.values import Pause, PortfolioView
from tests.support.life import check_sound
from tests.support.stage import (
    NOON,
    FixedClock,
    Stage,
    copied,
    invite_proof,
    licence_of,
    raw,
    staged,
)

HISTORIES = int(os.environ.get("MIDLINE_HISTORIES", "300"))
STEPS = 40
MY_REF = ("nurses", "N-0001")

MIDS = ("nurses", "translators")
REFS = (
    {"nurses": ("N-0001", "verified"), "translators": ("T-0002", "standard")},
    {"nurses": ("N-0004", "standard"), "translators": ("T-0001", "verified")},
)
TERMS: dict[str, Terms] = {
    spec.id: terms
    for mid in MIDS
    for spec, terms in resolve_terms(Bundle.model_validate(raw(mid)))
}
STATUS = {one["id"]: one["status"] for mid in MIDS for one in raw(mid)["licences"]}
VERSION = {one["id"]: one["version"] for mid in MIDS for one in raw(mid)["licences"]}
REFUSALS = (
    Refusal(RefusalKind.BUYER, "careful-robotics"),
    Refusal(RefusalKind.BUYER, "nurses"),
    Refusal(RefusalKind.COMMERCIAL, "any"),
    Refusal(RefusalKind.CATEGORY, "ProfessionalExperience"),
)
CATCHES = {
    one: {slug for slug, terms in TERMS.items() if matching_refusals(terms, [one])}
    for one in REFUSALS
}


@dataclass
class Offer:
    """A licence as the model knows it."""

    version: int
    floor: int
    status: str


@dataclass(eq=False)
class Stay:
    """One membership, from a joining to a leaving."""

    id: str
    mid: str
    here: bool = True
    replaced: bool = False
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass
class Turn:
    """The latest setting of the knob in one scope."""

    seq: int
    value: str
    before: str
    event: str
    undo: bool


@dataclass(eq=False)
class Paper:
    """Something that was shown: a card, or what would come back."""

    nonce: str
    owner: int
    confirmed: bool
    about: Any
    terms: Any
    stay: Stay | None = None
    taught: str = "not_asked"


class Somebody:
    """A member as the model knows them."""

    def __init__(self, nr: int, id_: str) -> None:
        self.nr = nr
        self.id = id_
        self.stays: list[Stay] = []
        self.refused: set[Refusal] = set()
        self.pause = Pause.OFF
        self.turns: dict[str, Turn] = {}

    def stay(self, mid: str) -> Stay | None:
        return next((one for one in self.stays if one.here and one.mid == mid), None)

    def silenced(self, scope: str) -> bool:
        general, own = self.turns.get("all"), self.turns.get(scope)
        if scope == "all" or general is None or own is None or own.value == "follow":
            return False
        return general.value == "never" and general.seq > own.seq

    def position(self, stay: Stay) -> str:
        general, own = self.turns.get("all"), self.turns.get(stay.id)
        if own is not None and own.value != "follow" and not self.silenced(stay.id):
            return own.value
        return general.value if general else "0"


def stands(
    who: Somebody, slug: str, offer: Offer, refused: set[Refusal], pause: Pause
) -> str | None:
    """``in``, ``waiting`` for the first day, or None for out."""
    terms = TERMS[slug]
    stay = who.stay(terms.mid_id)
    value, version = stay.answers.get(slug, ("", 0)) if stay else ("", 0)
    if (
        stay is None
        or offer.status in {"ended", "suspended"}
        or any(slug in CATCHES[one] for one in refused)
        or value != "yes"
        or version < offer.floor
        or pause is not Pause.OFF
        or who.position(stay) == "never"
    ):
        return None
    if offer.status != "active" or terms.start > NOON.date():
        return "waiting"
    if terms.price is None:
        return "in"
    best = formula.best_position(REFS[who.nr][terms.mid_id][1], terms.price)
    return "in" if best is not None and int(who.position(stay)) <= best else None


@dataclass(eq=False)
class Done:
    """Something that happened, so that it can be delivered again."""

    run: Callable[[Cause], Awaitable[object]]
    model: Callable[[], bool]
    cause: Cause
    wrote: bool
    scope: Stay | None = None


who_s = st.integers(0, 1)
slug_s = st.sampled_from(sorted(TERMS))
any_s = st.integers(0, 10**6)
mostly = st.sampled_from((True, True, True, False))
to_s = st.sampled_from(("-5", "-4", "-1", "0", "1", "2", "5", "never"))


class Histories(RuleBasedStateMachine):
    """What two members, their MIDs and the operator do, in any order."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        clock = FixedClock()
        db = copied(self.template, Path(self.folder.name))
        self.stage = Stage(Deps(db, clock), clock)
        self.bundles = {mid: raw(mid) for mid in MIDS}
        self.offers = {slug: Offer(VERSION[slug], VERSION[slug], STATUS[slug]) for slug in TERMS}
        self.done: list[Done] = []
        self.papers: list[Paper] = []
        self.seq = 0

    def teardown(self) -> None:
        self.run(self.stage.deps.db.close())
        self.loop.close()
        self.folder.cleanup()

    def run(self, work: Awaitable[Any]) -> Any:
        async def held() -> Any:
            return await work

        return self.loop.run(held())

    @initialize()
    def two_members_join(self) -> None:
        self.folk = [Somebody(nr, self.run(self.stage.stranger())) for nr in (0, 1)]
        for who in (0, 1):
            for mid in MIDS:
                self.join(who, mid, seen=True)

    # How anything happens.

    def act(
        self,
        run: Callable[[Cause], Awaitable[object]],
        model: Callable[[], bool],
        scope: Stay | None = None,
    ) -> None:
        done = Done(run, model, self.stage.cause(), wrote=False, scope=scope)
        self.deliver(done)
        self.done.append(done)

    def deliver(self, done: Done) -> None:
        self.stage.clock.tick()
        before = self.written()
        if not done.wrote:
            done.wrote = expected = done.model()
        else:
            expected = False
        try:
            self.run(done.run(done.cause))
        except NotFoundError:
            assert not expected
        assert self.written() - before == expected
        self.check()

    def written(self) -> int:
        async def count() -> int:
            async with self.stage.deps.db.read() as conn:
                return (await conn.execute(select(func.count()).select_from(events))).scalar_one()

        return self.run(count())

    def check(self) -> None:
        self.run(check_sound(self.stage.deps.db))
        for who in self.folk:
            view: PortfolioView = self.run(standing_cases.read_portfolio(self.stage.deps, who.id))
            found = {
                one.holding.licence.slug: (
                    one.is_in,
                    one.holding.answer is not None
                    and one.holding.answer.value == "yes"
                    and one.holding.answer.version >= one.holding.licence.floor,
                )
                for one in view.standings
            }
            wanted = {}
            for slug, offer in self.offers.items():
                if (stay := who.stay(TERMS[slug].mid_id)) is not None:
                    value, version = stay.answers.get(slug, ("", 0))
                    wanted[slug] = (
                        stands(who, slug, offer, who.refused, who.pause) == "in",
                        value == "yes" and version >= offer.floor,
                    )
            assert found == wanted
            assert set(view.snapshot.refusals) == who.refused
            assert view.snapshot.pause is who.pause

    def licence(self, slug: str) -> str:
        async def find() -> str:
            from service.licences.store import licences

            async with self.stage.deps.db.read() as conn:
                row = await conn.execute(select(licences.c.id).where(licences.c.slug == slug))
                return row.scalar_one()

        return self.run(find())

    def last_event(self) -> str:
        async def find() -> str:
            async with self.stage.deps.db.read() as conn:
                row = await conn.execute(select(events.c.id).order_by(events.c.seq.desc()))
                return row.scalars().first()

        return self.run(find())

    def back(self, who: Somebody, refused: set[Refusal], pause: Pause) -> set[tuple[str, int]]:
        return {
            (slug, offer.version)
            for slug, offer in self.offers.items()
            if stands(who, slug, offer, refused, pause)
            and not stands(who, slug, offer, who.refused, who.pause)
        }

    # Coming and going.

    @rule(who=who_s, mid=st.sampled_from(MIDS), seen=mostly)
    def join(self, who: int, mid: str, *, seen: bool) -> None:
        me, deps, ref = self.folk[who], self.stage.deps, REFS[who][mid][0]
        (invite,) = self.run(people.make_invites(deps, mid, ref=ref))
        view = self.run(people.look_at_invite(deps, me.id, invite.token))
        self.run(self.stage.show(me.id, invite_proof(view), confirmed=seen))
        used = False

        def model() -> bool:
            nonlocal used
            if used or not seen or me.stay(mid):
                return False
            used = True
            for one in me.stays:
                one.replaced = one.replaced or one.mid == mid
            me.stays.append(Stay("", mid))
            return True

        self.joining = me
        self.act(lambda cause: self._joined(me, mid, view.nonce, cause), model)

    async def _joined(self, me: Somebody, mid: str, nonce: str, cause: Cause) -> None:
        await people.join(self.stage.deps, me.id, nonce, cause)
        _, found = await people.read_member(self.stage.deps, me.id)
        if (stay := me.stay(mid)) is not None:
            stay.id = next(one.id for one in found if one.mid.id == mid)

    @rule(who=who_s, nr=any_s, erase=st.sampled_from((False, False, True)))
    def leave(self, who: int, nr: int, *, erase: bool) -> None:
        me = self.folk[who]
        if not me.stays:
            return
        stay = me.stays[nr % len(me.stays)]

        def model() -> bool:
            if not erase:
                was, stay.here = stay.here, False
                return was and stay in me.stays
            return False

        if erase:
            self.erase(me, stay)
        else:
            self.act(
                lambda cause: people.leave(self.stage.deps, me.id, stay.id, cause),
                model,
                stay,
            )

    def erase(self, me: Somebody, stay: Stay) -> None:
        self.stage.clock.tick()
        self.run(erasure.erase_membership(self.stage.deps, me.id, stay.id))
        me.stays.remove(stay)
        me.turns.pop(stay.id, None)
        self.papers = [one for one in self.papers if one.stay is not stay]
        # With its events their causes are forgotten too, and the inbox never delivers them again.
        self.done = [one for one in self.done if one.scope is not stay]
        self.check()

    @rule(who=who_s, nr=any_s)
    def undo_leave(self, who: int, nr: int) -> None:
        me = self.folk[who]
        if not me.stays:
            return
        stay = me.stays[nr % len(me.stays)]

        def model() -> bool:
            if stay not in me.stays or stay.here or stay.replaced or me.stay(stay.mid):
                return False
            stay.here = True
            return True

        self.act(
            lambda cause: people.undo_leave(self.stage.deps, me.id, stay.id, cause), model, stay
        )

    # Cards.

    @rule(who=who_s, slug=slug_s, seen=mostly)
    def see_card(self, who: int, slug: str, *, seen: bool) -> None:
        me = self.folk[who]
        stay = me.stay(TERMS[slug].mid_id)
        if stay is None:
            with pytest.raises(NotFoundError):
                self.run(choices.look_at_card(self.stage.deps, me.id, self.licence(slug)))
            return
        view = self.run(self.stage.see_card(me.id, slug, confirmed=seen))
        self.papers.append(
            Paper(view.proof.nonce, who, seen, slug, self.offers[slug].version, stay)
        )

    @precondition(lambda self: any(one.stay for one in self.papers))
    @rule(who=st.sampled_from((None, None, None, 0, 1)), nr=any_s, fresh=mostly)
    def say_yes(self, who: int | None, nr: int, *, fresh: bool) -> None:
        cards = [one for one in self.papers if one.stay]
        card = cards[-1 - nr % min(3, len(cards))] if fresh else cards[nr % len(cards)]
        me = self.folk[card.owner if who is None else who]
        self.act(
            lambda cause: choices.say_yes(self.stage.deps, me.id, card.nonce, cause),
            lambda: self._yes(me, card),
            card.stay,
        )

    def _yes(self, me: Somebody, card: Paper) -> bool:
        slug, offer = card.about, self.offers[card.about]
        stay = me.stay(TERMS[slug].mid_id)
        if (
            card.owner != me.nr
            or card not in self.papers
            or stay is None
            or offer.status not in {"offered", "active"}
            or card.terms != offer.version
            or not card.confirmed
            or any(slug in CATCHES[one] for one in me.refused)
            or (TERMS[slug].needs_teach_back and card.taught != "passed")
        ):
            return False
        value, version = stay.answers.get(slug, ("", 0))
        if value == "yes" and version >= offer.floor:
            return False
        stay.answers[slug] = ("yes", offer.version)
        return True

    @precondition(lambda self: any(one.stay for one in self.papers))
    @rule(nr=any_s, right=mostly, fresh=mostly)
    def answer(self, nr: int, *, right: bool, fresh: bool) -> None:
        cards = [one for one in self.papers if one.stay and TERMS[one.about].needs_teach_back]
        if not cards:
            return
        card = cards[-1 - nr % min(3, len(cards))] if fresh else cards[nr % len(cards)]
        me = self.folk[card.owner]
        asked = quiz_question(TERMS[card.about], card.nonce)
        option = asked.right if right else next(o for o in asked.options if o != asked.right)
        answered = False

        def model() -> bool:
            nonlocal answered
            if me.stay(TERMS[card.about].mid_id) and not answered and card in self.papers:
                wrong = {"not_asked": "once_wrong", "once_wrong": "twice_wrong"}
                if card.taught in wrong:
                    answered = True
                    card.taught = "passed" if right else wrong[card.taught]
            return False

        self.act(
            lambda cause: choices.answer_question(
                self.stage.deps, me.id, card.nonce, option, cause
            ),
            model,
            card.stay,
        )

    @rule(who=who_s, slug=slug_s, value=st.sampled_from(("no", "later")))
    def say_no(self, who: int, slug: str, value: str) -> None:
        me, id_ = self.folk[who], self.licence(slug)
        say = choices.say_no if value == "no" else choices.say_later

        def model() -> bool:
            stay = me.stay(TERMS[slug].mid_id)
            if stay is None or stay.answers.get(slug, ("", 0))[0] == value:
                return False
            stay.answers[slug] = (value, self.offers[slug].version)
            return True

        self.act(
            lambda cause: say(self.stage.deps, me.id, id_, cause),
            model,
            me.stay(TERMS[slug].mid_id),
        )

    # Staying out of more than one.

    @rule(who=who_s, one=st.sampled_from(REFUSALS))
    def refuse(self, who: int, one: Refusal) -> None:
        me = self.folk[who]

        def model() -> bool:
            if one in me.refused:
                return False
            if one.kind is RefusalKind.BUYER and not any(
                me.stay(TERMS[slug].mid_id) for slug in CATCHES[one]
            ):
                return False
            me.refused.add(one)
            return True

        self.act(lambda cause: opt_out.refuse(self.stage.deps, me.id, one, cause), model)

    @rule(who=who_s, one=st.sampled_from((*REFUSALS, None)), seen=mostly)
    def see_the_way_back(self, who: int, one: Refusal | None, *, seen: bool) -> None:
        me, deps = self.folk[who], self.stage.deps
        if one is None:
            view = self.run(opt_out.look_at_resuming(deps, me.id))
            back = self.back(me, me.refused, Pause.OFF)
        else:
            view = self.run(opt_out.look_at_lifting(deps, me.id, one))
            back = self.back(me, me.refused - {one}, me.pause)
        assert {(s.holding.licence.slug, s.holding.licence.version) for s in view.restored} == back
        proof: Proof = view.proof
        self.run(self.stage.show(me.id, proof, confirmed=seen))
        self.papers.append(Paper(proof.nonce, who, seen, one, back))

    @precondition(lambda self: any(one.stay is None for one in self.papers))
    @rule(who=st.sampled_from((None, None, None, 0, 1)), nr=any_s, fresh=mostly)
    def come_back(self, who: int | None, nr: int, *, fresh: bool) -> None:
        ways = [one for one in self.papers if one.stay is None]
        way = ways[-1] if fresh else ways[nr % len(ways)]
        me = self.folk[way.owner if who is None else who]

        def resumed() -> bool:
            good = me.pause is not Pause.OFF and self.back(me, me.refused, Pause.OFF) == way.terms
            if good and way.confirmed and way.owner == me.nr:
                me.pause = Pause.OFF
                return True
            return False

        def lifted() -> bool:
            rest = me.refused - {way.about}
            good = way.about in me.refused and self.back(me, rest, me.pause) == way.terms
            if good and way.confirmed and way.owner == me.nr:
                me.refused = rest
                return True
            return False

        if way.about is None:
            self.act(
                lambda cause: opt_out.resume(self.stage.deps, me.id, way.nonce, cause),
                resumed,
            )
        else:
            self.act(lambda cause: opt_out.lift(self.stage.deps, me.id, way.nonce, cause), lifted)

    @rule(who=who_s, to=st.sampled_from((Pause.PAUSED, Pause.STOPPED)))
    def step_out(self, who: int, to: Pause) -> None:
        me = self.folk[who]

        def model() -> bool:
            if me.pause in {to, Pause.STOPPED}:
                return False
            me.pause = to
            return True

        self.act(lambda cause: opt_out.set_pause(self.stage.deps, me.id, to, cause), model)

    # The knob.

    @rule(who=who_s, mid=st.sampled_from((None, *MIDS)), to=st.one_of(to_s, st.just("follow")))
    def set_knob(self, who: int, mid: str | None, to: str) -> None:
        me = self.folk[who]
        stay = me.stay(mid) if mid else None
        if mid and stay is None:
            return
        scope = stay.id if stay else "all"
        position = None if to == "follow" else "never" if to == "never" else int(to)

        async def run(cause: Cause) -> None:
            await knob_cases.set_knob(self.stage.deps, me.id, scope, position, cause)

        def model() -> bool:
            if (scope == "all" and to == "follow") or (stay and not stay.here):
                return False
            return self._turned(me, scope, to)

        before = self.written()
        self.act(run, model, stay)
        if self.written() > before:
            me.turns[scope].event = self.last_event()

    def _turned(self, me: Somebody, scope: str, to: str) -> bool:
        found = me.turns.get(scope)
        stored = found.value if found else "0" if scope == "all" else "follow"
        silenced = me.silenced(scope)
        anew = silenced and to != "follow"
        if scope == "all" and to == "never" and found is not None:
            anew = any(
                one.seq > found.seq and one.value != "follow"
                for key, one in me.turns.items() if key != "all"
            )  # fmt: skip
        if to == stored and not anew:
            return False
        self.seq += 1
        me.turns[scope] = Turn(self.seq, to, "follow" if silenced else stored, "", undo=False)
        return True

    @rule(who=who_s, nr=any_s, mine=mostly)
    def undo_knob(self, who: int, nr: int, *, mine: bool) -> None:
        me, other = self.folk[who], self.folk[who if mine else 1 - who]
        known = [(scope, one.event) for scope, one in other.turns.items()]
        if not known:
            return
        scope, event = known[nr % len(known)]
        stay = next((one for one in other.stays if one.id == scope), None)

        def model() -> bool:
            found = me.turns.get(scope)
            if found is None or found.event != event or found.undo or me.silenced(scope):
                return False
            if scope != "all" and not (stay and stay.here):
                return False
            self.seq += 1
            me.turns[scope] = Turn(self.seq, found.before, found.value, "", undo=True)
            return True

        before = self.written()
        self.act(
            lambda cause: knob_cases.undo_knob(self.stage.deps, me.id, event, cause), model, stay
        )
        if self.written() > before:
            me.turns[scope].event = self.last_event()

    # What MIDs and operators do, and what happens to processes.

    @rule(slug=slug_s, how=st.sampled_from(("material", "wording", "status", "status")),
          status=st.sampled_from(("as it was", "as it was", "suspended", "ended")))  # fmt: skip
    def import_(self, slug: str, how: str, status: str) -> None:
        offer, mid = self.offers[slug], TERMS[slug].mid_id
        block = licence_of(self.bundles[mid], slug)
        if how == "status":
            offer.status = block["status"] = STATUS[slug] if status == "as it was" else status
        else:
            block["version"] = offer.version = offer.version + 1
            if how == "material":
                end = date.fromisoformat(str(block["end"])) + timedelta(days=1)
                block["end"] = end.isoformat()
                offer.floor = offer.version
            else:
                block["why_wanted"] = {"en": f"Reason number {offer.version}."}
        self.run(self.stage.bring(self.bundles[mid]))
        self.check()

    @precondition(lambda self: self.done)
    @rule(nr=any_s)
    def deliver_again(self, nr: int) -> None:
        one = self.done[nr % len(self.done)]
        # What wrote nothing the first time may count now; the inbox never delivers that again.
        if one.wrote:
            self.deliver(one)

    @rule()
    def restart(self) -> None:
        self.run(self.stage.deps.db.close())
        home = Path(self.folder.name)
        db = open_embedded(home / "midline.db", home / "key")
        self.stage.deps = Deps(db, self.stage.clock)
        self.check()

    @rule()
    def rebuild(self) -> None:
        self.run(journal.rebuild_latest(self.stage.deps))
        self.check()


def play(template: Path, examples: int, steps: int) -> None:
    class Here(Histories):
        pass

    Here.template = template
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_two_members_do_each_is_in_exactly_what_they_said(told: Path):
    play(told, 12, 25)


@pytest.mark.proof
def test_whatever_two_members_do_for_long_each_is_in_exactly_what_they_said(told: Path):
    play(told, HISTORIES, STEPS)


async def test_a_card_of_a_membership_that_was_left_allows_no_yes_in_the_next_one(
    told: Path, tmp_path: Path
):
    async with staged(told, tmp_path) as stage:
        me = await stage.stranger()
        before = await stage.join(me, *MY_REF)
        card = await stage.see_card(me, "sepsis-warning")
        await people.leave(stage.deps, me, before.id, stage.cause())
        await stage.join(me, *MY_REF)
        await stage.tap_yes(me, card.proof.nonce)
        assert await stage.ins(me) == set()
