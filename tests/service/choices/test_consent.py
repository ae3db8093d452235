"""Consent: nothing without a yes, no yes without the text it is about, and no always works."""

import pytest

from service import erasure
from service.choices import cases, opt_out
from service.choices.rules import quiz_question
from service.choices.values import CardOutcome, CardView, QuizView, RefusalsView, RestoreView
from service.errors import NotFoundError
from service.journal.values import TeachBack
from service.licences.values import Refusal, RefusalKind
from service.people import cases as people
from service.price.values import NEVER
from service.standing import cases as standing_cases
from service.standing.values import Pause, PortfolioView, StandingReason
from tests.support.stage import ACTIVE, licence_of, next_version, raw

ROBOT, SEPSIS, OFFER = "lifting-robot", "sepsis-warning", "fatigue-and-cover"


async def consents(stage, member) -> list[str]:
    return [event.value for event in await stage.history(member) if event.kind == "consent"]


async def test_doing_nothing_means_being_in_no_licence(stage, both):
    for days in (0, 30, 400):
        stage.clock.tick(days=days, seconds=1)
        assert await stage.ins(both) == set()
    stage.clock.at = stage.clock.at.replace(year=2026, month=11, day=22)
    found = await stage.standings(both)
    assert {standing.why for standing in found.values()} == {StandingReason.NOT_ASKED}
    assert len(found) == 5
    for position in (-5, 5):
        await stage.turn(both, position)
        assert await stage.ins(both) == set()


async def test_a_yes_to_a_shown_card_is_recorded_with_the_version_and_the_proof(stage, both):
    said = await stage.yes(both, SEPSIS)
    assert said.outcome is CardOutcome.YES
    assert await stage.ins(both) == {SEPSIS}
    last = (await stage.history(both))[-1]
    assert (last.kind, last.value, last.version, last.source) == ("consent", "yes", 1, "card")
    assert last.nonce is not None
    assert last.mid_id == "nurses"


async def test_a_yes_to_a_card_that_perhaps_never_arrived_is_not_recorded(stage, nurse):
    card = await stage.see_card(nurse, SEPSIS, confirmed=False)
    said = await stage.tap_yes(nurse, card.proof.nonce)
    assert said.outcome is CardOutcome.NOT_SEEN
    assert await consents(stage, nurse) == []
    assert said.proof.nonce != card.proof.nonce, "the fresh card has a proof of its own"


async def test_a_yes_without_anything_shown_is_not_found(stage, nurse):
    card = await cases.look_at_card(stage.deps, nurse, await stage.licence_id(nurse, SEPSIS))
    for nonce in (card.proof.nonce, "", "x" * 40):
        with pytest.raises(NotFoundError):
            await stage.tap_yes(nurse, nonce)
    assert await consents(stage, nurse) == []


async def test_what_was_shown_to_another_member_is_not_found(stage, nurse):
    other = await stage.stranger()
    await stage.join(other, "nurses", "N-0004")
    card = await stage.see_card(nurse, SEPSIS)
    with pytest.raises(NotFoundError):
        await stage.tap_yes(other, card.proof.nonce)
    with pytest.raises(NotFoundError):
        await cases.answer_question(
            stage.deps, other, card.proof.nonce, "stays", stage.cause("question")
        )
    assert await consents(stage, nurse) == await consents(stage, other) == []


async def test_a_yes_with_a_proof_of_another_sort_is_not_found(stage, nurse):
    back = await opt_out.set_pause(stage.deps, nurse, Pause.PAUSED, stage.cause())
    nonce = await stage.show(nurse, back.proof)
    with pytest.raises(NotFoundError):
        await stage.tap_yes(nurse, nonce)
    card = await stage.see_card(nurse, SEPSIS)
    for use_case in (opt_out.resume, opt_out.lift):
        with pytest.raises(NotFoundError):
            await use_case(stage.deps, nurse, card.proof.nonce, stage.cause())


async def test_terms_that_changed_between_card_and_tap_record_nothing_and_give_a_fresh_card(
    stage, nurse
):
    card = await stage.see_card(nurse, SEPSIS)
    await stage.bring(next_version("nurses", SEPSIS, lambda block: block.update(group_size=9)))
    said = await stage.tap_yes(nurse, card.proof.nonce)
    assert said.outcome is CardOutcome.TERMS_CHANGED
    assert await consents(stage, nurse) == []
    assert said.proof.version == 2
    await stage.show(nurse, said.proof)
    assert (await stage.tap_yes(nurse, said.proof.nonce)).outcome is CardOutcome.YES


async def test_yes_twice_writes_one_event(stage, nurse):
    card = await stage.see_card(nurse, SEPSIS)
    for _ in range(3):
        assert (await stage.tap_yes(nurse, card.proof.nonce)).outcome is CardOutcome.YES
    assert await consents(stage, nurse) == ["yes"]
    again = await stage.see_card(nurse, SEPSIS)
    await stage.tap_yes(nurse, again.proof.nonce)
    assert await consents(stage, nurse) == ["yes"]


