"""Whole conversations over HTTP, in four languages: what a member does and what holds after it."""

import pytest

from dialogs.callbacks import (
    AnswerQuiz,
    Decline,
    DeleteAll,
    Go,
    Join,
    Leave,
    LiftRefusal,
    Place,
    Refuse,
    Resume,
    SayLater,
    SayNo,
    SayYes,
    SetKnob,
    SetLanguage,
    SetZone,
    ShowCard,
    ShowCardLine,
    ShowDetails,
    ShowKnob,
    ShowKnobHistory,
    ShowLegalText,
    ShowLiftRefusal,
    ShowMid,
    ShowRefusalOptions,
    ShowZones,
    UndoKnob,
    UndoLeave,
)
from knowledge.cards.card import LineKey
from locales.words import words
from service.licences.values import RefusalKind
from service.standing import cases as standing_cases
from service.standing.values import StandingReason
from tests.support.house import NURSE, TRANSLATOR, House, Member

LANGUAGES = ("en", "es", "ar", "zh-hans")
in_four_languages = pytest.mark.parametrize("language", LANGUAGES)


async def reasons(house: House, member: Member) -> dict[str, StandingReason]:
    """Where the member stands by what is stored, licence by licence."""
    from bot.telegram import chat_store

    async with house.deps() as deps:
        async with deps.db.read() as conn:
            chat = await chat_store.read_chat(conn, member.person.id)
        assert chat is not None
        view = await standing_cases.read_portfolio(deps, chat.member_id)
    return {one.holding.licence.slug: one.why for one in view.standings}


async def agree(member: Member, title: str) -> str:
    """Say yes to a licence, answering the question that may stand before it."""
    await member.open_card(title)
    await member.press(SayYes)
    for _ in range(3):
        if not member.has(AnswerQuiz):
            break
        right = member.w.t("They keep it")
        label = right if right in member.labels else member.w.t("Your voice and what you say")
        await member.person.tap_and_wait(label)
    if member.has(SayYes):
        await member.press(SayYes)
    return member.text


def titles(member: Member) -> dict[str, str]:
    """The titles of the example licences as this member reads them."""
    from bot.commands.demo import examples
    from service.bundle.files.read_bundle import read_bundle

    return {
        licence.id: member.w.pick(dict(licence.title)).text
        for path in examples()
        for licence in read_bundle(path).licences
    }


@in_four_languages
async def test_a_stranger_is_in_no_mid_and_is_told_how_to_join(house: House, language: str):
    member = house.member(language=language)
    assert member.w.t("You are in no MID yet.") in await member.say("/start")


@in_four_languages
async def test_a_member_joins_by_invite_and_is_in_no_licence(house: House, language: str):
    member = house.member(language=language)
    shown = await member.say(f"/start {await house.token(*NURSE)}")
    assert member.w.t("What joining means") in shown
    assert (
        member.w.t("Linked to: {names}.", names=member.w.join(["SteadyLife Insurance"])) in shown
    )
    await member.press(Join)
    assert set((await reasons(house, member)).values()) == {StandingReason.NOT_ASKED}
    home = await member.press(Go(place=Place.HOME))
    assert (
        member.w.n(
            "{n} licence waits for your answer. No answer means no.",
            "{n} licences wait for your answer. No answer means no.",
            3,
        )
        in home
    )


@in_four_languages
async def test_a_member_says_yes_then_no_then_yes_again(house: House, language: str):
    member = await house.joined(house.member(language=language), NURSE)
    title = titles(member)["sepsis-warning"]
    await member.open_card(title)
    assert member.w.t("Saved: yes.") in await member.press(SayYes)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.IN
    assert member.w.t("Saved: no. It holds from now on.") in await member.press(SayNo)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.SAID_NO
    await member.press(SayYes)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.IN


