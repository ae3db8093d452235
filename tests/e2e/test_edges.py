"""What should not happen, and what the member sees when it does."""

import asyncio
import logging
from datetime import timedelta

from structlog.testing import capture_logs

from bot.commands.demo import demo_settings, examples, seed
from bot.logs import configure_logging
from bot.telegram import chat_store, sync_store
from bot.updates import inbox_store
from dialogs.callbacks import (
    AskPerson,
    Go,
    Join,
    Place,
    SayNo,
    SayYes,
    SetKnob,
    ShowCard,
    ShowLicences,
    UndoKnob,
)
from playground import Playground
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import parse_bundle
from service.standing.values import StandingReason
from tests.e2e.test_flows import agree, reasons
from tests.support.house import NURSE, TRANSLATOR, House, Member


async def reimport(house: House, old: str, new: str) -> None:
    """The nurses' bundle again, with one thing changed in its text."""
    text = examples()[0].read_text(encoding="utf-8")
    assert old in text
    async with house.deps() as deps:
        await import_bundle(deps, parse_bundle(text.replace(old, new, 1), "nurses.yaml"))


async def test_a_yes_to_old_terms_records_nothing_and_shows_the_new_card(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.open_card("Spot sepsis sooner")
    await reimport(
        house,
        "- id: sepsis-warning\n    version: 1",
        "- id: sepsis-warning\n    version: 2",
    )
    await reimport_longer(house)
    assert "The terms have changed since that card." in await member.press(SayYes)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.NOT_ASKED
    assert "Saved: yes." in await member.press(SayYes)


async def reimport_longer(house: House) -> None:
    """A third version of the unpaid licence, which runs longer."""
    text = examples()[0].read_text(encoding="utf-8")
    text = text.replace(
        "- id: sepsis-warning\n    version: 1", "- id: sepsis-warning\n    version: 3"
    )
    text = text.replace("end: 2027-02-28", "end: 2027-03-31")
    async with house.deps() as deps:
        await import_bundle(deps, parse_bundle(text, "nurses.yaml"))


async def test_longer_terms_put_a_yes_on_hold_until_it_is_said_again(house: House):
    member = await house.joined(house.member(), NURSE)
    await agree(member, "Spot sepsis sooner")
    await reimport_longer(house)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.CHANGED
    await member.open_card("Spot sepsis sooner")
    assert "the terms changed after your yes" in member.text
    await member.press(SayYes)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.IN


async def test_a_no_counts_from_a_button_however_old(house: House):
    member = await house.joined(house.member(), NURSE)
    await agree(member, "Spot sepsis sooner")
    old = member.person.screen
    await member.say("/help")
    house.clock.time += timedelta(days=400)
    await reimport_longer(house)
    await member.press(SayNo, on=old)
    house.clock.time -= timedelta(days=400)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.SAID_NO


async def test_another_members_yes_button_does_nothing(house: House):
    ana = await house.joined(house.member("Ana"), NURSE)
    emma = await house.joined(house.member("Emma"), ("nurses", "N-0004"))
    await ana.open_card("Spot sepsis sooner")
    stolen = ana.find(SayYes).data
    assert stolen
    assert "That button is too old to use." in await emma.forge(stolen)
    assert (await reasons(house, emma))["sepsis-warning"] is StandingReason.NOT_ASKED
    assert (await reasons(house, ana))["sepsis-warning"] is StandingReason.NOT_ASKED


FORGED = (
    "y1:nothing",
    "n1:lic_of_another_mid0",
    "c1:lic_0000000000000000",
    "s1:all:99",
    "s1:all:abc",
    "s1:mbr_of_somebody_else:1",
    "u1:evt_0000000000000000",
    "r1:buyer:nobody",
    "r1:category:NoSuchThing",
    "r1:mood:bad",
    "v1:buyer:nobody",
    "sl1:tlh",
    "sz1:Nowhere/Land",
    "lv1:mbr_0000000000000000:1",
    "j1:nothing",
    "jn1:nothing",
    "z1:nothing",
    "x1:nothing",
    "q1:nothing:stays",
    "e1:mbr_0000000000000000",
    "k1:mbr_0000000000000000",
    "l1:-5",
    "l1:999999999999",
    "g1:cellar",
    "t1::",
    "menu:3",
    "",
    "🦆" * 16,
)


async def test_a_forged_button_changes_nothing_and_is_answered(house: House):
    # Of few taps each: who taps too fast is not answered every time.
    for n in range(4):
        member = await house.joined(house.member(f"M{n}"), ("nurses", f"N-000{n + 1}"))
        before = await reasons(house, member)
        with capture_logs() as logs:
            for data in FORGED[n::4]:
                await member.say("/help")
                await member.forge(data or "-")
                assert member.labels, data
                assert await reasons(house, member) == before, data
                assert "Something went wrong" not in member.text, data
        assert not [one for one in logs if one["log_level"] == "error"]


async def test_two_fast_taps_end_in_the_second(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.say("/price")
    screen = member.person.screen
    up, down = SetKnob(scope="all", to="1").pack(), SetKnob(scope="all", to="-1").pack()
    await member.person.tap(data=up, message=screen)
    await member.person.tap(data=down, message=screen)
    await member.person.settled()
    assert "Your price: −1" in member.text


async def test_an_undo_applies_only_while_it_is_the_latest(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.say("/price")
    await member.press(SetKnob(scope="all", to="1"))
    undo = member.find(UndoKnob).data
    assert undo
    await member.press(SetKnob(scope="all", to="2"))
    assert "Your price: +2" in await member.forge(undo)


async def test_an_update_delivered_twice_is_handled_once(house: House):
    member = await house.joined(house.member(), NURSE)
    update = await member.person.send("/help")
    await member.person.settled()
    assert update is not None
    heard = len(member.person.heard)
    house.playground.redeliver(update)
    await member.say("/about")
    assert len(member.person.heard) == heard + 1


async def test_what_arrived_while_the_bot_was_away_is_answered_when_it_is_back(
    quiet_house: House,
):
    house = quiet_house
    ana = house.member()
    async with house.running():
        await house.joined(ana, NURSE)
        await ana.open_card("Spot sepsis sooner")
    await ana.person.tap(data=ana.find(SayYes).data)
    await ana.person.send("/price")
    async with house.running():
        await asyncio.wait_for(_until(lambda: "Your price: 0" in ana.text), 5)
        assert (await reasons(house, ana))["sepsis-warning"] is StandingReason.IN


async def test_what_was_stored_and_not_handled_is_handled_at_the_next_start(quiet_house: House):
    house = quiet_house
    ana = house.member()
    update = await ana.person.send("/start")
    assert update is not None
    async with house.deps() as deps:
        from aiogram.types import Update

        from bot.updates.envelope import from_model

        async with deps.db.write() as conn:
            stored = from_model(Update.model_validate(update))
            assert stored is not None
            await inbox_store.put_updates(conn, [stored], house.clock.now())
    async with house.running():
        # It may be answered before it is read once more, which is then no news.
        await asyncio.wait_for(_until(lambda: bool(ana.person.heard)), 5)
        await ana.say("/help")
    assert sum("You are in no MID yet." in bubble.text for bubble in ana.person.heard) == 1
    async with house.deps() as deps, deps.db.read() as conn:
        assert await inbox_store.read_open(conn) == []


async def test_nothing_of_an_update_stays_after_it_is_handled(house: House):
    member = house.member("Ana Unmistakable")
    await member.say("my secret question about nurse Betty")
    await member.say("/help")
    from sqlalchemy import select

    async with house.deps() as deps, deps.db.read() as conn:
        bodies = (await conn.execute(select(inbox_store.inbox.c.body))).scalars().all()
    assert len(bodies) >= 2
    assert set(bodies) == {None}


async def test_in_a_group_nothing_personal_is_said(house: House):
    member = await house.joined(house.member(), NURSE)
    group = house.playground.group("Team", [member.person])
    await member.person.send("what does Ana earn?", chat=group)
    await member.person.say("/licences", chat=group)
    said = [bubble.text for bubble in group.messages if bubble.by_bot]
    assert said == ["I only talk in private. Open a chat with me to go on."]


async def test_blocking_changes_no_choice_and_is_remembered(house: House):
    member = await house.joined(house.member(), NURSE)
    await agree(member, "Spot sepsis sooner")
    await member.person.block()
    await member.person.settled()
    from sqlalchemy import select

    async def blocked_at():
        async with house.deps() as deps, deps.db.read() as conn:
            return (await conn.execute(select(chat_store.chats.c.blocked_at))).scalar()

    assert await blocked_at() is not None
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.IN
    await member.person.unblock()
    await member.say("/help")
    assert await blocked_at() is None


async def test_a_picture_is_not_kept_and_says_so(house: House):
    member = house.member()
    for send in (member.person.send_photo, member.person.send_sticker, member.person.send_voice):
        await send()
        await member.person.settled()
        assert "I can only read text." in member.text


async def test_a_forwarded_command_like_text_is_only_a_question(house: House):
    member = house.member()
    await member.person.forward("please look")
    await member.person.settled()
    assert member.has(AskPerson)


async def test_a_telegram_outage_delays_but_loses_nothing(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.open_card("Spot sepsis sooner")
    fault = house.playground.faults.next("editMessageText", error=(502, "Bad Gateway"))
    await member.press(SayYes)
    await asyncio.wait_for(_until(lambda: "Saved: yes." in member.text), 5)
    assert fault.met
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.IN


async def _until(holds) -> None:
    while not holds():  # noqa: ASYNC110  # what is waited for happens in the stand-in
        await asyncio.sleep(0.02)


async def test_a_card_whose_sending_failed_allows_no_yes(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.say("/licences")
    house.playground.faults.next("editMessageText", lost=True)
    await member.press(ShowCard)
    assert member.has(SayYes)
    # The answer was lost, so nobody knows that the card arrived: the retry draws it anew.
    await asyncio.wait_for(_until(lambda: len(shown_calls(house)) >= 2), 5)
    await member.person.settled()
    await member.press(SayYes)
    assert StandingReason.NOT_ASKED in (await reasons(house, member)).values()


def shown_calls(house: House) -> list[object]:
    return [
        call
        for call in house.playground.calls
        if call.method == "editMessageText" and "y1:" in str(call.params)
    ]


async def test_a_member_of_two_mids_shows_neither_to_the_other(house: House):
    member = await house.joined(house.member(), NURSE, TRANSLATOR)
    await member.say("/mid")
    assert "Nurses' Data Co-op" in member.text
    async with house.deps() as deps, deps.db.read() as conn:
        from sqlalchemy import select

        from service.people.store import memberships

        rows = (await conn.execute(select(memberships.c.pseudonym))).scalars().all()
    assert len(set(rows)) == 2


async def test_the_second_person_with_an_invite_is_in_the_operators_log(house: House):
    ana, emma = house.member("Ana"), house.member("Emma")
    token = await house.token(*NURSE)
    await ana.say(f"/start {token}")
    await ana.press(Join)
    with capture_logs() as logs:
        await emma.say(f"/start {token}")
    found = [one for one in logs if one["event"] == "invite_used_twice"]
    assert [one["mid"] for one in found] == ["nurses"]
    assert str(emma.person.id) not in str(found)


async def test_nothing_that_is_logged_names_a_member(house: House, caplog):
    configure_logging("DEBUG")
    logging.getLogger().addHandler(caplog.handler)
    member = await house.joined(house.member("Ana Unmistakable"), NURSE)
    token = await house.token(*TRANSLATOR)
    await member.say(f"/start {token}")
    await member.say("my unmistakable question")
    await member.forge("y1:nothing")
    assert "refused" in caplog.text
    for secret in ("nmistakable", token, str(member.person.id)):
        assert secret not in caplog.text


async def test_commands_are_told_to_telegram_once_per_language(quiet_house: House):
    house = quiet_house
    async with house.deps() as deps, deps.db.write() as conn:
        await sync_store.forget_synced(conn)

    def told() -> list[str]:
        return [c.params.get("language_code") for c in house.playground.calls
                if c.method == "setMyCommands"]  # fmt: skip

    for _ in range(2):
        async with house.running():
            await asyncio.wait_for(_until(lambda: len(told()) == 8), 10)
            await asyncio.sleep(0.2)
    assert sorted(str(code) for code in told()) == sorted(
        ["None", "ar", "es", "fr", "hi", "pt", "ru", "zh"]
    )


async def test_the_last_page_of_a_long_list_is_shown_for_a_page_too_far(house: House):
    member = await house.joined(house.member(), NURSE, TRANSLATOR)
    await member.say("/licences")
    assert "Page" not in await member.forge(ShowLicences(page=7).pack())
    assert member.has(Go(place=Place.HOME))


async def test_the_demo_begins_again_on_another_day_with_what_was_said(tmp_path, clock):
    async with Playground() as first:
        house = House(first, demo_settings(first, tmp_path), clock)
        async with house.deps() as deps:
            await seed(deps, first)
    clock.time += timedelta(days=3)
    async with Playground() as again:
        house = House(again, demo_settings(again, tmp_path), clock)
        async with house.deps() as deps:
            await seed(deps, again)
        assert len(again.people) == len(first.people)
        async with house.running():
            emma = Member(next(one for one in again.people if one.user.name == "Emma"))
            await emma.say(f"/start {emma.person.user.invites[0].token}")
            await emma.press(Join)
            assert "Teach lifting robots" in str(await emma.say("/licences")) + str(emma.labels)


async def test_a_command_typed_in_another_spelling_is_answered_as_that_command(house: House):
    member = await house.joined(house.member(), NURSE)
    for typed, text in (
        ("/Licenses", "My licences"),
        ("/precio", "Your price"),
        ("/HELP", "Help"),
    ):
        assert text in await member.say(typed)


async def test_stop_with_a_full_stop_in_capitals_stops(house: House):
    member = await house.joined(house.member(), NURSE)
    assert "You stopped everything" in await member.say("/STOP.")
