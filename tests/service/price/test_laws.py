"""The price laws M1-M11 and their edges over random terms and snapshots."""

import math
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.bundle.resolve import resolve_mid, resolve_terms
from service.bundle.schema.bundle import Bundle
from service.licences.rules import possible_refusals
from service.licences.values import Licence, LicenceStatus, PriceTerms, Refusal, RefusalKind, Terms
from service.people.values import Member, Membership
from service.price import formula
from service.price.values import HIGHEST, LOWEST, NEVER, POSITIONS, Bound
from service.standing import rules
from service.standing.values import (
    Holding,
    Knob,
    LicenceAnswer,
    MemberSnapshot,
    Pause,
    StandingReason,
)
from tests.support.stage import NOON, licence_of, raw

D = Decimal
quick = settings(max_examples=100, deadline=None)
rich = settings(max_examples=40, deadline=None)
"""For whole snapshots, of which each example is worth many."""

QUANTA = [D("0.01"), D("0.05"), D("0.25"), D(1), D(5)]
money = st.decimals(0, 40, places=3)
positions = st.sampled_from([*POSITIONS, NEVER])


@st.composite
def prices(draw) -> PriceTerms:
    quantum = draw(st.sampled_from(QUANTA))
    low, high = sorted(draw(st.tuples(*[st.integers(0, 60)] * 2)))
    return PriceTerms(
        currency="EUR",
        per="month",
        base={"standard": draw(money), "verified": draw(money)},
        step=draw(st.one_of(st.just(D(0)), st.decimals(0, 8, places=3))),
        bias_low=-draw(st.decimals(0, 20, places=3)),
        bias_high=draw(st.decimals(0, 20, places=3)),
        floor=low * quantum,
        cap=high * quantum,
        quantum=quantum,
        rate=draw(st.one_of(st.none(), st.decimals(0, 60, places=2))),
        settlement=draw(st.sampled_from(["uniform", "ask"])),
    )


def example_terms() -> list[Terms]:
    return [
        terms
        for name in ("nurses", "translators")
        for _, terms in resolve_terms(Bundle.model_validate(raw(name)))
    ]


TERMS = example_terms()
MIDS = {name: resolve_mid(Bundle.model_validate(raw(name))) for name in ("nurses", "translators")}
RULES = [
    *sorted({rule for terms in TERMS for rule in possible_refusals(terms)}),
    Refusal(RefusalKind.CATEGORY, "Health"),
    Refusal(RefusalKind.CATEGORY, "Social"),
]


def membership_in(mid: str) -> Membership:
    return Membership(
        id=f"mbr_{mid}",
        mid=MIDS[mid],
        ref="R-1",
        tier="verified",
        eligible=frozenset(terms.slug for terms in TERMS),
    )


def licence(
    terms: Terms, status: LicenceStatus = LicenceStatus.ACTIVE, *, floor: int = 1
) -> Licence:
    return Licence(
        id=f"lic_{terms.slug}",
        mid_id=terms.mid_id,
        slug=terms.slug,
        version=max(floor, 2),
        floor=floor,
        status=status,
        terms=terms,
        digest=terms.digest(),
    )


@st.composite
def holdings(draw, terms: Terms) -> Holding:
    priced = draw(prices()) if terms.price is not None else None
    days = draw(st.sampled_from([0, 0, 0, 0, 900, -900]))
    moved = terms.model_copy(
        update={
            "price": priced,
            "start": NOON.date() + timedelta(days=days - 30),
            "end": NOON.date() + timedelta(days=days + 30),
        }
    )
    status = draw(st.sampled_from([LicenceStatus.ACTIVE] * 6 + list(LicenceStatus)))
    said = draw(st.sampled_from(["yes"] * 5 + ["no", "later", None]))
    answer = LicenceAnswer(said, draw(st.integers(1, 2)), NOON) if said else None
    member_of = membership_in(terms.mid_id)
    if draw(st.integers(0, 9)) == 0:
        member_of = replace(member_of, eligible=frozenset())
    return Holding(
        membership=member_of,
        licence=licence(moved, status, floor=draw(st.integers(1, 2))),
        answer=answer,
    )


