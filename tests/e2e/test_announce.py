"""Staff announce in the chat: from the link to the progress, and nobody else can."""

import pytest

from bot.chat.staff_progress import update_progress
from bot.commands.demo import examples
from bot.telegram import chat_store
from dialogs.callbacks import Go, Place
from dialogs.staff.callbacks import (
    ApproveNotice,
    AskText,
    ChangeDraft,
    DraftField,
    NewNotice,
    NoticePart,
    ShowStaffNotice,
    ShowStaffOverview,
    StopNotice,
)
from service import erasure
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import parse_bundle
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.values import NoticeStatus
from service.staff import cases as staff
from tests.support.house import NURSE, House, Member

TEXT = "Open evening\nCome at 18:00.\nBring questions."


async def staffed(house: House, member: Member, mid: str = "nurses", name: str = "Rosa") -> Member:
    async with house.deps() as deps:
        made = await staff.add(deps, mid, name)
    await member.say(f"/start {made.token}")
    return member


async def notices(house: House, mid: str = "nurses"):
    async with house.deps() as deps:
        return await reporting.list_newest(deps, mid)


def target(member: Member, kind):
    return kind.unpack(member.find(kind).data)


async def written(member: Member, language: str = "en", text: str = TEXT) -> str:
    """From the overview of a draft: write it in one language."""
    await member.person.tap_and_wait("Texts")
    await member.press(AskText(notice=target(member, AskText).notice, language=language))
    asked = member.person.screen
    assert asked.reply_keyboard is not None
    await member.person.say(text, reply_to=asked)
    return member.text


async def counted(member: Member, text: str = TEXT) -> str:
    """From /announce to the count of a notice for everyone."""
    await member.say("/announce")
    await member.press(NewNotice)
    await written(member, text=text)
    await member.person.tap_and_wait("Who it is for")
    await member.press(
        ChangeDraft(notice=target(member, ChangeDraft).notice, field="e", value="all")
    )
    await member.person.tap_and_wait("Count people")
    return member.text


async def test_whoever_is_no_staff_is_told_calmly(house: House):
    member = await house.joined(house.member(), NURSE)
    assert "Only staff of a MID announce here." in await member.say("/announce")
    assert not member.has(NewNotice)


async def test_the_link_makes_one_person_staff_once(house: House):
    async with house.deps() as deps:
        made = await staff.add(deps, "nurses", "Rosa")
    rosa, other = house.member("Rosa"), house.member("Other")
    assert "You are staff of Nurses' Data Co-op now." in await rosa.say(f"/start {made.token}")
    await rosa.press(ShowStaffOverview)
    assert "For Nurses' Data Co-op, as Rosa" in rosa.text
    assert "Somebody has used this link before." in await other.say(f"/start {made.token}")
    assert "Only staff" in await other.say("/announce")


async def test_from_a_draft_to_its_progress(house: House):
    for name, ref in (("Ana", "N-0001"), ("Sam", "N-0002")):
        await house.joined(house.member(name), ("nurses", ref))
    rosa = await staffed(house, house.member("Rosa"))
    await rosa.say("/announce")
    assert "Nobody has got it." in await rosa.press(NewNotice)
    assert "It needs a text" in rosa.text
    assert not rosa.has(
        ShowStaffNotice(notice=target(rosa, StopNotice).notice, part=NoticePart.COUNT)
    )
    assert "Saved." in await written(rosa)
    assert "Written in: English" in rosa.text
    await written(rosa, "es", "Tarde abierta\nVen a las 18:00.")
    await rosa.person.tap_and_wait("With yes and no")
    assert "Answers: yes and no" in rosa.text
    await rosa.person.tap_and_wait("Kind")
    await rosa.person.tap_and_wait("Vote")
    assert "Kind: Vote" in rosa.text
    await rosa.person.tap_and_wait("Who it is for")
    await rosa.press(ChangeDraft(notice=target(rosa, ChangeDraft).notice, field="e", value="all"))
    assert "For: everyone" in rosa.text
    await rosa.person.tap_and_wait("Preview")
    assert "Open evening" in rosa.text
    await rosa.person.tap_and_wait("Español")
    assert "Ven a las 18:00." in rosa.text
    assert "Buttons: Sí and No" in rosa.text
    await rosa.person.tap_and_wait("Count people")
    assert "It goes to 2 people." in rosa.text
    (draft,) = await notices(house)
    assert draft.status is NoticeStatus.DRAFT
    await rosa.press(ApproveNotice)
    (sent,) = await notices(house)
    assert sent.status in {NoticeStatus.SCHEDULED, NoticeStatus.RUNNING, NoticeStatus.FINISHED}
    assert sent.total == 2
    assert sent.approved_by == sent.created_by == "Rosa"
    assert list(sent.content.text) == ["en", "es"]
    assert "For 2 people" in rosa.text
    await rosa.press(StopNotice)
    assert (await notices(house))[0].status is not NoticeStatus.SCHEDULED