async def test_the_same_cause_twice_writes_nothing_even_after_a_no(stage, nurse):
    card = await stage.see_card(nurse, SEPSIS)
    cause = stage.cause("card")
    await cases.say_yes(stage.deps, nurse, card.proof.nonce, cause)
    await stage.no(nurse, SEPSIS)
    await cases.say_yes(stage.deps, nurse, card.proof.nonce, cause)
    assert await consents(stage, nurse) == ["yes", "no"]
    assert await stage.why(nurse, SEPSIS) is StandingReason.SAID_NO


async def test_no_works_at_once_from_any_button_however_old(stage, nurse):
    licence = await stage.licence_id(nurse, SEPSIS)
    await stage.yes(nurse, SEPSIS)
    await stage.bring(
        next_version("nurses", SEPSIS, lambda block: block.update(delete_within_days=9))
    )
    said = await cases.say_no(stage.deps, nurse, licence, stage.cause())
    assert said.outcome is CardOutcome.NO
    assert await stage.why(nurse, SEPSIS) is StandingReason.SAID_NO


async def given_nothing(stage, member): ...


async def given_yes(stage, member):
    await stage.yes(member, OFFER)


async def given_no(stage, member):
    await stage.no(member, OFFER)


async def given_pause(stage, member):
    await stage.yes(member, OFFER)
    await opt_out.set_pause(stage.deps, member, Pause.STOPPED, stage.cause())


async def given_never(stage, member):
    await stage.turn(member, NEVER)


async def given_refusal(stage, member):
    rule = Refusal(RefusalKind.BUYER, "steadylife-insurance")
    await opt_out.refuse(stage.deps, member, rule, stage.cause())


async def given_changed_terms(stage, member):
    await stage.yes(member, OFFER)
    await stage.bring(
        next_version("nurses", OFFER, lambda block: block.update(storage=["EU", "CH"]))
    )


async def given_ended(stage, member):
    bundle = raw("nurses")
    licence_of(bundle, OFFER)["status"] = "ended"
    await stage.bring(bundle)


async def given_suspended(stage, member):
    bundle = raw("nurses")
    licence_of(bundle, OFFER)["status"] = "suspended"
    await stage.bring(bundle)


async def given_no_longer_eligible(stage, member):
    await stage.yes(member, OFFER)
    bundle = raw("nurses")
    bundle["members"][0]["eligible"].remove(OFFER)
    await stage.bring(bundle)


SITUATIONS = [
    given_nothing, given_yes, given_no, given_pause, given_never, given_refusal,
    given_changed_terms, given_ended, given_suspended, given_no_longer_eligible,
]  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_no_and_later_work_from_anything_without_a_question(stage, nurse, situation):
    await situation(stage, nurse)
    licence = await stage.licence_id(nurse, OFFER)
    for say, value in ((cases.say_later, "later"), (cases.say_no, "no")):
        stage.clock.tick()
        said = await say(stage.deps, nurse, licence, stage.cause())
        assert isinstance(said, CardView)
        assert said.standing.holding.answer.value == value
        assert OFFER not in await stage.ins(nurse)
    assert (await consents(stage, nurse))[-2:][-1] == "no"


async def test_another_members_licence_is_not_found(stage, nurse):
    stranger = await stage.stranger()
    licence = await stage.licence_id(nurse, SEPSIS)
    with pytest.raises(NotFoundError):
        await cases.look_at_card(stage.deps, stranger, licence)
    with pytest.raises(NotFoundError):
        await cases.say_no(stage.deps, stranger, licence, stage.cause())


async def test_a_licence_for_which_the_mid_does_not_list_the_member_is_not_found(stage):
    member = await stage.stranger()
    await stage.join(member, "nurses", "N-0002")
    assert set(await stage.standings(member)) == {ROBOT, SEPSIS}


# The question after a card.


async def test_no_question_stands_before_a_card_with_nothing_that_needs_one(stage, nurse):
    card = await stage.see_card(nurse, ROBOT)
    assert isinstance(await stage.tap_yes(nurse, card.proof.nonce), CardView)


@pytest.mark.parametrize("slug", [OFFER, "mt-grading", "dialect-voices"])
async def test_a_question_stands_before_a_yes_that_cannot_be_undone_or_is_sensitive(
    stage, both, slug
):
    card = await stage.see_card(both, slug)
    asked = await stage.tap_yes(both, card.proof.nonce)
    assert isinstance(asked, QuizView)
    assert asked.taught is TeachBack.NOT_ASKED
    assert len(asked.question.options) == 3
    assert len(set(asked.question.options)) == 3
    assert asked.question.right in asked.question.options
    assert await consents(stage, both) == []
    taught = await stage.answer(both, asked, right=True)
    assert taught.taught is TeachBack.PASSED
    assert await consents(stage, both) == [], "a right answer is not yet a yes"
    said = await stage.tap_yes(both, card.proof.nonce)
    assert said.outcome is CardOutcome.YES
    assert (await stage.history(both))[-1].detail == {"taught": "passed"}


