"""Staff: one link, one person, once, for seven days; removed means at once."""

import asyncio

import pytest

from service import erasure
from service.errors import NotFoundError
from service.notices.authoring import cases as authoring
from service.notices.authoring import staff_names
from service.notices.values import Audience, NoticeContent, NoticeKind, NoticeText
from service.staff import cases
from service.staff.values import LinkState


async def open_(stage, member, token):
    return (await cases.open_link(stage.deps, member, token)).state


async def test_the_first_to_open_the_link_is_staff_and_nobody_after(stage):
    made = await cases.add(stage.deps, "nurses", "Ada")
    assert made.token.startswith("staff_")
    assert len(made.token) <= 64
    ada, other = await stage.stranger(), await stage.stranger()
    assert await open_(stage, ada, made.token) is LinkState.WELCOME
    assert await open_(stage, ada, made.token) is LinkState.WELCOME
    assert await open_(stage, other, made.token) is LinkState.USED
    assert [role.name for role in await cases.list_roles(stage.deps, ada)] == ["Ada"]
    assert await cases.list_roles(stage.deps, other) == ()


async def test_of_two_people_who_open_a_staff_link_at_once_one_is_staff(stage):
    made = await cases.add(stage.deps, "nurses", "Ada")
    both = [await stage.stranger(), await stage.stranger()]
    states = await asyncio.gather(*(open_(stage, member, made.token) for member in both))
    assert sorted(states) == [LinkState.USED, LinkState.WELCOME]


async def test_a_staff_link_expires_after_seven_days(stage):
    made = await cases.add(stage.deps, "nurses", "Ada")
    stage.clock.tick(days=7)
    assert await open_(stage, await stage.stranger(), made.token) is LinkState.EXPIRED


@pytest.mark.parametrize("token", ["", "staff_", "staff_nothing", "x" * 64])
async def test_an_unknown_staff_link_is_wrong(stage, token):
    await cases.add(stage.deps, "nurses", "Ada")
    assert await open_(stage, await stage.stranger(), token) is LinkState.WRONG


async def test_removing_staff_ends_role_and_unused_link_at_once(stage):
    ada = await stage.stranger()
    made = await cases.add(stage.deps, "nurses", "Ada")
    await open_(stage, ada, made.token)
    unused = await cases.add(stage.deps, "nurses", "Ben")
    for added in (made, unused):
        await erasure.remove_staff(stage.deps, added.staff.id)
        assert await open_(stage, ada, added.token) is LinkState.WRONG
    assert await cases.list_roles(stage.deps, ada) == ()
    assert await cases.list_staff(stage.deps, "nurses") == []
    with pytest.raises(NotFoundError):
        await cases.require_role(stage.deps, ada, "nurses")
    with pytest.raises(NotFoundError):
        await erasure.remove_staff(stage.deps, "stf_nobody")


async def test_nobody_is_staff_of_one_mid_twice_but_of_two_mids_they_can_be(stage):
    ada = await stage.stranger()
    for mid, name in (("nurses", "Ada"), ("translators", "Ada")):
        made = await cases.add(stage.deps, mid, name)
        assert await open_(stage, ada, made.token) is LinkState.WELCOME
    second = await cases.add(stage.deps, "nurses", "Ada again")
    assert await open_(stage, ada, second.token) is LinkState.ALREADY
    assert await open_(stage, await stage.stranger(), second.token) is LinkState.WELCOME


@pytest.mark.parametrize("name", ["", "  ", "x" * 31, "two\nlines", "a\u202eb"])
async def test_a_name_that_cannot_stand_under_a_notice_is_refused(stage, name):
    with pytest.raises(cases.StaffRefusedError):
        await cases.add(stage.deps, "nurses", name)


async def test_two_staff_of_one_name_are_refused(stage):
    await cases.add(stage.deps, "nurses", "Ada")
    with pytest.raises(cases.StaffRefusedError, match="already"):
        await cases.add(stage.deps, "nurses", "ADA")


async def test_a_staff_links_token_is_not_stored(stage):
    from sqlalchemy import select

    from service.staff.store import staff

    made = await cases.add(stage.deps, "nurses", "Ada")
    async with stage.deps.db.read() as conn:
        (row,) = list(await conn.execute(select(staff)))
    assert made.token.removeprefix("staff_") not in str(row)


async def signed(stage, *names):
    """A notice that the first wrote and the others approved one after the other."""
    words = {"en": NoticeText(title="Open evening", body="Come at 18:00.")}
    made = NoticeContent(kind=NoticeKind.GENERAL, audience=Audience(everyone=True), text=words)
    notice = await authoring.draft(stage.deps, "nurses", made, by=names[0])
    for name in names:
        notice = await authoring.approve(stage.deps, "nurses", notice.id, name, 1)
    return notice


@pytest.mark.parametrize("how", ["removed", "erased"])
async def test_former_staff_are_not_named_in_notices_they_wrote_and_approved(stage, how):
    await stage.bring_examples()
    member, ada = await stage.stranger(), await stage.stranger()
    await stage.join(member, "nurses", "N-0001")
    made = await cases.add(stage.deps, "nurses", "Ada")
    await open_(stage, ada, made.token)
    by_ada, by_adam = await signed(stage, "Ada"), await signed(stage, "Adam")
    if how == "removed":
        await erasure.remove_staff(stage.deps, made.staff.id)
    else:
        await erasure.erase_member(stage.deps, ada)
    by_ada = await authoring.read(stage.deps, "nurses", by_ada.id)
    assert (by_ada.created_by, by_ada.approved_by) == (made.staff.id, made.staff.id)
    by_adam = await authoring.read(stage.deps, "nurses", by_adam.id)
    assert (by_adam.created_by, by_adam.approved_by) == ("Adam", "Adam")


def test_of_two_who_approved_only_the_one_who_is_gone_loses_the_name():
    assert staff_names.replace_name("Ada, Ben", "Ada", "stf_1") == "stf_1, Ben"
    assert staff_names.replace_name("Ben, Ada", "Ada", "stf_1") == "Ben, stf_1"
    assert staff_names.replace_name("Adam, Ben", "Ada", "stf_1") == "Adam, Ben"