async def test_a_draft_is_given_a_date_and_a_last_day_for_answers(house: House):
    await house.joined(house.member("Ana"), NURSE)
    rosa = await staffed(house, house.member("Rosa"))
    await counted(rosa)
    await rosa.person.tap_and_wait("Back")
    assert "Answers until" not in labels(rosa)
    await rosa.person.tap_and_wait("With yes and no")
    await rosa.person.tap_and_wait("Date")
    dates = [one for one in labels(rosa) if "9:00" in one]
    assert dates[1] == "Mon 23 Nov 09:00"
    await rosa.person.tap_and_wait(dates[1])
    assert "Goes out: 23 November 2026, 09:00 (Madrid time)" in rosa.text
    await rosa.person.tap_and_wait("Answers until")
    ends = [one for one in labels(rosa) if "20:00" in one]
    assert ends[0] == "Thu 26 Nov 20:00"
    await rosa.person.tap_and_wait(ends[0])
    assert "Answers until: 26 November 2026, 20:00 (Madrid time)" in rosa.text
    (draft,) = await notices(house)
    now = house.clock.now()
    assert now < draft.content.send_at < draft.content.closes
    await rosa.person.tap_and_wait("Date")
    await rosa.person.tap_and_wait(dates[-1])
    assert "Answers until:" not in rosa.text  # it would close before it is sent
    await rosa.person.tap_and_wait("Count people")
    assert f"Goes out: {dates[-1].split()[1]} November 2026, 09:00 (Madrid time)" in rosa.text
    await rosa.press(ApproveNotice)
    (sent,) = await notices(house)
    assert sent.status is NoticeStatus.SCHEDULED
    assert sent.due_at == sent.content.send_at


async def test_a_count_that_finds_nobody_says_what_to_do_and_offers_no_sending(house: House):
    rosa = await staffed(house, house.member("Rosa"))
    said = await counted(rosa)
    assert "It is for nobody now. Choose again who it is for." in said
    assert "0 people" not in said
    assert not rosa.has(ApproveNotice)


def labels(member: Member) -> list[str]:
    """What stands on the buttons."""
    return [one.text for row in member.person.screen.buttons for one in row]


async def test_a_number_that_has_changed_sends_nothing_and_is_counted_anew(house: House):
    await house.joined(house.member("Ana"), NURSE)
    rosa = await staffed(house, house.member("Rosa"))
    assert "It goes to 1 person." in await counted(rosa)
    await house.joined(house.member("Sam"), ("nurses", "N-0002"))
    assert "The number has changed." in await rosa.press(ApproveNotice)
    assert "It goes to 2 people." in rosa.text
    assert (await notices(house))[0].status is NoticeStatus.DRAFT
    await rosa.press(ApproveNotice)
    assert (await notices(house))[0].total == 2


async def test_words_that_were_changed_after_the_count_are_not_sent(house: House):
    await house.joined(house.member("Ana"), NURSE)
    rosa = await staffed(house, house.member("Rosa"))
    ben = await staffed(house, house.member("Ben"), name="Ben")
    await counted(rosa)
    notice = target(rosa, ApproveNotice).notice
    await ben.say("/announce")
    await ben.press(ShowStaffNotice(notice=notice, part=NoticePart.OVERVIEW))
    await written(ben, text="Closed evening\nDo not come.")
    assert "Somebody has changed it." in await rosa.press(ApproveNotice)
    assert (await notices(house))[0].status is NoticeStatus.DRAFT


@pytest.mark.parametrize(
    "text",
    ["Only a title", "x" * 81 + "\nbody", "t\n" + "x" * 2001, "a\u202eb\nbody"],
)
async def test_a_text_that_does_not_fit_is_not_taken(house: House, text: str):
    rosa = await staffed(house, house.member("Rosa"))
    await rosa.say("/announce")
    await rosa.press(NewNotice)
    assert "Nothing was saved." in await written(rosa, text=text)
    assert (await notices(house))[0].content.text == {}


async def test_a_command_typed_as_a_reply_stays_a_command(house: House):
    rosa = await staffed(house, house.member("Rosa"))
    await rosa.say("/announce")
    await rosa.press(NewNotice)
    assert "/stop" in await written(rosa, text="/help")
    assert (await notices(house))[0].content.text == {}


async def careful(house: House) -> None:
    """The nurses want a second person above nobody at all."""
    text = examples()[0].read_text(encoding="utf-8")
    text = text.replace(
        "  small_group: 10", "  notices: {second_person_above: 0}\n  small_group: 10", 1
    )
    async with house.deps() as deps:
        await import_bundle(deps, parse_bundle(text, "nurses.yaml"))