async def test_a_question_stands_before_a_copy_that_is_said_to_be_contained(stage, nurse):
    def copied(block):
        block["access_mode"] = "copy"

    await stage.bring(next_version("nurses", ROBOT, copied))
    card = await stage.see_card(nurse, ROBOT)
    assert isinstance(await stage.tap_yes(nurse, card.proof.nonce), QuizView)


async def test_one_wrong_answer_is_asked_again_and_two_stay_out(stage, nurse):
    card = await stage.see_card(nurse, "fatigue-and-cover")
    asked = await stage.tap_yes(nurse, card.proof.nonce)
    once = await stage.answer(nurse, asked, right=False)
    assert once.taught is TeachBack.ONCE_WRONG
    assert isinstance(await stage.tap_yes(nurse, card.proof.nonce), QuizView)
    twice = await stage.answer(nurse, once, right=False)
    assert twice.taught is TeachBack.TWICE_WRONG
    said = await stage.tap_yes(nurse, card.proof.nonce)
    assert said.taught is TeachBack.TWICE_WRONG
    assert await consents(stage, nurse) == []


async def test_an_old_button_does_not_pass_the_question_after_two_wrong_answers(stage, nurse):
    card = await stage.see_card(nurse, "fatigue-and-cover")
    asked = await stage.tap_yes(nurse, card.proof.nonce)
    for _ in range(2):
        await stage.answer(nurse, asked, right=False)
    late = await stage.answer(nurse, asked, right=True)
    assert late.taught is TeachBack.TWICE_WRONG
    assert isinstance(await stage.tap_yes(nurse, card.proof.nonce), QuizView)
    assert await consents(stage, nurse) == []
    fresh = await stage.see_card(nurse, OFFER)
    assert (await stage.tap_yes(nurse, fresh.proof.nonce)).taught is TeachBack.NOT_ASKED


async def test_once_wrong_and_then_right_may_say_yes(stage, nurse):
    card = await stage.see_card(nurse, "fatigue-and-cover")
    asked = await stage.tap_yes(nurse, card.proof.nonce)
    once = await stage.answer(nurse, asked, right=False)
    assert (await stage.answer(nurse, once, right=True)).taught is TeachBack.PASSED
    late = await stage.answer(nurse, once, right=False)
    assert late.taught is TeachBack.PASSED, "an old wrong button takes nothing back"
    assert (await stage.tap_yes(nurse, card.proof.nonce)).outcome is CardOutcome.YES


async def test_an_answer_to_a_card_that_asks_nothing_does_no_harm(stage, nurse):
    card = await stage.see_card(nurse, SEPSIS)
    with pytest.raises(NotFoundError):
        await cases.answer_question(
            stage.deps, nurse, card.proof.nonce, "stays", stage.cause("question")
        )
    assert (await stage.tap_yes(nurse, card.proof.nonce)).outcome is CardOutcome.YES


async def test_a_passed_question_does_not_count_for_terms_that_changed_since(stage, nurse):
    card = await stage.see_card(nurse, "fatigue-and-cover")
    asked = await stage.tap_yes(nurse, card.proof.nonce)
    await stage.answer(nurse, asked, right=True)
    await stage.bring(next_version("nurses", OFFER, lambda block: block.update(group_size=9)))
    assert (await stage.tap_yes(nurse, card.proof.nonce)).outcome is CardOutcome.TERMS_CHANGED
    fresh = await stage.see_card(nurse, OFFER)
    assert isinstance(await stage.tap_yes(nurse, fresh.proof.nonce), QuizView)


async def test_the_right_answer_has_no_fixed_place(stage, both):
    terms = (await stage.standings(both))["mt-grading"].holding.licence.terms
    places = set()
    for n in range(60):
        asked = quiz_question(terms, f"nonce {n}")
        assert quiz_question(terms, f"nonce {n}") == asked
        places.add(asked.options.index(asked.right))
    assert places == {0, 1, 2}


# When a yes cannot be recorded.


@pytest.mark.parametrize("situation", [given_ended, given_suspended, given_no_longer_eligible])
async def test_a_licence_that_is_not_open_takes_no_yes(stage, nurse, situation):
    card = await stage.see_card(nurse, "fatigue-and-cover")
    await situation(stage, nurse)
    before = await consents(stage, nurse)
    said = await stage.tap_yes(nurse, card.proof.nonce)
    assert said.outcome is CardOutcome.NOT_OPEN
    assert not said.open_for_yes
    assert await consents(stage, nurse) == before


async def test_a_refusal_beats_a_yes_given_before_and_one_tapped_after(stage, nurse):
    await stage.yes(nurse, ROBOT)
    await stage.turn(nurse, -2)
    assert await stage.ins(nurse) == {ROBOT}
    card = await stage.see_card(nurse, SEPSIS)
    for buyer in ("careful-robotics", "uni-sevilla"):
        rule = Refusal(RefusalKind.BUYER, buyer)
        await opt_out.refuse(stage.deps, nurse, rule, stage.cause())
    assert await stage.ins(nurse) == set()
    said = await stage.tap_yes(nurse, card.proof.nonce)
    assert said.outcome is CardOutcome.REFUSED
    assert await consents(stage, nurse) == ["yes"]