@in_four_languages
async def test_the_knob_shows_before_and_after_what_it_changes(house: House, language: str):
    member = await house.joined(house.member(language=language), NURSE, TRANSLATOR)
    names = titles(member)
    for slug in ("lifting-robot", "sepsis-warning", "mt-grading", "dialect-voices"):
        await agree(member, names[slug])

    def counted(n: int) -> str:
        return member.w.n(
            "You are in {inside} of {n} licence.",
            "You are in {inside} of {n} licences.",
            4,
            inside=n,
        )

    assert counted(3) in await member.say("/price")
    down = await member.press(SetKnob(scope="all", to="-1"))
    assert counted(4) in down
    assert member.w.t("Saved. Your price is {step} now.", step=member.w.signed(-1)) in down
    assert counted(3) in await member.press(UndoKnob)
    assert counted(2) in await member.press(SetKnob(scope="all", to="1"))
    assert counted(0) in await member.press(SetKnob(scope="all", to="never"))
    assert set((await reasons(house, member)).values()) == {
        StandingReason.NEVER,
        StandingReason.NOT_ASKED,
    }
    assert counted(3) in await member.press(SetKnob(scope="all", to="0"))
    for step in range(1, 5):
        await member.press(SetKnob(scope="all", to=str(step)))
    assert counted(2) in await member.press(SetKnob(scope="all", to="5"))


@in_four_languages
async def test_stop_is_one_message_and_resuming_is_offered(house: House, language: str):
    member = await house.joined(house.member(language=language), NURSE)
    await agree(member, titles(member)["sepsis-warning"])
    assert member.w.t("You stopped everything.") in await member.say("/stop")
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.PAUSED
    assert member.w.t("Saved. Nothing is paused now.") in await member.press(Resume)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.IN


@in_four_languages
async def test_a_copy_asks_one_question_before_the_yes_and_none_before_the_no(
    house: House, language: str
):
    member = await house.joined(house.member(language=language), NURSE)
    title = titles(member)["fatigue-and-cover"]
    await member.open_card(title)
    assert member.w.t("This buyer is linked to your MID.") in member.text
    assert member.w.t("It includes sensitive data.") in member.text
    await member.press(SayYes)
    assert (await reasons(house, member))["fatigue-and-cover"] is StandingReason.NOT_ASKED
    await member.person.tap_and_wait(member.w.t("It comes back to me"))
    assert member.w.t("Not quite.") in member.text
    await member.person.tap_and_wait(member.w.t("They keep it"))
    await member.press(SayYes)
    assert (await reasons(house, member))["fatigue-and-cover"] is StandingReason.WAITING
    await member.press(SayNo)
    assert (await reasons(house, member))["fatigue-and-cover"] is StandingReason.SAID_NO