@st.composite
def knobs(draw) -> Knob:
    knob = Knob()
    for scope, position in draw(
        st.lists(st.tuples(st.sampled_from(["all", "mbr_nurses", "mbr_translators"]), positions))
    ):
        knob = knob.turned(scope, position)
    return knob


@st.composite
def snapshots(draw) -> MemberSnapshot:
    return MemberSnapshot(
        member=Member(id="mem_1", locale=None, zone=None, created_at=NOON),
        memberships=tuple(map(membership_in, MIDS)),
        holdings=tuple(draw(holdings(terms)) for terms in TERMS),
        refusals=tuple(
            sorted(draw(st.one_of(st.just(set()), st.sets(st.sampled_from(RULES), max_size=2))))
        ),
        pause=draw(st.sampled_from([Pause.OFF] * 6 + list(Pause))),
        knob=draw(knobs()),
        now=NOON,
    )


def ins(snapshot: MemberSnapshot, knob: Knob | None = None) -> set[str]:
    return {
        standing.holding.licence.slug
        for standing in rules.standings(snapshot, knob)
        if standing.is_in
    }


def at(snapshot: MemberSnapshot, position, scope: str = "all") -> set[str]:
    return ins(snapshot, snapshot.knob.turned(scope, position))


def exact_ask(position: int, tier: str, price: PriceTerms) -> Fraction:
    """The formula once more, in exact fractions and without the code under test."""
    bias = min(
        max(position * Fraction(price.step), Fraction(price.bias_low)), Fraction(price.bias_high)
    )
    raised = Fraction(price.base[tier]) + bias
    bounded = min(max(raised, Fraction(price.floor)), Fraction(price.cap))
    # round() of a Fraction goes to the even neighbour on a tie.
    return round(bounded / Fraction(price.quantum)) * Fraction(price.quantum)


@quick
@given(prices(), st.sampled_from(POSITIONS))
def test_an_ask_is_exactly_what_the_formula_says(price, k):
    assert Fraction(formula.ask(k, "verified", price).amount) == exact_ask(k, "verified", price)


@pytest.mark.parametrize(("k", "amount"), [(-5, "0.50"), (-2, "1.20"), (0, "2.00"), (3, "3.20"),
                                           (5, "4.00")])  # fmt: skip
def test_asks_of_the_worked_example(k, amount):
    price = TERMS_BY_SLUG["lifting-robot"].price
    assert formula.ask(k, "standard", price).amount == D(amount)


TERMS_BY_SLUG = {terms.slug: terms for terms in TERMS}


@quick
@given(prices())
def test_m1_an_ask_never_falls_as_the_knob_rises(price):
    asks = [formula.ask(k, "standard", price).amount for k in POSITIONS]
    assert asks == sorted(asks)


@rich
@given(snapshots(), st.sampled_from(["all", "mbr_nurses"]))
def test_m2_a_higher_knob_keeps_a_subset_of_the_licences(snapshot, scope):
    sets = [at(snapshot, k, scope) for k in POSITIONS]
    assert all(higher <= lower for lower, higher in pairwise(sets))


@rich
@given(snapshots())
def test_m3_the_count_never_rises_and_never_leaves_the_member_in_nothing(snapshot):
    counts = [rules.preview_change(snapshot, "all", k).count for k in POSITIONS]
    assert [count.n for count in counts] == sorted((count.n for count in counts), reverse=True)
    assert len({count.m for count in counts}) == 1, "what is counted does not depend on the knob"
    assert at(snapshot, NEVER) == set()
    assert rules.preview_change(snapshot, "all", NEVER).count.n == 0


@quick
@given(prices())
def test_m4_at_zero_a_member_asks_exactly_the_mids_own_bounded_price(price):
    base = price.base["standard"]
    bounded = min(max(base, price.floor), price.cap)
    expected = formula.round_to(bounded, price.quantum)
    assert formula.ask(0, "standard", price).amount == expected