# Material changes.


def update(**values):
    return lambda block: block.update(values)


def price_of(**values):
    return lambda block: block["price"].update(values)


def purposes(*terms):
    return lambda block: block.update(
        purposes=[{"purpose": term, "commercial": commercial} for term, commercial in terms]
    )


def data(*items):
    return lambda block: block.update(
        data=[{"category": name, "origin": origin, **more} for name, origin, more in items]
    )


WORK = ("pd:WorkEnvironment", "observed", {})
SKILL = ("pd:ProfessionalExperience", "authored", {})
IMPROVE = "dpv:ImproveExistingProductsAndServices"

MATERIAL = {
    "another purpose": (purposes(("dpv:ImproveHealthcare", True)), "purposes"),
    "one purpose more": (purposes((IMPROVE, True), ("dpv:ImproveHealthcare", True)), "purposes"),
    "a purpose becomes commercial or not": (purposes((IMPROVE, False)), "purposes"),
    "another buyer": (update(buyers=["uni-sevilla"]), "buyers"),
    "one buyer more": (update(buyers=["careful-robotics", "uni-sevilla"]), "buyers"),
    "someone passes it on": (update(via=["uni-sevilla"]), "buyers"),
    "another collector": (update(collector="nurses"), "collector"),
    "another kind of data": (data(WORK, ("pd:WorkHistory", "authored", {})), "data"),
    "data from another origin": (data(WORK, (SKILL[0], "derived", {})), "data"),
    "data becomes sensitive": (data(WORK, (*SKILL[:2], {"sensitive": True})), "data"),
    "another access": (update(access_mode="query"), "access_mode"),
    "not contained": (update(containment="not_contained"), "containment"),
    "an earlier start": (update(start="2026-06-30"), "start"),
    "a later end": (update(end="2028-07-01"), "end"),
    "kept longer": (update(delete_within_days=31), "delete_within_days"),
    "stored elsewhere": (update(storage=["US"]), "storage"),
    "stored elsewhere too": (update(storage=["EU", "US"]), "storage"),
    "another remuneration": (update(remuneration="dividend"), "remuneration"),
    "no longer paid": (lambda block: (block.pop("price"), block.update(remuneration="none")),
                       "remuneration"),
    "another currency": (price_of(currency="CHF"), "price.currency"),
    "paid for something else": (price_of(per="year"), "price.per"),
    "another settlement": (price_of(settlement="ask"), "price.settlement"),
    "a lower lower limit": (price_of(limits=["0.40", "6.00"]), "price.floor"),
    "a lower upper limit": (price_of(limits=["0.50", "5.00"]), "price.cap"),
    "a higher upper limit": (price_of(limits=["0.50", "7.00"]), "price.cap"),
    "a wider bias down": (price_of(bias=["-2.00", "2.00"]), "price.bias_low"),
    "a narrower bias up": (price_of(bias=["-1.50", "1.00"]), "price.bias_high"),
    "a lower share": (update(member_share="0.79"), "member_share"),
}  # fmt: skip


async def say_yes_and_be_in(stage, member):
    await stage.turn(member, -1)
    await stage.yes(member, ROBOT)
    assert await stage.why(member, ROBOT) is StandingReason.IN


@pytest.mark.parametrize(("change", "field"), MATERIAL.values(), ids=MATERIAL)
async def test_a_material_change_puts_a_yes_on_hold_until_it_is_said_again(
    stage, nurse, change, field
):
    await say_yes_and_be_in(stage, nurse)
    report = await stage.bring(next_version("nurses", ROBOT, change))
    (imported,) = report.changes
    assert field in imported.material
    assert await stage.why(nurse, ROBOT) is StandingReason.CHANGED
    assert not (await stage.see_card(nurse, ROBOT)).says_yes
    again = await stage.yes(nurse, ROBOT)
    assert again.says_yes
    assert await stage.why(nurse, ROBOT) in {StandingReason.IN, StandingReason.PRICE}
    assert await consents(stage, nurse) == ["yes", "yes"]


async def test_a_lower_share_of_the_whole_mid_is_material_for_its_licences(stage, nurse):
    await say_yes_and_be_in(stage, nurse)
    bundle = next_version("nurses", ROBOT, update())
    bundle["mid"]["member_share"] = "0.75"
    for slug in (SEPSIS, OFFER):
        licence_of(bundle, slug)["version"] += 1
    report = await stage.bring(bundle)
    assert {change.material for change in report.changes if change.what.startswith("licence")} == {
        ("member_share",)
    }
    assert await stage.why(nurse, ROBOT) is StandingReason.CHANGED


async def test_a_new_link_between_mid_and_buyer_is_material(stage, nurse):
    await say_yes_and_be_in(stage, nurse)
    bundle = next_version("nurses", ROBOT, update())
    bundle["mid"]["affiliates"].append("careful-robotics")
    report = await stage.bring(bundle)
    assert ("linked",) in {change.material for change in report.changes}
    assert await stage.why(nurse, ROBOT) is StandingReason.CHANGED