async def test_two_wrong_answers_lead_to_a_person_and_not_to_a_yes(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.open_card("Shift fatigue and insurance")
    await member.press(SayYes)
    await member.person.tap_and_wait("It comes back to me")
    await member.person.tap_and_wait("They ask me again")
    assert "A person can explain it to you." in member.text
    assert not member.has(SayYes)
    assert (await reasons(house, member))["fatigue-and-cover"] is StandingReason.NOT_ASKED


@in_four_languages
async def test_a_buyer_refused_everywhere_can_be_taken_back_when_shown(
    house: House, language: str
):
    member = await house.joined(house.member(language=language), NURSE)
    await member.open_card(titles(member)["lifting-robot"])
    await member.press(ShowRefusalOptions)
    await member.press(Refuse(kind=RefusalKind.BUYER, value="careful-robotics"))
    assert "Careful Robotics" in member.text
    assert (await reasons(house, member))["lifting-robot"] is StandingReason.REFUSED
    await member.press(ShowLiftRefusal)
    await member.press(LiftRefusal)
    assert (await reasons(house, member))["lifting-robot"] is StandingReason.NOT_ASKED


@in_four_languages
async def test_leaving_takes_one_tap_and_can_be_undone(house: House, language: str):
    member = await house.joined(house.member(language=language), NURSE, TRANSLATOR)
    await agree(member, titles(member)["sepsis-warning"])
    await member.say("/leave")
    await member.press(Leave)
    assert "sepsis-warning" not in await reasons(house, member)
    await member.press(UndoLeave)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.IN


@in_four_languages
async def test_deleting_everything_takes_two_taps_and_starts_anew(house: House, language: str):
    member = await house.joined(house.member(language=language), NURSE)
    await member.say("/delete")
    done = await member.press(DeleteAll)
    assert member.w.t("Done. Everything kept here about you is erased.") in done
    assert "help@nurses.example" in done
    assert member.w.t("You are in no MID yet.") in await member.say("/start")


async def test_leaving_and_erasing_forgets_that_mid_alone(house: House):
    member = await house.joined(house.member(), NURSE, TRANSLATOR)
    await agree(member, "Spot sepsis sooner")
    await member.say("/leave")
    await member.person.tap_and_wait("Leave, erase: Nurses' Data Co-op")
    assert set(await reasons(house, member)) == {"mt-grading", "dialect-voices"}
    assert not member.has(UndoLeave)


async def test_later_keeps_the_offer_among_what_is_to_decide(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.open_card("Spot sepsis sooner")
    await member.press(SayLater)
    assert (await reasons(house, member))["sepsis-warning"] is StandingReason.LATER
    listed = await member.say("/licences")
    assert listed.index("To decide") < listed.index("Spot sepsis sooner")


async def test_an_invite_can_be_left_unused_and_used_later(house: House):
    member = house.member()
    token = await house.token(*NURSE)
    await member.say(f"/start {token}")
    assert "You have not joined." in await member.press(Decline)
    await member.say(f"/start {token}")
    assert "You are in Nurses' Data Co-op now." in await member.press(Join)


async def test_each_kind_of_dead_invite_says_what_it_is(house: House):
    ana, emma = house.member("Ana"), house.member("Emma")
    token = await house.token(*NURSE)
    assert "This link leads nowhere." in await ana.say("/start not-a-token")
    await ana.say(f"/start {token}")
    await emma.say(f"/start {token}")
    await ana.press(Join)
    assert "was used before" in await emma.press(Join)
    assert "You are in no MID yet." in await emma.say("/start")
    assert "already" in await ana.say(f"/start {token}")
    late = await house.token("nurses", "N-0002")
    from datetime import timedelta

    house.clock.time += timedelta(days=8)
    assert "too old" in await emma.say(f"/start {late}")


async def test_details_open_in_place_and_the_legal_text_ends_with_its_fingerprint(house: House):
    member = await house.joined(house.member(), NURSE)
    await member.open_card("Teach lifting robots")
    message = member.person.screen.message_id
    await member.press(ShowDetails)
    for key in LineKey:
        await member.press(
            next(
                ShowCardLine.unpack(b.data)
                for row in member.person.screen.buttons
                for b in row
                if b.data and b.data.startswith("i1:") and b.data.endswith(f":{key}")
            )
        )
        await member.press(ShowDetails)
    await member.press(ShowLegalText)
    assert len(member.text.rsplit("\n", 1)[1]) == 64
    await member.press(ShowCard)
    assert member.person.screen.message_id == message


async def test_one_mid_can_have_a_price_of_its_own(house: House):
    member = await house.joined(house.member(), NURSE, TRANSLATOR)
    await member.say("/price")
    await member.press(Go(place=Place.KNOB_SCOPES))
    await member.press(ShowKnob)
    text = await member.press(SetKnob)
    assert "Your price for Nurses' Data Co-op: −1" in text
    assert "−1" in await member.press(ShowKnobHistory)
    assert "Your price: 0" in await member.say("/price")
    await member.press(Go(place=Place.KNOB_SCOPES))
    assert "Nurses' Data Co-op: −1, its own" in member.text


async def test_a_chosen_language_and_zone_stay(house: House):
    member = house.member(language="en")
    await member.say("/language")
    text = await member.press(SetLanguage(locale="ar"))
    assert words("ar").t("Language: {language}", language="العربية") in text
    await member.press(ShowZones)
    await member.press(SetZone)
    assert words("ar").t("You are in no MID yet.") in await member.say("/start")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/help", "Doing nothing means being in no licence."),
        ("/about", "AI: no AI model answers here."),
        ("/privacy", "What is kept here"),
        ("/human", "help@nurses.example"),
        ("/mid", "No MID learns from us that you are in another one."),
        ("/settings", "Language: English"),
        ("/choices", "You refuse nothing everywhere."),
        ("am I in the robot one?", "About you"),
        ("/nonsense", "I do not know that command."),
    ],
)
async def test_every_command_and_any_text_gets_something_useful(
    house: House, command: str, says: str
):
    member = await house.joined(house.member(), NURSE)
    assert says in await member.say(command)
    assert member.has(Go(place=Place.HOME))


async def test_the_mid_page_says_who_pays_it_and_how_to_complain(house: House):
    member = await house.joined(house.member(), TRANSLATOR)
    await member.say("/mid")
    text = await member.press(ShowMid)
    assert "It earns only when data flows." in text
    assert "Lingua Audit" in text
    assert "Authority: none named." in text