@quick
@given(prices(), st.integers(-100, 100))
def test_m5_an_ask_stays_within_the_limits_and_on_the_quantum_and_is_never_negative(price, k):
    amount = formula.ask(k, "standard", price).amount
    assert 0 <= price.floor <= amount <= price.cap
    assert amount % price.quantum == 0


@quick
@given(prices(), st.sampled_from(POSITIONS), st.decimals(0, 10, places=3))
def test_m6_a_higher_base_raises_the_ask_by_no_more_than_itself_and_one_quantum(price, k, by):
    raised = price.model_copy(update={"base": {"standard": price.base["standard"] + by}})
    grown = formula.ask(k, "standard", raised).amount - formula.ask(k, "standard", price).amount
    assert 0 <= grown <= by + price.quantum


@rich
@given(snapshots(), st.sampled_from(TERMS), st.sampled_from(["no", "later", None]),
       st.sampled_from(RULES), st.sampled_from([Pause.PAUSED, Pause.STOPPED]))  # fmt: skip
def test_m7_taking_back_refusing_and_pausing_only_ever_remove(snapshot, terms, said, rule, pause):
    def taken_back(holding: Holding) -> Holding:
        if holding.licence.slug != terms.slug:
            return holding
        return replace(holding, answer=LicenceAnswer(said, 2, NOON) if said else None)

    before = ins(snapshot)
    without = replace(snapshot, holdings=tuple(map(taken_back, snapshot.holdings)))
    assert ins(without) == before - {terms.slug}
    refused = replace(snapshot, refusals=tuple(sorted({*snapshot.refusals, rule})))
    assert ins(refused) <= before
    assert ins(replace(snapshot, pause=pause)) == set()


@quick
@given(knobs(), positions, st.sampled_from(["all", "mbr_nurses"]))
def test_m8_setting_the_same_position_twice_changes_nothing(knob, position, scope):
    once = knob.turned(scope, position)
    assert once.turned(scope, position) == once


@quick
@given(prices(), st.sampled_from(POSITIONS), st.integers(0, 50))
def test_m10_a_higher_upper_limit_never_lowers_an_ask(price, k, steps):
    raised = price.model_copy(update={"cap": price.cap + steps * price.quantum})
    before = formula.ask(k, "standard", price).amount
    assert formula.ask(k, "standard", raised).amount >= before


def test_m11_earnings_are_not_higher_the_higher_the_knob():
    def earned(k: int) -> Decimal:
        total = D(0)
        for rate in (11, 15, 30):
            price = PriceTerms(
                currency="EUR", per="month", base={"standard": D(10)}, step=D(2), bias_low=D(-20),
                bias_high=D(20), floor=D(0), cap=D(100), quantum=D(1), rate=D(rate),
                settlement="ask",
            )  # fmt: skip
            amount = formula.ask(k, "standard", price).amount
            if formula.is_in(amount, price.rate):
                total += formula.gross(price, amount)
        return total

    assert [earned(k) for k in range(4)] == [30, 24, 28, 16]


@rich
@given(snapshots())
def test_the_best_position_equals_trying_them_all(snapshot):
    for holding in snapshot.holdings:
        if holding.licence.terms.price is None:
            continue
        tried = [
            k for k in POSITIONS
            if holding.licence.terms.price.rate is not None
            and exact_ask(k, "verified", holding.licence.terms.price)
            <= Fraction(holding.licence.terms.price.rate)
        ]  # fmt: skip
        assert rules.standing(snapshot, holding).best == (max(tried) if tried else None)


@rich
@given(snapshots())
def test_below_the_best_position_a_member_is_in_if_nothing_else_keeps_them_out(snapshot):
    for k in POSITIONS:
        supposed = Knob(general=k)
        for standing in rules.standings(snapshot, supposed):
            if standing.why in {StandingReason.IN, StandingReason.PRICE}:
                assert standing.is_in == (standing.best is not None and k <= standing.best)