@pytest.mark.parametrize(
    ("party", "change"),
    [("careful-robotics", {"class": "insurer"}), ("careful-robotics", {"country": "US"}),
     ("andalucia-health", {"class": "company"})],
)  # fmt: skip
async def test_a_party_that_becomes_another_kind_of_party_is_material(stage, nurse, party, change):
    await say_yes_and_be_in(stage, nurse)
    bundle = next_version("nurses", ROBOT, update())
    next(item for item in bundle["parties"] if item["id"] == party).update(change)
    for slug in (SEPSIS, OFFER):
        licence_of(bundle, slug)["version"] += 1
    await stage.bring(bundle)
    assert await stage.why(nurse, ROBOT) is StandingReason.CHANGED


NOT_MATERIAL = {
    "base": price_of(base={"standard": "2.10", "verified": "2.60"}),
    "step": price_of(step="0.50"),
    "rate": price_of(rate="2.80"),
    "title": update(title={"en": "Teach robots to lift"}),
    "why it is wanted": update(why_wanted={"en": "Robots learn from how nurses lift."}),
    "what is not known": update(unknowns={"en": "Nothing we know of."}),
    "legal text": update(legal_text={"en": "Access to recordings until 30 June 2028."}),
    "audit": update(audit={"on": "2026-11-01", "result": {"en": "All is well."}}),
    "no audit": update(audit=None),
    "group size": update(group_size=12),
    "a higher share": update(member_share="0.85"),
    "a higher share of what comes later": update(residual_share="0.03"),
    "a later start": update(start="2026-07-02"),
    "an earlier end": update(end="2028-06-29"),
}


@pytest.mark.parametrize("change", NOT_MATERIAL.values(), ids=NOT_MATERIAL)
async def test_what_is_not_material_leaves_a_yes_as_it_is(stage, nurse, change):
    await say_yes_and_be_in(stage, nurse)
    report = await stage.bring(next_version("nurses", ROBOT, change))
    (imported,) = report.changes
    assert imported.fields
    assert imported.material == ()
    assert (await stage.standings(nurse))[ROBOT].why in {StandingReason.IN, StandingReason.PRICE}
    assert (await stage.see_card(nurse, ROBOT)).says_yes


async def test_a_later_version_that_is_not_material_does_not_lift_the_hold(stage, nurse):
    await say_yes_and_be_in(stage, nurse)
    bundle = next_version("nurses", ROBOT, update(end="2028-07-01"))
    await stage.bring(bundle)
    licence_of(bundle, ROBOT).update(version=4, group_size=12)
    await stage.bring(bundle)
    assert await stage.why(nurse, ROBOT) is StandingReason.CHANGED
    licence_of(bundle, ROBOT).update(version=5, end="2028-06-30")
    await stage.bring(bundle)
    assert await stage.why(nurse, ROBOT) is StandingReason.CHANGED, (
        "an earlier end does not bring it back"
    )


async def test_e10_cheaper_limits_keep_nobody_in_without_a_new_yes(stage, nurse):
    await stage.yes(nurse, ROBOT)
    assert await stage.why(nurse, ROBOT) is StandingReason.PRICE
    await stage.bring(next_version("nurses", ROBOT, price_of(limits=["0.50", "2.00"])))
    found = (await stage.standings(nurse))[ROBOT]
    assert found.ask.amount <= found.holding.licence.terms.price.rate
    assert found.why is StandingReason.CHANGED


# Refusals.


async def refuse(stage, member, kind, value) -> RefusalsView:
    stage.clock.tick()
    return await opt_out.refuse(stage.deps, member, Refusal(kind, value), stage.cause())


@pytest.mark.parametrize(
    ("kind", "value", "caught"),
    [
        (RefusalKind.BUYER, "careful-robotics", {ROBOT}),
        (RefusalKind.BUYER, "nurses", {"dialect-voices"}),
        (RefusalKind.COMMERCIAL, "any", {ROBOT, OFFER, "mt-grading"}),
        (RefusalKind.CATEGORY, "PhysicalHealth", {OFFER}),
        (RefusalKind.CATEGORY, "Health", {OFFER}),
        (RefusalKind.CATEGORY, "Language", {"mt-grading", "dialect-voices"}),
        (RefusalKind.CATEGORY, "Accent", {"dialect-voices"}),
        (RefusalKind.CATEGORY, "Professional", {ROBOT, SEPSIS, OFFER, "mt-grading"}),
    ],
)
async def test_a_refusal_catches_its_licences_and_all_that_is_narrower(
    stage, yes_to_four, kind, value, caught
):
    view = await refuse(stage, yes_to_four, kind, value)
    found = await stage.standings(yes_to_four)
    assert {slug for slug, standing in found.items() if standing.refused_by} == caught
    assert {found[slug].why for slug in caught} == {StandingReason.REFUSED}
    assert (Refusal(kind, value), len(caught)) in view.matches
    count = (await standing_cases.read_portfolio(stage.deps, yes_to_four)).count()
    assert count.m == 4 - len(caught - {OFFER})


