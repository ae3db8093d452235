"""The knob through the real store: what is previewed happens, and what was silenced comes back."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import NotFoundError
from service.knob import cases as knob_cases
from service.people import cases as people
from service.price.values import HIGHEST, LOWEST, NEVER, POSITIONS
from service.standing import cases as standing_cases
from service.standing import rules
from service.standing.values import StandingReason
from tests.support.stage import ACTIVE, staged


async def scopes(stage, member) -> dict[str, str]:
    _, memberships = await people.read_member(stage.deps, member)
    return {"all": "all", **{membership.mid.id: membership.id for membership in memberships}}


def slugs(found) -> set[str]:
    return {standing.holding.licence.slug for standing in found}


@pytest.mark.parametrize(("k", "n"), [(0, 3), (-1, 4), (1, 2), (5, 2)])
async def test_knob_counts_at_each_position_are_as_in_the_examples(stage, yes_to_four, k, n):
    previewed = rules.preview_change(
        (await standing_cases.read_portfolio(stage.deps, yes_to_four)).snapshot, "all", k
    )
    view = await stage.turn(yes_to_four, k)
    count = (await standing_cases.read_portfolio(stage.deps, yes_to_four)).count()
    assert (count.n, count.m) == (n, 4)
    assert previewed.count == count == view.current.count


async def test_knob_changes_name_the_licences_left_and_entered(stage, yes_to_four):
    assert await stage.ins(yes_to_four) == set(ACTIVE) - {"lifting-robot"}
    await stage.turn(yes_to_four, 1)
    assert await stage.ins(yes_to_four) == {"sepsis-warning", "dialect-voices"}
    view = await knob_cases.look_at_knob(stage.deps, yes_to_four)
    assert slugs(view.down.enters) == {"mt-grading"}
    assert slugs(view.up.enters) == slugs(view.up.leaves) == set()
    assert slugs((await stage.turn(yes_to_four, NEVER)).current.enters) == set()
    assert await stage.ins(yes_to_four) == set()


moves = st.lists(
    st.tuples(
        st.sampled_from(["all", "all", "nurses", "translators"]),
        st.sampled_from([*POSITIONS, NEVER, NEVER, NEVER]),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=15, deadline=None)
@given(moves=moves)
async def test_knob_preview_equals_the_effect_of_the_setting(agreed, tmp_path_factory, moves):
    async with staged(agreed, tmp_path_factory.mktemp("preview")) as stage:
        member = (await stage.history())[0].member_id
        scope_of = await scopes(stage, member)
        for name, position in moves:
            scope = scope_of[name]
            before = await standing_cases.read_portfolio(stage.deps, member)
            preview = rules.preview_change(before.snapshot, scope, position)
            supposed = rules.standings(
                before.snapshot, before.snapshot.knob.turned(scope, position)
            )
            await stage.turn(member, position, scope)
            after = await standing_cases.read_portfolio(stage.deps, member)
            assert slugs(standing for standing in supposed if standing.is_in) == await stage.ins(
                member
            )
            assert [standing.why for standing in supposed] == [
                standing.why for standing in after.standings
            ]
            was = slugs(standing for standing in before.standings if standing.is_in)
            now = slugs(standing for standing in after.standings if standing.is_in)
            assert slugs(preview.leaves) == was - now
            assert slugs(preview.enters) == now - was
            assert preview.count == after.count(None if scope == "all" else scope)
            if (name, position) == ("all", NEVER):
                assert not now


async def test_never_silences_an_own_position_set_before_it_and_gives_it_back(stage, yes_to_four):
    of = await scopes(stage, yes_to_four)
    await stage.turn(yes_to_four, -1, of["nurses"])
    assert "lifting-robot" in await stage.ins(yes_to_four)
    await stage.turn(yes_to_four, NEVER)
    assert await stage.ins(yes_to_four) == set()
    await stage.turn(yes_to_four, 1)
    assert await stage.ins(yes_to_four) == {"lifting-robot", "sepsis-warning", "dialect-voices"}


async def test_an_own_position_set_after_never_acts_in_that_mid_alone(stage, yes_to_four):
    of = await scopes(stage, yes_to_four)
    await stage.turn(yes_to_four, NEVER)
    await stage.turn(yes_to_four, -1, of["nurses"])
    assert await stage.ins(yes_to_four) == {"lifting-robot", "sepsis-warning"}


async def test_an_own_position_set_again_after_never_acts_although_it_is_the_old_one(
    stage, yes_to_four
):
    of = await scopes(stage, yes_to_four)
    await stage.turn(yes_to_four, -1, of["nurses"])
    await stage.turn(yes_to_four, NEVER)
    view = await stage.turn(yes_to_four, -1, of["nurses"])
    assert view.position == -1
    assert view.changed
    assert await stage.ins(yes_to_four) == {"lifting-robot", "sepsis-warning"}


async def test_undoing_an_own_position_set_after_never_goes_back_to_never(stage, yes_to_four):
    of = await scopes(stage, yes_to_four)
    for first, second in ((-1, -1), (-1, 2)):
        await stage.turn(yes_to_four, first, of["nurses"])
        await stage.turn(yes_to_four, NEVER)
        view = await stage.turn(yes_to_four, second, of["nurses"])
        stage.clock.tick()
        view = await knob_cases.undo_knob(stage.deps, yes_to_four, view.undo, stage.cause())
        assert view.position == NEVER
        assert await stage.ins(yes_to_four) == set()
        await stage.turn(yes_to_four, 0)


async def test_never_said_again_takes_the_member_out_of_everything_again(stage, yes_to_four):
    of = await scopes(stage, yes_to_four)
    await stage.turn(yes_to_four, NEVER)
    await stage.turn(yes_to_four, -1, of["nurses"])
    await stage.turn(yes_to_four, NEVER)
    assert await stage.ins(yes_to_four) == set()
    written = len(await stage.history(yes_to_four))
    await stage.turn(yes_to_four, NEVER)
    assert len(await stage.history(yes_to_four)) == written


async def test_a_membership_that_follows_again_has_the_general_position(stage, yes_to_four):
    of = await scopes(stage, yes_to_four)
    await stage.turn(yes_to_four, 3, of["nurses"])
    view = await knob_cases.look_at_knob(stage.deps, yes_to_four, of["nurses"])
    assert (view.position, view.follows) == (3, False)
    await stage.turn(yes_to_four, -2)
    view = await stage.turn(yes_to_four, None, of["nurses"])
    assert (view.position, view.follows) == (-2, True)


async def test_m8_setting_the_present_position_writes_nothing(stage, nurse):
    await stage.turn(nurse, 0)
    assert not [event for event in await stage.history(nurse) if event.kind == "knob"]
    await stage.turn(nurse, 2)
    view = await stage.turn(nurse, 2)
    assert not view.changed
    assert view.undo is None
    assert len([event for event in await stage.history(nurse) if event.kind == "knob"]) == 1


async def test_m9_my_knob_changes_nothing_for_anyone_else(stage, yes_to_four):
    other = await stage.stranger()
    await stage.join(other, "nurses", "N-0004")
    await stage.yes(other, "lifting-robot")
    before = await stage.standings(other)
    for position in (*POSITIONS, NEVER):
        await stage.turn(yes_to_four, position)
        after = await stage.standings(other)
        assert [(standing.why, standing.ask) for standing in before.values()] == [
            (standing.why, standing.ask) for standing in after.values()
        ]


async def test_the_same_tap_delivered_again_turns_nothing_back(stage, nurse):
    first = stage.cause("knob")
    await knob_cases.set_knob(stage.deps, nurse, "all", 3, first)
    await stage.turn(nurse, 1)
    view = await knob_cases.set_knob(stage.deps, nurse, "all", 3, first)
    assert view.position == 1
    assert not view.changed, "nothing changed, so nothing is said to have changed"
    assert view.undo is None
    assert len([event for event in await stage.history(nurse) if event.kind == "knob"]) == 2


async def test_knob_undo_works_once_and_only_for_the_latest_setting(stage, nurse):
    first = await stage.turn(nurse, 2)
    second = await stage.turn(nurse, 4)
    late = await knob_cases.undo_knob(stage.deps, nurse, first.undo, stage.cause())
    assert (late.position, late.undone) == (4, False)
    done = await knob_cases.undo_knob(stage.deps, nurse, second.undo, stage.cause())
    assert (done.position, done.undone) == (2, True)
    assert done.undo is None, "an undo offers no undo: it never loops"
    again = await knob_cases.undo_knob(stage.deps, nurse, second.undo, stage.cause())
    assert (again.position, again.undone) == (2, False)


async def test_an_undo_cannot_be_undone_even_by_who_knows_its_event(stage, nurse):
    view = await stage.turn(nurse, NEVER)
    await knob_cases.undo_knob(stage.deps, nurse, view.undo, stage.cause())
    last = (await stage.history(nurse))[-1]
    assert last.undoes == view.undo
    again = await knob_cases.undo_knob(stage.deps, nurse, last.id, stage.cause())
    assert not again.undone
    assert again.position == 0


async def test_an_old_undo_of_an_own_position_does_not_end_a_later_never(stage, yes_to_four):
    of = await scopes(stage, yes_to_four)
    await stage.turn(yes_to_four, -1, of["nurses"])
    old = await stage.turn(yes_to_four, 2, of["nurses"])
    await stage.turn(yes_to_four, NEVER)
    done = await knob_cases.undo_knob(stage.deps, yes_to_four, old.undo, stage.cause())
    assert (done.position, done.undone) == (NEVER, False)
    assert await stage.ins(yes_to_four) == set()


async def test_undo_of_the_first_own_position_follows_the_general_one_again(stage, nurse):
    of = await scopes(stage, nurse)
    view = await stage.turn(nurse, 4, of["nurses"])
    done = await knob_cases.undo_knob(stage.deps, nurse, view.undo, stage.cause())
    assert (done.position, done.follows) == (0, True)


async def test_another_members_event_undoes_nothing(stage, nurse):
    other = await stage.stranger()
    view = await stage.turn(nurse, 3)
    done = await knob_cases.undo_knob(stage.deps, other, view.undo, stage.cause())
    assert not done.undone
    assert (await knob_cases.look_at_knob(stage.deps, nurse)).position == 3


async def test_another_members_membership_is_not_found(stage, nurse):
    other = await stage.stranger()
    mine = (await scopes(stage, nurse))["nurses"]
    with pytest.raises(NotFoundError):
        await knob_cases.look_at_knob(stage.deps, other, mine)
    with pytest.raises(NotFoundError):
        await stage.turn(other, 3, mine)
    assert (await knob_cases.look_at_knob(stage.deps, nurse, mine)).position == 0


@pytest.mark.parametrize("forged", [6, -6, 99, 10**40, None])
async def test_a_position_that_does_not_exist_is_not_stored(stage, nurse, forged):
    with pytest.raises(NotFoundError):
        await stage.turn(nurse, forged)
    assert not [event for event in await stage.history(nurse) if event.kind == "knob"]


async def test_a_hundred_changes_in_a_day_are_taken_and_the_last_one_counts(stage, nurse):
    for n in range(100):
        await stage.turn(nurse, (n * 3) % 11 - 5)
    view = await knob_cases.look_at_knob(stage.deps, nurse)
    assert view.position == (99 * 3) % 11 - 5
    past = await knob_cases.look_at_history(stage.deps, nurse)
    assert len(past.settings) == knob_cases.HISTORY_SHOWN
    assert [setting.at for setting in past.settings] == sorted(
        (setting.at for setting in past.settings), reverse=True
    )
    assert past.settings[0].position == view.position
    assert past.zone == "Europe/Madrid"


async def test_at_the_ends_there_is_no_step_further_and_at_never_the_way_back_is_zero(
    stage, yes_to_four
):
    assert (await stage.turn(yes_to_four, HIGHEST)).up is None
    assert (await stage.turn(yes_to_four, LOWEST)).down is None
    view = await stage.turn(yes_to_four, NEVER)
    assert (view.up, view.down) == (None, None)
    assert view.at_zero.position == 0
    assert slugs(view.at_zero.enters) == set(ACTIVE) - {"lifting-robot"}


async def test_an_offer_agreed_to_waits_for_its_first_day_and_then_follows_the_price(stage, nurse):
    await stage.yes(nurse, "fatigue-and-cover")
    assert await stage.why(nurse, "fatigue-and-cover") is StandingReason.WAITING
    preview = rules.preview_change(
        (await standing_cases.read_portfolio(stage.deps, nurse)).snapshot, "all", NEVER
    )
    assert slugs(preview.later_out) == {"fatigue-and-cover"}
    view = await stage.turn(nurse, NEVER)
    assert slugs(view.current.later_in) == slugs(view.current.later_out) == set()
    assert slugs(view.at_zero.later_in) == {"fatigue-and-cover"}
    assert await stage.why(nurse, "fatigue-and-cover") is StandingReason.NEVER


async def test_after_its_last_day_nobody_is_in(stage, nurse):
    await stage.yes(nurse, "sepsis-warning")
    assert await stage.why(nurse, "sepsis-warning") is StandingReason.IN
    stage.clock.at = stage.clock.at.replace(year=2027, month=2, day=28)
    assert await stage.why(nurse, "sepsis-warning") is StandingReason.IN
    stage.clock.at += timedelta(days=1)
    assert await stage.why(nurse, "sepsis-warning") is StandingReason.ENDED