@rich
@given(snapshots(), positions, st.sampled_from(["all", "mbr_nurses", "mbr_translators"]))
def test_a_preview_lists_exactly_the_licences_left_and_entered(snapshot, position, scope):
    preview = rules.preview_change(snapshot, scope, position)
    before, after = ins(snapshot), at(snapshot, position, scope)
    assert {standing.holding.licence.slug for standing in preview.leaves} == before - after
    assert {standing.holding.licence.slug for standing in preview.enters} == after - before
    assert all(standing.is_in for standing in preview.enters)
    assert not any(standing.is_in for standing in preview.leaves)


@rich
@given(snapshots())
def test_no_licence_is_in_without_a_yes_that_holds(snapshot):
    for standing in rules.standings(snapshot):
        holding = standing.holding
        if standing.is_in:
            assert holding.answer is not None
            assert holding.answer.value == "yes"
            assert holding.answer.version >= holding.licence.floor
            assert holding.licence.status is LicenceStatus.ACTIVE
            assert holding.eligible
            assert not standing.refused_by
            assert snapshot.pause is Pause.OFF
            assert standing.counts


def priced(**changed) -> PriceTerms:
    return TERMS_BY_SLUG["lifting-robot"].price.model_copy(update=changed)


def snapshot_of(price: PriceTerms | None, knob: Knob, *, said: str = "yes") -> MemberSnapshot:
    terms = TERMS_BY_SLUG["lifting-robot"].model_copy(update={"price": price})
    holding = Holding(
        membership=replace(membership_in("nurses"), tier="standard"),
        licence=licence(terms),
        answer=LicenceAnswer(said, 2, NOON),
    )
    return MemberSnapshot(
        member=Member(id="mem_1", locale=None, zone=None, created_at=NOON),
        memberships=(holding.membership,),
        holdings=(holding,),
        refusals=(),
        pause=Pause.OFF,
        knob=knob,
        now=NOON,
    )


@quick
@given(prices(), st.integers(0, 20))
def test_e1_under_a_cap_below_the_rate_only_never_keeps_data_out(price, above):
    price = price.model_copy(update={"rate": price.cap + above})
    assert ins(snapshot_of(price, Knob(general=HIGHEST))) == {"lifting-robot"}
    assert ins(snapshot_of(price, Knob(general=NEVER))) == set()
    assert formula.best_position("standard", price) == HIGHEST


@quick
@given(prices())
def test_e2_the_knob_has_an_effect_exactly_when_two_positions_differ(price):
    amounts = {exact_ask(k, "standard", price) for k in POSITIONS}
    assert formula.has_effect("standard", price) == (len(amounts) > 1)
    if price.step == 0 or price.floor == price.cap:
        assert not formula.has_effect("standard", price)


@pytest.mark.parametrize(
    ("field", "value"),
    [("limits", ["6.00", "0.50"]), ("bias", ["0.10", "2.00"]), ("bias", ["-1.00", "-0.10"]),
     ("step", "-0.40"), ("limits", ["-1.00", "6.00"]), ("limits", ["0.505", "6.00"]),
     ("quantum", "0")],
)  # fmt: skip
def test_e3_a_price_that_cannot_be_is_refused_before_it_is_stored(field, value):
    bundle = raw("nurses")
    licence_of(bundle, "lifting-robot")["price"][field] = value
    with pytest.raises(ValueError, match=field):
        Bundle.model_validate(bundle)


def test_e4_a_base_outside_the_limits_names_the_limit_as_bound():
    low = formula.ask(0, "standard", priced(base={"standard": D("0.10")}))
    high = formula.ask(0, "standard", priced(base={"standard": D(9)}))
    assert (low.amount, low.bound) == (D("0.50"), Bound.FLOOR)
    assert (high.amount, high.bound) == (D("6.00"), Bound.CAP)
    assert formula.ask(0, "standard", priced()).bound is Bound.NONE


def test_e6_without_a_rate_a_member_is_told_unknown_and_is_not_in():
    (standing,) = rules.standings(snapshot_of(priced(rate=None), Knob()))
    assert standing.why is StandingReason.UNKNOWN
    assert standing.best is None
    assert not standing.is_in
    assert standing.counts
    assert formula.gross(priced(rate=None), D(1)) is None