async def test_a_new_licence_that_a_refusal_catches_begins_as_refused_and_is_not_counted(
    stage, nurse
):
    await refuse(stage, nurse, RefusalKind.CATEGORY, "Health")
    bundle = raw("nurses")
    new = {**licence_of(bundle, OFFER), "id": "sleep-study", "status": "active",
           "start": "2026-11-01"}  # fmt: skip
    bundle["licences"].append(new)
    bundle["members"][0]["eligible"].append("sleep-study")
    await stage.bring(bundle)
    found = (await stage.standings(nurse))["sleep-study"]
    assert found.why is StandingReason.REFUSED
    assert not found.counts
    card = await stage.see_card(nurse, "sleep-study")
    assert not card.open_for_yes
    assert (await stage.tap_yes(nurse, card.proof.nonce)).outcome is CardOutcome.REFUSED


async def test_a_refusal_said_twice_is_one_rule_and_one_event(stage, nurse):
    for _ in range(2):
        await refuse(stage, nurse, RefusalKind.COMMERCIAL, "any")
    events = [event for event in await stage.history(nurse) if event.kind == "refusal"]
    assert len(events) == 1
    view = await opt_out.look_at_refusals(stage.deps, nurse)
    assert len(view.matches) == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [(RefusalKind.BUYER, "nobody"), (RefusalKind.BUYER, "babelworks"),
     (RefusalKind.COMMERCIAL, "some"), (RefusalKind.CATEGORY, "Nonsense")],
)  # fmt: skip
async def test_a_refusal_of_an_unknown_buyer_or_category_is_not_found(stage, nurse, kind, value):
    with pytest.raises(NotFoundError):
        await refuse(stage, nurse, kind, value)


async def test_lifting_brings_back_what_was_shown_and_only_that(stage, yes_to_four):
    await stage.turn(yes_to_four, -1)
    before = await stage.ins(yes_to_four)
    rule = Refusal(RefusalKind.COMMERCIAL, "any")
    await refuse(stage, yes_to_four, rule.kind, rule.value)
    look = await opt_out.look_at_lifting(stage.deps, yes_to_four, rule)
    assert {standing.holding.licence.slug for standing in look.restored} == {ROBOT, "mt-grading"}
    nonce = await stage.show(yes_to_four, look.proof)
    done = await opt_out.lift(stage.deps, yes_to_four, nonce, stage.cause())
    assert isinstance(done, RefusalsView)
    assert done.lifted
    assert await stage.ins(yes_to_four) == before


async def test_lifting_again_says_lifted_and_writes_nothing(stage, yes_to_four):
    await stage.turn(yes_to_four, -1)
    rule = Refusal(RefusalKind.COMMERCIAL, "any")
    await refuse(stage, yes_to_four, rule.kind, rule.value)
    look = await opt_out.look_at_lifting(stage.deps, yes_to_four, rule)
    nonce = await stage.show(yes_to_four, look.proof)
    cause = stage.cause()
    for _ in range(2):
        done = await opt_out.lift(stage.deps, yes_to_four, nonce, cause)
        assert isinstance(done, RefusalsView)
    assert [o.value for o in await stage.history(yes_to_four) if o.kind == "refusal"] == [
        "on", "off"
    ]  # fmt: skip


async def test_lifting_after_the_situation_changed_records_nothing(stage, yes_to_four):
    rule = Refusal(RefusalKind.BUYER, "uni-sevilla")
    await refuse(stage, yes_to_four, rule.kind, rule.value)
    look = await opt_out.look_at_lifting(stage.deps, yes_to_four, rule)
    nonce = await stage.show(yes_to_four, look.proof)
    await stage.bring(next_version("nurses", SEPSIS, lambda block: block.update(group_size=9)))
    view = await opt_out.lift(stage.deps, yes_to_four, nonce, stage.cause())
    assert isinstance(view, RestoreView)
    assert view.stale
    assert await stage.why(yes_to_four, SEPSIS) is StandingReason.REFUSED


async def test_lifting_that_was_perhaps_never_seen_records_nothing(stage, yes_to_four):
    rule = Refusal(RefusalKind.BUYER, "uni-sevilla")
    await refuse(stage, yes_to_four, rule.kind, rule.value)
    look = await opt_out.look_at_lifting(stage.deps, yes_to_four, rule)
    nonce = await stage.show(yes_to_four, look.proof, confirmed=False)
    assert (await opt_out.lift(stage.deps, yes_to_four, nonce, stage.cause())).stale
    assert await stage.why(yes_to_four, SEPSIS) is StandingReason.REFUSED


async def test_saying_no_to_everything_leaves_all_else_as_it_was(stage, both):
    for slug in (*ACTIVE, OFFER):
        await stage.no(both, slug)
    view = await standing_cases.read_portfolio(stage.deps, both)
    assert view.count().m == 4, "stopped by hand stays in M"
    assert (await people.read_member(stage.deps, both))[1]
    assert (await stage.turn(both, 3)).position == 3