async def test_a_second_person_is_asked_and_approves_from_their_own_chat(house: House):
    await careful(house)
    await house.joined(house.member("Ana"), NURSE)
    ben = await staffed(house, house.member("Ben", language="es"), name="Ben")
    rosa = await staffed(house, house.member("Rosa"))
    await counted(rosa)
    own = rosa.find(ApproveNotice).data
    await rosa.press(ApproveNotice)
    assert (await notices(house))[0].status is NoticeStatus.SECOND
    assert not rosa.has(ApproveNotice)
    await rosa.forge(own or "")
    assert (await notices(house))[0].status is NoticeStatus.SECOND
    assert "Rosa" in ben.text
    await ben.press(ApproveNotice)
    (sent,) = await notices(house)
    assert sent.status is not NoticeStatus.SECOND
    assert sent.approved_by == "Rosa, Ben"


async def test_staff_of_one_mid_reach_nothing_of_another(house: House):
    await house.joined(house.member("Ana"), NURSE)
    rosa = await staffed(house, house.member("Rosa"))
    await counted(rosa)
    found = target(rosa, ApproveNotice)
    mole = await staffed(house, house.member("Mole"), "translators", "Mole")
    assert "Open evening" not in await mole.say("/announce")
    before = await notices(house)
    for one in (
        NewNotice(mid="nurses"),
        found,
        StopNotice(notice=found.notice),
        AskText(notice=found.notice, language="en"),
        ChangeDraft(notice=found.notice, field=DraftField.ANSWERS, value="on"),
        *[ShowStaffNotice(notice=found.notice, part=part) for part in NoticePart],
    ):
        await mole.say("/announce")
        said = await mole.forge(one.pack())
        assert "That button is too old to use." in said, one
        assert "Open evening" not in said
    assert await notices(house) == before


async def test_removed_staff_can_do_nothing_with_an_old_button(house: House):
    await house.joined(house.member("Ana"), NURSE)
    rosa = await staffed(house, house.member("Rosa"))
    await counted(rosa)
    async with house.deps() as deps:
        (one,) = await staff.list_staff(deps, "nurses")
        await erasure.remove_staff(deps, one.id)
    assert "too old" in await rosa.press(ApproveNotice)
    assert (await notices(house))[0].status is NoticeStatus.DRAFT


async def test_the_progress_message_follows_until_it_is_over(quiet_house: House):
    from bot.app import build_bot

    house = quiet_house
    async with house.running():
        await house.joined(house.member("Ana"), NURSE)
        rosa = await staffed(house, house.member("Rosa"))
        await counted(rosa)
        await rosa.press(ApproveNotice)
    shown = rosa.person.screen
    (notice,) = await notices(house)
    bot = build_bot(house.settings)
    async with house.deps() as deps:
        await authoring.stop(deps, "nurses", notice.id)
        await update_progress(bot, deps, notice.id)
        await update_progress(bot, deps, notice.id)
        await update_progress(bot, deps, "ntc_of_nobody")
    await bot.session.close()
    assert rosa.person.screen is shown
    assert "It was stopped." in rosa.text or "It is done." in rosa.text


async def test_a_message_that_shows_something_else_is_left_alone(quiet_house: House):
    from bot.app import build_bot

    house = quiet_house
    async with house.running():
        await house.joined(house.member("Ana"), NURSE)
        rosa = await staffed(house, house.member("Rosa"))
        await counted(rosa)
        await rosa.press(ApproveNotice)
        await rosa.press(ShowStaffOverview)
        await rosa.press(Go(place=Place.HOME))
    (notice,) = await notices(house)
    before = rosa.text
    bot = build_bot(house.settings)
    async with house.deps() as deps:
        await authoring.stop(deps, "nurses", notice.id)
        await update_progress(bot, deps, notice.id)
    await bot.session.close()
    assert rosa.text == before


async def test_telegram_out_of_reach_does_not_stop_the_telling(quiet_house: House):
    from bot.app import build_bot

    house = quiet_house
    async with house.running():
        await house.joined(house.member("Ana"), NURSE)
        rosa = await staffed(house, house.member("Rosa"))
        await counted(rosa)
        await rosa.press(ApproveNotice)
    await rosa.person.block()
    (notice,) = await notices(house)
    bot = build_bot(house.settings)
    async with house.deps() as deps:
        await authoring.stop(deps, "nurses", notice.id)
        await update_progress(bot, deps, notice.id)
        async with deps.db.read() as conn:
            assert await chat_store.read_chat(conn, rosa.person.id)
    await bot.session.close()
