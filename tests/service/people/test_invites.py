"""Invites: one link, one person, once."""

import asyncio

import pytest
from sqlalchemy import select

from service import erasure
from service.db.metadata import metadata
from service.errors import NotFoundError
from service.ids import hash_token
from service.people import cases
from service.people.values import InviteState
from tests.support.stage import invite_proof, raw


async def invite(stage, mid="nurses", ref="N-0001"):
    stage.clock.tick()
    (made,) = await cases.make_invites(stage.deps, mid, ref=ref)
    return made


async def accept(stage, member, nonce, cause=None):
    return await cases.join(stage.deps, member, nonce, cause or stage.cause("invite"))


async def mids_of(stage, member) -> list[str]:
    return [membership.mid.id for membership in (await cases.read_member(stage.deps, member))[1]]


async def test_looking_at_an_invite_joins_nothing_and_accepting_it_does(stage):
    member = await stage.stranger()
    made = await invite(stage)
    view = await stage.see_invite(member, made.token)
    assert (view.state, view.mid.id) == (InviteState.OPEN, "nurses")
    assert view.expires_at == made.expires_at
    assert await mids_of(stage, member) == []
    assert (await accept(stage, member, view.nonce)).state is InviteState.JOINED
    assert await mids_of(stage, member) == ["nurses"]
    assert [event.value for event in await stage.history(member)] == ["joined"]


@pytest.mark.parametrize("token", ["", "wrong", "x" * 64, "' OR 1=1 --"])
async def test_an_unknown_invite_token_is_wrong(stage, token):
    await invite(stage)
    view = await cases.look_at_invite(stage.deps, await stage.stranger(), token)
    assert (view.state, view.mid, view.invite_id) == (InviteState.WRONG, None, "")


async def test_an_invite_expires_after_the_mids_days_even_between_look_and_tap(stage):
    member = await stage.stranger()
    made = await invite(stage)
    assert (made.expires_at - stage.clock.now()).days == 7
    view = await stage.see_invite(member, made.token)
    stage.clock.tick(days=7)
    assert (await accept(stage, member, view.nonce)).state is InviteState.EXPIRED
    look = await cases.look_at_invite(stage.deps, member, made.token)
    assert look.state is InviteState.EXPIRED
    assert await mids_of(stage, member) == []


async def test_a_used_invite_is_used_for_everyone_else_and_told_apart_for_its_person(stage, nurse):
    made = await invite(stage, ref="N-0002")
    first, second = await stage.stranger(), await stage.stranger()
    seen = [await stage.see_invite(member, made.token) for member in (first, second)]
    assert (await accept(stage, first, seen[0].nonce)).state is InviteState.JOINED
    assert (await accept(stage, second, seen[1].nonce)).state is InviteState.USED
    assert (await cases.look_at_invite(stage.deps, second, made.token)).state is InviteState.USED
    again = await cases.look_at_invite(stage.deps, first, made.token)
    assert again.state is InviteState.ALREADY_IN
    assert await mids_of(stage, second) == []
    other = await cases.look_at_invite(stage.deps, nurse, made.token)
    assert other.state is InviteState.ALREADY_IN


async def test_who_is_in_a_mid_does_not_use_up_a_second_invite_of_it(stage, nurse):
    made = await invite(stage, ref="N-0002")
    view = await cases.look_at_invite(stage.deps, nurse, made.token)
    assert view.state is InviteState.ALREADY_IN
    await stage.show(nurse, invite_proof(view))
    assert (await accept(stage, nurse, view.nonce)).state is InviteState.ALREADY_IN
    fresh = await stage.stranger()
    assert (await cases.look_at_invite(stage.deps, fresh, made.token)).state is InviteState.OPEN


async def test_a_reference_that_someone_holds_is_not_given_to_a_second_person(stage, nurse):
    made = await invite(stage, ref="N-0001")
    second = await stage.stranger()
    view = await stage.see_invite(second, made.token)
    assert (await accept(stage, second, view.nonce)).state is InviteState.USED
    assert await mids_of(stage, second) == []
    assert await mids_of(stage, nurse) == ["nurses"]


async def test_of_two_people_who_accept_at_once_exactly_one_joins(stage):
    for ref in ("N-0001", "N-0002", "N-0003", "N-0004"):
        made = await invite(stage, ref=ref)
        people = [await stage.stranger() for _ in range(4)]
        nonces = [(await stage.see_invite(member, made.token)).nonce for member in people]
        views = await asyncio.gather(*map(accept, [stage] * 4, people, nonces))
        assert sorted(view.state for view in views) == ["joined", "used", "used", "used"]
        joined = [member for member in people if await mids_of(stage, member) == ["nurses"]]
        assert len(joined) == 1