# Pause and stop.


def as_it_stands(found):
    return {
        slug: (
            standing.why,
            standing.position,
            standing.ask,
            standing.counts,
            standing.holding.answer,
            standing.holding.membership,
        )
        for slug, standing in found.items()
    }


@pytest.mark.parametrize("pause", [Pause.PAUSED, Pause.STOPPED])
async def test_ninety_days_of_pause_leave_answers_and_prices_as_they_were(stage, nurse, pause):
    await stage.turn(nurse, -2)
    await stage.yes(nurse, ROBOT)
    await stage.yes(nurse, SEPSIS)
    await stage.no(nurse, OFFER)
    before = as_it_stands(await stage.standings(nurse))
    await opt_out.set_pause(stage.deps, nurse, pause, stage.cause())
    assert await stage.ins(nurse) == set()
    stage.clock.tick(days=90)
    look = await opt_out.look_at_resuming(stage.deps, nurse)
    assert {standing.holding.licence.slug for standing in look.restored} == {ROBOT, SEPSIS}
    nonce = await stage.show(nurse, look.proof)
    done = await opt_out.resume(stage.deps, nurse, nonce, stage.cause())
    assert isinstance(done, PortfolioView)
    assert as_it_stands(await stage.standings(nurse)) == before


async def test_a_pause_counts_in_m_but_not_in_n(stage, yes_to_four):
    await opt_out.set_pause(stage.deps, yes_to_four, Pause.PAUSED, stage.cause())
    count = (await standing_cases.read_portfolio(stage.deps, yes_to_four)).count()
    assert (count.n, count.m) == (0, 4)


async def test_resuming_after_the_situation_changed_records_nothing(stage, yes_to_four):
    back = await opt_out.set_pause(stage.deps, yes_to_four, Pause.PAUSED, stage.cause())
    nonce = await stage.show(yes_to_four, back.proof)
    await stage.bring(next_version("nurses", SEPSIS, lambda block: block.update(group_size=9)))
    view = await opt_out.resume(stage.deps, yes_to_four, nonce, stage.cause())
    assert isinstance(view, RestoreView)
    assert view.stale
    assert await stage.ins(yes_to_four) == set()
    fresh = await stage.show(yes_to_four, view.proof)
    await opt_out.resume(stage.deps, yes_to_four, fresh, stage.cause())
    assert SEPSIS in await stage.ins(yes_to_four)


async def test_resuming_that_was_perhaps_never_seen_records_nothing(stage, yes_to_four):
    back = await opt_out.set_pause(stage.deps, yes_to_four, Pause.STOPPED, stage.cause())
    nonce = await stage.show(yes_to_four, back.proof, confirmed=False)
    assert (await opt_out.resume(stage.deps, yes_to_four, nonce, stage.cause())).stale
    assert await stage.ins(yes_to_four) == set()


async def test_resuming_twice_writes_one_event(stage, yes_to_four):
    back = await opt_out.set_pause(stage.deps, yes_to_four, Pause.PAUSED, stage.cause())
    nonce = await stage.show(yes_to_four, back.proof)
    for _ in range(2):
        done = await opt_out.resume(stage.deps, yes_to_four, nonce, stage.cause())
        assert isinstance(done, PortfolioView)
    pauses = [event.value for event in await stage.history(yes_to_four) if event.kind == "pause"]
    assert pauses == ["paused", "off"]


async def test_pausing_twice_writes_one_event_and_stopping_is_more_than_pausing(stage, nurse):
    for pause in (Pause.PAUSED, Pause.PAUSED, Pause.STOPPED):
        await opt_out.set_pause(stage.deps, nurse, pause, stage.cause())
    pauses = [event.value for event in await stage.history(nurse) if event.kind == "pause"]
    assert pauses == ["paused", "stopped"]


async def test_a_yes_under_a_pause_is_recorded_and_does_not_end_it(stage, nurse):
    await opt_out.set_pause(stage.deps, nurse, Pause.PAUSED, stage.cause())
    assert (await stage.yes(nurse, SEPSIS)).says_yes
    assert await stage.why(nurse, SEPSIS) is StandingReason.PAUSED


async def test_nothing_sensitive_is_ever_switched_on_in_bulk(stage, both):
    for slug in (ROBOT, SEPSIS, "mt-grading"):
        await stage.yes(both, slug)
    await refuse(stage, both, RefusalKind.CATEGORY, "Language")
    back = await opt_out.set_pause(stage.deps, both, Pause.PAUSED, stage.cause())
    before = await consents(stage, both)
    nonce = await stage.show(both, back.proof)
    await opt_out.resume(stage.deps, both, nonce, stage.cause())
    rule = Refusal(RefusalKind.CATEGORY, "Language")
    look = await opt_out.look_at_lifting(stage.deps, both, rule)
    await stage.show(both, look.proof)
    await opt_out.lift(stage.deps, both, look.proof.nonce, stage.cause())
    await stage.turn(both, -5)
    assert await consents(stage, both) == before
    assert await stage.why(both, "dialect-voices") is StandingReason.NOT_ASKED
    assert await stage.why(both, OFFER) is StandingReason.NOT_ASKED


