"""Being forgotten: whatever table there is or will be, nothing about the person stays in it."""

from sqlalchemy import select

from bot.chat import erasure as chat_erasure
from bot.chat import staff_progress_store
from bot.chat.identity import Actor
from bot.telegram.chat_store import put_chat
from locales.words import words
from service import erasure
from service.assistant import cases as assistant
from service.assistant import quota
from service.assistant.values import QuotaDraw, QuotaKind
from service.choices import opt_out
from service.db.metadata import metadata
from service.licences.values import Refusal, RefusalKind
from service.people import cases
from service.questions import cases as questions
from service.staff import cases as staff
from service.standing.values import Pause

PERSONAL = {"member_id", "membership_id"}


async def rows(stage) -> dict[str, list]:
    async with stage.deps.db.read() as conn:
        return {
            table.name: [row._mapping for row in await conn.execute(select(table))]
            for table in metadata.sorted_tables
        }


async def about(stage, *ids: str) -> dict[str, int]:
    """How many rows of each table name one of these ids, in whichever column."""
    return {
        name: found
        for name, all_rows in (await rows(stage)).items()
        if (found := sum(any(str(v) in ids for v in row.values()) for row in all_rows))
    }


def keyed() -> set[str]:
    return {table.name for table in metadata.sorted_tables if PERSONAL & set(table.c.keys())}


async def live(stage, member) -> None:
    """Leave a trace in everything that keeps one."""
    async with stage.deps.db.write() as conn:
        await put_chat(conn, 4711, member, "es")
        await staff_progress_store.put_watcher(
            conn, "ntc_1", staff_progress_store.Watcher(member, 5, "es")
        )
        await staff_progress_store.put_prompt(
            conn, member, 6, staff_progress_store.Prompt("ntc_1", "es")
        )
    made = await staff.add(stage.deps, "nurses", "Ada")
    assert (await staff.open_link(stage.deps, member, made.token)).state == "welcome"
    await cases.choose_language(stage.deps, member, "es")
    await cases.choose_zone(stage.deps, member, "Europe/Madrid")
    await stage.turn(member, 2)
    _, memberships = await cases.read_member(stage.deps, member)
    for membership in memberships:
        await stage.turn(member, -1, membership.id)
        await questions.send_question(
            stage.deps, member, membership.id, f"why, {membership.id}", origin="m:1", language="en"
        )
    await assistant.choose_model(stage.deps, member, on=True, level=1)
    await assistant.keep_request(stage.deps, member, f"a request of {member}")
    asked = QuotaDraw(kind=QuotaKind.MEMBER, owner=member, period="2026-11-21", n=1, limit=20)
    assert await quota.take(stage.deps, [asked]) is None
    rule = Refusal(RefusalKind.BUYER, "careful-robotics")
    await opt_out.refuse(stage.deps, member, rule, stage.cause())
    back = await opt_out.set_pause(stage.deps, member, Pause.PAUSED, stage.cause())
    await stage.show(member, back.proof)


def acting(member):
    return Actor(member, words("en"), update_seq=0)


async def erase(stage, member):
    return await erasure.erase_member(
        stage.deps, member, chat_erasure.member_erasure(acting(member))
    )


async def leave(stage, member, membership):
    also = chat_erasure.membership_erasure(acting(member))
    await erasure.erase_membership(stage.deps, member, membership, also)


async def test_every_table_keyed_to_a_member_holds_something_before_and_nothing_after(
    stage, yes_to_four
):
    await live(stage, yes_to_four)
    other = await stage.stranger()
    kept = await stage.join(other, "nurses", "N-0004")
    _, memberships = await cases.read_member(stage.deps, yes_to_four)
    ids = (yes_to_four, *(membership.id for membership in memberships))
    before, others = await about(stage, *ids), await about(stage, other, kept.id)
    assert keyed() <= set(before), "this test must leave a trace in every personal table"
    assert await erase(stage, yes_to_four) == tuple(membership.mid for membership in memberships)
    assert await about(stage, *ids) == {}
    assert await about(stage, other, kept.id) == others


async def test_erasing_a_person_ends_their_being_staff(stage, nurse):
    made = await staff.add(stage.deps, "nurses", "Ada")
    await staff.open_link(stage.deps, nurse, made.token)
    await erase(stage, nurse)
    assert (await rows(stage))["staff"] == []
    assert await staff.list_roles(stage.deps, nurse) == ()


async def test_the_mids_own_roster_stays_the_mids_and_the_reference_can_be_invited_again(
    stage, nurse
):
    before = (await rows(stage))["roster"]
    await erase(stage, nurse)
    assert (await rows(stage))["roster"] == before
    other = await stage.stranger()
    assert (await stage.join(other, "nurses", "N-0001")).ref == "N-0001"


async def test_leaving_with_erasure_removes_every_row_of_that_membership_and_no_other(
    stage, yes_to_four
):
    await live(stage, yes_to_four)
    _, (nurses, translators) = await cases.read_member(stage.deps, yes_to_four)
    assert {"events", "latest", "shown", "memberships", "questions"} <= set(
        await about(stage, nurses.id)
    )
    others = await about(stage, translators.id)
    await leave(stage, yes_to_four, nurses.id)
    assert await about(stage, nurses.id) == {}
    assert await about(stage, translators.id) == others
    assert [
        membership.mid.id for membership in (await cases.read_member(stage.deps, yes_to_four))[1]
    ] == ["translators"]


async def test_after_leaving_with_erasure_nothing_links_the_person_to_that_mid(stage, yes_to_four):
    _, (nurses, _) = await cases.read_member(stage.deps, yes_to_four)
    await leave(stage, yes_to_four, nurses.id)
    kept = await rows(stage)
    theirs = {invite["id"] for invite in kept["invites"] if invite["mid_id"] == "nurses"}
    licences = {licence["id"] for licence in kept["licences"] if licence["mid_id"] == "nurses"}
    for name, all_rows in kept.items():
        for row in all_rows:
            values = set(map(str, row.values()))
            if yes_to_four in values:
                assert not values & {"nurses", *theirs, *licences}, name


async def test_after_leaving_with_erasure_a_new_invite_begins_from_nothing(stage, nurse):
    _, (nurses,) = await cases.read_member(stage.deps, nurse)
    await stage.yes(nurse, "sepsis-warning")
    await stage.turn(nurse, 4, nurses.id)
    await leave(stage, nurse, nurses.id)
    assert await cases.undo_leave(stage.deps, nurse, nurses.id, stage.cause()) is None
    again = await stage.join(nurse, "nurses", "N-0001")
    assert again.id != nurses.id
    found = (await stage.standings(nurse))["sepsis-warning"]
    assert (found.why, found.position) == ("not_asked", 0)


async def test_a_membership_that_was_left_can_still_be_erased(stage, nurse):
    _, (nurses,) = await cases.read_member(stage.deps, nurse)
    await cases.leave(stage.deps, nurse, nurses.id, stage.cause())
    await leave(stage, nurse, nurses.id)
    assert await about(stage, nurses.id) == {}