async def test_the_same_tap_delivered_twice_at_once_joins_once_and_says_so_twice(stage):
    member = await stage.stranger()
    view = await stage.see_invite(member, (await invite(stage)).token)
    cause = stage.cause("invite")
    views = await asyncio.gather(*[accept(stage, member, view.nonce, cause) for _ in range(3)])
    assert {view.state for view in views} == {InviteState.JOINED}
    assert [event.value for event in await stage.history(member)] == ["joined"]


async def test_an_invite_that_was_perhaps_never_seen_joins_nothing(stage):
    member = await stage.stranger()
    view = await cases.look_at_invite(stage.deps, member, (await invite(stage)).token)
    assert (await accept(stage, member, view.nonce)).state is InviteState.WRONG
    await stage.show(member, invite_proof(view), confirmed=False)
    assert (await accept(stage, member, view.nonce)).state is InviteState.OPEN
    assert await mids_of(stage, member) == []


async def test_an_invite_shown_to_one_person_does_not_let_another_join(stage):
    first, second = await stage.stranger(), await stage.stranger()
    view = await stage.see_invite(first, (await invite(stage)).token)
    assert (await accept(stage, second, view.nonce)).state is InviteState.WRONG
    look = await cases.look_at_invite_again(stage.deps, second, view.nonce)
    assert (look.state, look.mid) == (InviteState.WRONG, None)
    look = await cases.look_at_invite_again(stage.deps, first, view.nonce)
    assert (look.state, look.mid.id) == (InviteState.OPEN, "nurses")


async def test_a_new_invite_for_a_reference_ends_the_older_ones_of_that_reference_alone(stage):
    member = await stage.stranger()
    old, other = await invite(stage), await invite(stage, ref="N-0002")
    new = await invite(stage)
    states = [
        (await cases.look_at_invite(stage.deps, member, new_invite.token)).state
        for new_invite in (old, new, other)
    ]
    assert states == [InviteState.EXPIRED, InviteState.OPEN, InviteState.OPEN]


async def test_a_token_is_told_once_and_stored_only_as_a_hash(stage, tmp_path):
    tokens = [(await invite(stage, ref=f"N-000{n}")).token for n in (1, 2, 3)]
    assert all(len(token) == 43 for token in tokens)
    member = await stage.stranger()
    view = await stage.see_invite(member, tokens[0])
    await accept(stage, member, view.nonce)
    async with stage.deps.db.read() as conn:
        stored = [
            str(row)
            for table in metadata.sorted_tables
            for row in await conn.execute(select(table))
        ]
    assert not [row for row in stored if any(token in row for token in tokens)]
    assert [row for row in stored if hash_token(tokens[0]) in row], "the scan sees what is stored"


async def test_invites_by_count_go_to_the_next_people_on_the_roster_who_have_none(stage):
    async def refs(count):
        return [
            new_invite.ref
            for new_invite in await cases.make_invites(stage.deps, "nurses", count=count)
        ]

    member = await stage.stranger()
    await stage.join(member, "nurses", "N-0002")
    await invite(stage, ref="N-0001")
    assert await refs(1) == ["N-0003"]
    assert await refs(5) == ["N-0004"]
    assert await refs(5) == []
    stage.clock.tick(days=8)
    assert await refs(9) == ["N-0001", "N-0003", "N-0004"]


async def test_nobody_is_invited_who_is_not_on_the_roster_or_to_a_mid_that_is_not_here(stage):
    for mid, ref in (("nurses", "N-9999"), ("nurses", "T-0001"), ("nobody", "N-0001")):
        with pytest.raises(NotFoundError):
            await cases.make_invites(stage.deps, mid, ref=ref)
    with pytest.raises(NotFoundError):
        await cases.make_invites(stage.deps, "nobody")


async def test_a_left_reference_of_any_length_can_be_given_to_someone_else(stage, nurse):
    bundle, ref = raw("nurses"), "N" * 64
    bundle["members"][1]["ref"] = ref
    await stage.bring(bundle)
    first, second = await stage.stranger(), await stage.stranger()
    held = await stage.join(first, "nurses", ref)
    await cases.leave(stage.deps, first, held.id, stage.cause())
    given = await stage.join(second, "nurses", ref)
    assert (given.ref, given.id != held.id) == (ref, True)
    async with stage.deps.db.read() as conn:
        table = metadata.tables["memberships"]
        refs = list((await conn.execute(select(table.c.ref))).scalars())
    assert max(map(len, refs)) <= table.c.ref.type.length
    await erasure.erase_membership(stage.deps, first, held.id)
    assert await mids_of(stage, second) == ["nurses"]