# Leaving.


async def leave(stage, member, membership, *, erase=False, cause=None):
    stage.clock.tick()
    if erase:
        return await erasure.erase_membership(stage.deps, member, membership.id)
    return await people.leave(stage.deps, member, membership.id, cause or stage.cause("leave"))


async def test_leaving_ends_everything_in_that_mid_alone(stage, yes_to_four):
    _, (nurses, _) = await people.read_member(stage.deps, yes_to_four)
    mid = await leave(stage, yes_to_four, nurses)
    assert mid.id == "nurses"
    assert await stage.ins(yes_to_four) == {"mt-grading", "dialect-voices"}
    with pytest.raises(NotFoundError):
        await people.read_membership(stage.deps, yes_to_four, nurses.id)


async def test_leaving_and_joining_again_does_not_revive_old_answers(stage, yes_to_four):
    _, (nurses, _) = await people.read_member(stage.deps, yes_to_four)
    assert SEPSIS in await stage.ins(yes_to_four)
    await leave(stage, yes_to_four, nurses)
    again = await stage.join(yes_to_four, "nurses", "N-0001")
    assert again.mid.id == "nurses"
    assert await stage.why(yes_to_four, SEPSIS) is StandingReason.NOT_ASKED
    assert await stage.why(yes_to_four, ROBOT) is StandingReason.NOT_ASKED
    assert "mt-grading" in await stage.ins(yes_to_four), "the other MID is not touched"
    await stage.yes(yes_to_four, SEPSIS)
    assert await stage.why(yes_to_four, SEPSIS) is StandingReason.IN


async def test_undoing_a_leaving_revives_the_answers(stage, yes_to_four):
    _, (nurses, _) = await people.read_member(stage.deps, yes_to_four)
    before = as_it_stands(await stage.standings(yes_to_four))
    await leave(stage, yes_to_four, nurses)
    stage.clock.tick(days=1)
    back = await people.undo_leave(stage.deps, yes_to_four, nurses.id, stage.cause())
    assert back == nurses
    assert as_it_stands(await stage.standings(yes_to_four)) == before


async def test_a_leaving_is_undone_once_and_not_after_joining_anew(stage, nurse):
    _, (nurses,) = await people.read_member(stage.deps, nurse)
    await stage.yes(nurse, SEPSIS)
    await leave(stage, nurse, nurses)
    await stage.join(nurse, "nurses", "N-0001")
    await people.undo_leave(stage.deps, nurse, nurses.id, stage.cause())
    assert await stage.why(nurse, SEPSIS) is StandingReason.NOT_ASKED
    assert [o.value for o in await stage.history(nurse) if o.kind == "membership"] == [
        "joined", "left", "joined",
    ]  # fmt: skip


async def test_a_leaving_cannot_be_undone_once_someone_else_holds_the_reference(stage, nurse):
    _, (nurses,) = await people.read_member(stage.deps, nurse)
    await leave(stage, nurse, nurses)
    other = await stage.stranger()
    await stage.join(other, "nurses", "N-0001")
    back = await people.undo_leave(stage.deps, nurse, nurses.id, stage.cause())
    assert back is None
    assert (await people.read_member(stage.deps, nurse))[1] == ()


async def test_an_old_leave_delivered_again_after_an_undo_does_nothing(stage, nurse):
    _, (nurses,) = await people.read_member(stage.deps, nurse)
    cause = stage.cause("leave")
    await leave(stage, nurse, nurses, cause=cause)
    await people.undo_leave(stage.deps, nurse, nurses.id, stage.cause())
    await leave(stage, nurse, nurses, cause=cause)
    assert [o.value for o in await stage.history(nurse) if o.kind == "membership"] == [
        "joined", "left", "joined",
    ]  # fmt: skip


async def test_nobody_ends_or_revives_the_membership_of_another(stage, nurse):
    _, (nurses,) = await people.read_member(stage.deps, nurse)
    other = await stage.stranger()
    for erase in (False, True):
        with pytest.raises(NotFoundError):
            await leave(stage, other, nurses, erase=erase)
    await leave(stage, nurse, nurses)
    assert await people.undo_leave(stage.deps, other, nurses.id, stage.cause()) is None


async def test_a_wrong_answer_delivered_twice_counts_once(stage, nurse):
    card = await stage.see_card(nurse, "fatigue-and-cover")
    await stage.tap_yes(nurse, card.proof.nonce)
    cause = stage.cause("question")
    for _ in range(3):
        view = await cases.answer_question(stage.deps, nurse, card.proof.nonce, "returns", cause)
        assert view.taught is TeachBack.ONCE_WRONG


async def test_a_pause_after_a_stop_does_not_loosen_it(stage, nurse):
    for pause in (Pause.STOPPED, Pause.PAUSED):
        view = await opt_out.set_pause(stage.deps, nurse, pause, stage.cause("pause"))
        assert view.snapshot.pause is Pause.STOPPED