def test_e8_a_bounded_knob_tells_what_was_asked_and_what_was_applied():
    asked = formula.ask(-5, "standard", priced())
    assert (asked.bias, asked.applied, asked.bound) == (D("-2.00"), D("-1.50"), Bound.BIAS)
    assert formula.ask(-3, "standard", priced()).bound is Bound.NONE


def test_e13_one_step_either_way_is_previewed_from_the_same_function():
    snapshot = snapshot_of(priced(), Knob(general=1))
    assert rules.preview_change(snapshot, "all", 2).count.n == 0
    assert rules.preview_change(snapshot, "all", 1).count.n == 1


def test_an_ask_equal_to_the_rate_is_in():
    price = priced(rate=D("2.00"))
    assert ins(snapshot_of(price, Knob())) == {"lifting-robot"}
    assert ins(snapshot_of(price.model_copy(update={"rate": D("1.99")}), Knob())) == set()


def test_an_unpaid_licence_follows_consent_and_never_alone():
    assert ins(snapshot_of(None, Knob(general=HIGHEST))) == {"lifting-robot"}
    assert ins(snapshot_of(None, Knob(general=NEVER))) == set()
    assert ins(snapshot_of(None, Knob(general=LOWEST), said="no")) == set()


def test_a_tier_without_a_base_of_its_own_uses_the_standard_one():
    assert formula.ask(0, "master", priced()).amount == D("2.00")
    assert formula.ask(0, "verified", priced()).amount == D("2.50")


def test_gross_is_the_rate_when_uniform_and_else_the_ask():
    assert formula.gross(priced(settlement="uniform"), D("1.20")) == D("2.40")
    assert formula.gross(priced(settlement="ask"), D("1.20")) == D("1.20")


@quick
@given(money, st.decimals(0, 1, places=4), st.sampled_from(QUANTA))
def test_net_is_the_members_share_rounded_down(paid, share, quantum):
    exact = Fraction(paid) * Fraction(share)
    got = Fraction(formula.net(paid, share, quantum))
    assert got == math.floor(exact / Fraction(quantum)) * Fraction(quantum)
    assert got <= exact


@quick
@given(st.integers(0, 1000), st.sampled_from(QUANTA))
def test_rounding_takes_exact_halves_to_the_even_multiple(whole, quantum):
    halfway = (whole + D("0.5")) * quantum
    assert formula.round_to(halfway, quantum) == (whole + whole % 2) * quantum


def test_half_a_cent_goes_to_the_even_cent():
    cent = D("0.01")
    assert formula.round_to(D("2.005"), cent) == D("2.00")
    assert formula.round_to(D("2.015"), cent) == D("2.02")


@quick
@given(knobs(), positions)
def test_own_positions_are_silent_under_never_and_come_back_after_it(knob, after):
    assume(knob.general != NEVER)
    assume(after != NEVER)
    under = knob.turned("all", NEVER)
    assert all(under.at(mid) == NEVER for mid in ("mbr_nurses", "mbr_translators"))
    assert under.turned("all", after).own == knob.own


@quick
@given(knobs(), st.sampled_from(POSITIONS))
def test_never_said_again_silences_what_was_set_in_between(knob, own):
    between = knob.turned("all", NEVER).turned("mbr_nurses", own)
    again = between.turned("all", NEVER)
    assert again.at("mbr_nurses") == NEVER
    assert again.turned("all", 0).at("mbr_nurses") == own
    assert set(again.own) == set()


@quick
@given(knobs(), st.sampled_from(POSITIONS))
def test_an_own_position_set_after_never_acts(knob, own):
    turned = knob.turned("all", NEVER).turned("mbr_nurses", own)
    assert turned.at("mbr_nurses") == own
    assert turned.at("mbr_translators") == NEVER


@rich
@given(snapshots())
def test_ending_a_pause_restores_only_licences_with_a_yes(snapshot):
    paused = replace(snapshot, pause=Pause.PAUSED)
    for standing in rules.restored_standings(paused, replace(paused, pause=Pause.OFF)):
        assert standing.holding.answer is not None
        assert standing.holding.answer.value == "yes"
        assert not standing.refused_by
