"""Questions in the chat, from the first word to the reply of a person."""

import asyncio
from functools import partial

import pytest

from dialogs.callbacks import (
    AskMid,
    AskPerson,
    DeleteAll,
    Go,
    Place,
    SendQuestion,
    ShowLicences,
    ShowOtherTopics,
    ShowQuestion,
    ShowTopic,
)
from locales.words import words
from service.questions import staff_cases
from tests.support.house import NURSE, TRANSLATOR


@pytest.fixture
async def house(quiet_house):
    async with quiet_house.running():
        yield quiet_house


async def until(truth, seconds=15):
    async with asyncio.timeout(seconds):
        while not truth():  # noqa: ASYNC110  # the stand-in has no event for it
            await asyncio.sleep(0.02)


async def test_a_question_gets_the_closest_text_the_members_facts_and_ways_on(house):
    member = await house.joined(house.member(), NURSE)
    said = await member.say("why am I out of this one")
    assert "This is the closest text I have." in said
    assert "Why you are in or out" in said
    assert "About you" in said
    assert "Source: Midline's own text, version 1." in said
    assert "the answer is" not in said.lower()
    assert member.has(ShowLicences)
    assert member.has(ShowOtherTopics)
    assert member.has(AskPerson)


async def test_am_i_in_the_insurers_one_is_answered_about_that_licence_alone(house):
    member = await house.joined(house.member(), NURSE)
    said = await member.say("which licences am I in, the insurer's one?")
    facts = said.split("About you")[1]
    assert "“Shift fatigue and insurance”: You are not in unless you say yes." in facts
    assert "Teach lifting robots" not in facts


@pytest.mark.parametrize(
    ("language", "asked", "amount"),
    [
        ("en", "how much did I earn so far in September", "€1.92"),
        ("es", "¿cuánto he ganado hasta ahora en septiembre?", "1,92 €"),
        ("fr", "combien j'ai gagné en septembre jusqu'ici", "1,92 €"),
    ],
)
async def test_what_did_i_earn_in_september_is_answered_with_the_mids_own_line(
    house, language, asked, amount
):
    member = await house.joined(house.member(language=language), NURSE)
    said = (await member.say(asked)).replace("\u00a0", " ").replace("\u202f", " ")
    assert amount in said, said


async def test_another_member_sees_none_of_it(house):
    other = await house.joined(house.member("Ben"), ("nurses", "N-0002"))
    said = await other.say("how much did I earn so far in September")
    assert "1.92" not in said
    assert "No MID has reported a line for you yet." in said


async def test_not_this_shows_other_topics_and_a_topic_shows_its_text(house):
    member = await house.joined(house.member(), NURSE)
    await member.say("why am I out of this one")
    said = await member.press(ShowOtherTopics)
    assert "Is it about one of these?" in said
    assert "Why you are in or out" not in member.labels
    title = member.labels[0]
    assert title in await member.press(ShowTopic)
    assert member.has(AskPerson), "the question is still at hand"


async def test_what_has_nothing_to_do_with_it_is_said_kindly(house):
    member = house.member()
    assert "I have nothing on that." in await member.say("zebra quagga")
    assert member.has(AskPerson)


async def test_the_answer_is_in_the_language_of_the_question(house):
    member = await house.joined(house.member(language="en"), NURSE)
    said = await member.say("¿por qué estoy fuera de esta licencia, si dije que sí?")
    assert words("es").t("About you") in said


async def test_a_long_question_is_cut_and_that_is_said(house):
    member = house.member()
    said = await member.say("why am I out of this one " + "x" * 600)
    assert "I read only the first 500 characters of it." in said


@pytest.mark.parametrize("greeting", ["Hi!", "hola", "你好", "धन्यवाद।", "مرحبا"])
async def test_a_greeting_is_no_question(house, greeting):
    assert "Hello." in await house.member().say(greeting)


async def test_the_word_for_a_person_leads_to_one(house):
    member = await house.joined(house.member(), NURSE)
    assert "A person who can help" in await member.say("human")


async def test_markup_in_a_question_is_only_text(house):
    member = await house.joined(house.member(), NURSE)
    await member.say("<b>why</b> am I out of this one\u202e <a href='x'>y</a>")
    said = await member.press(AskPerson)
    assert "<b>why</b> am I out" in said
    assert "\u202e" not in said


async def asked(house, member, text="why am I out of this one"):
    await member.say(text)
    await member.press(AskPerson)
    return await member.press(SendQuestion)


async def questions(house, mid="nurses"):
    async with house.deps() as deps:
        return await staff_cases.list_questions(deps, mid, open_only=False)


async def test_a_question_goes_to_the_mid_under_a_pseudonym_and_the_reply_comes_once(house):
    member = await house.joined(house.member(), NURSE)
    said = await asked(house, member)
    assert "Sent to Nurses' Data Co-op." in said
    (one,) = await questions(house)
    assert one.text == "why am I out of this one"
    assert one.pseudonym.startswith("psn_")
    assert one.licence is None
    async with house.deps() as deps:
        await staff_cases.answer(deps, one.id, "Your <yes> came <b>late</b>.", "lea")
    await until(lambda: "replies" in member.text)
    assert "Your <yes> came <b>late</b>." in member.text
    await asyncio.sleep(2.5)
    assert sum("came <b>late</b>" in b.text for b in member.person.heard) == 1
    await member.press(Go(place=Place.QUESTIONS))
    assert "answered" in member.text
    assert "came <b>late</b>" in await member.press(ShowQuestion)


async def test_the_licence_is_shared_only_when_the_member_says_so(house):
    member = await house.joined(house.member(), NURSE)
    await member.say("why am I out of this one")
    await member.press(AskPerson)
    label = next(one for one in member.labels if "lifting" in one)
    await member.person.tap_and_wait(label)
    (one,) = await questions(house)
    assert one.licence == "lifting-robot"


async def test_with_two_mids_the_member_says_which_and_the_other_sees_nothing(house):
    member = await house.joined(house.member(), NURSE, TRANSLATOR)
    await member.say("why am I out of this one")
    assert "Which MID should answer?" in await member.press(AskPerson)
    await member.press(AskMid)
    await member.press(SendQuestion)
    assert len(await questions(house)) + len(await questions(house, "translators")) == 1


async def test_the_same_question_sent_twice_stands_on_the_list_once(house):
    member = await house.joined(house.member(), NURSE)
    await member.say("why am I out of this one")
    bubble = member.person.screen
    await member.press(AskPerson)
    data = member.find(SendQuestion).data
    await member.press(SendQuestion)
    await member.forge(data, on=bubble)
    assert len(await questions(house)) == 1


async def test_a_sixth_open_question_is_not_taken(house):
    member = await house.joined(house.member(), NURSE)
    for n in range(5):
        await asked(house, member, f"why am I out of this one {n}")
    await member.say("why am I out of this one again")
    assert "as many questions waiting" in await member.press(AskPerson)


async def test_a_stranger_to_the_mid_cannot_send_it_anything(house):
    ana = await house.joined(house.member(), NURSE)
    await ana.say("why am I out of this one")
    await ana.press(AskPerson)
    data = ana.find(SendQuestion).data
    eve = await house.joined(house.member("Eve"), TRANSLATOR)
    await eve.say("why am I out of this one")
    assert "too old" in await eve.forge(data)
    assert not await questions(house)


async def test_without_a_question_at_hand_one_is_told_how(house):
    member = await house.joined(house.member(), NURSE)
    await member.say("/licences")
    assert "Write your question here." in await member.forge(AskPerson().pack())


async def test_what_was_typed_is_in_no_table_unless_it_was_sent(house):
    member = await house.joined(house.member(), NURSE)
    await member.say("why am I out of this one, unicorn")
    async with house.deps() as deps, deps.db.read() as conn:
        from sqlalchemy import select

        from service.db.metadata import metadata

        rows = [
            str(row)
            for table in metadata.sorted_tables
            if table.name != "inbox"
            for row in await conn.execute(select(table))
        ]
    assert not [row for row in rows if "unicorn" in row]


async def test_deleting_everything_erases_the_questions_too(house):
    member = await house.joined(house.member(), NURSE)
    await asked(house, member)
    await member.say("/delete")
    await member.press(DeleteAll)
    assert not await questions(house)


async def test_a_reply_to_somebody_who_blocked_the_bot_is_not_sent_again_and_again(house):
    member = await house.joined(house.member(), NURSE)
    await asked(house, member)
    await member.person.block()
    (one,) = await questions(house)
    async with house.deps() as deps:
        await staff_cases.answer(deps, one.id, "Here it is.", "lea")
        from service.questions import delivery as reply_delivery

        async with asyncio.timeout(15):
            while await reply_delivery.list_due(deps):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_many_questions_in_a_short_time_are_slowed_and_taps_are_not(house):
    member = await house.joined(house.member(), NURSE)
    for _ in range(13):
        await member.say("why am I out of this one")
    assert "many questions in a short time" in member.text
    assert "licence" in await member.press(Go(place=Place.HOME))


@pytest.fixture
def shipped(quiet_house):
    quiet_house.search = None
    return quiet_house


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_with_the_shipped_search_a_question_finds_its_topic(shipped, language):
    asked = {"en": "did I get any money for september", "ar": "هل حصلت على نقود عن شهر سبتمبر"}
    async with shipped.running():
        member = await shipped.joined(shipped.member(language=language), NURSE)
        # Its vectors are read while it is asked: on a busy machine that takes its time.
        await member.person.say(asked[language], timeout=60)
        said = member.text
        assert member.w.t("About you") in said
        assert "1.92" in said
        assert member.has(AskPerson)


@pytest.mark.long
async def test_an_approved_suggestion_becomes_an_article_of_that_mid_alone(shipped):
    async with shipped.deps() as deps:
        made = await staff_cases.suggest_article(
            deps,
            "nurses",
            {"en": "When is the summer meeting of the co-op?"},
            {"en": "It is on 12 June in Sevilla."},
            "lea",
        )
        await staff_cases.approve_article(deps, "nurses", made.id, "summer-meeting", "max")
    async with shipped.running():
        ana = await shipped.joined(shipped.member(), NURSE)
        await asyncio.sleep(3)
        said = await ana.say("when is the summer meeting of the co-op?")
        assert "It is on 12 June in Sevilla." in said
        assert "Source: a text of your MID." in said
        ben = await shipped.joined(shipped.member("Ben"), TRANSLATOR)
        assert "Sevilla" not in await ben.say("when is the summer meeting of the co-op?")


@pytest.mark.long
async def test_a_reply_becomes_an_article_for_the_next_member_once_a_person_approved_it(
    quiet_house, monkeypatch
):
    import json
    from datetime import UTC, datetime, timedelta

    quiet_house.clock.time = datetime.now(UTC) + timedelta(minutes=5)
    cli = partial(asyncio.to_thread, run_cli, quiet_house, monkeypatch)
    async with quiet_house.running():
        ana = await quiet_house.joined(quiet_house.member(), NURSE)
        await asked(quiet_house, ana, "why is there zebra parking on payday")
        (one,) = await questions(quiet_house)
        own = "Where may I park my bicycle at the summer meeting?"
        suggest = ("suggest", "nurses", "--question", own, "--reply", one.id)
        assert (await cli(*suggest))[0] == 1, "nobody has replied yet"
        assert (await cli("answer", one.id, "Behind the old mill."))[0] == 0
        await until(lambda: "Behind the old mill." in ana.text)
        stranger = ("suggest", "translators", "--question", own, "--reply", one.id)
        assert (await cli(*stranger))[0] == 1, "it is not theirs"
        assert (await cli(*suggest, "--text", "x"))[0] == 2
        code, said = await cli(*suggest, "--json")
        (made,) = json.loads(said)
        assert (code, made["question"], made["answer"]) == (
            0, {"en": own}, {"en": "Behind the old mill."}
        )  # fmt: skip
    quiet_house.search = None
    async with quiet_house.running():
        ben = await quiet_house.joined(quiet_house.member("Ben"), ("nurses", "N-0002"))
        assert "old mill" not in await ben.say("where may I park my bicycle?")
    assert (await cli("approve", "nurses", made["id"], "bicycles"))[0] == 0
    async with quiet_house.running():
        said = await ben.say("where may I park my bicycle?")
        assert "Behind the old mill." in said
        assert "zebra" not in said


def run_cli(house, monkeypatch, *words_):
    from typer.testing import CliRunner

    from bot.commands import cli, console

    monkeypatch.setattr(console, "load_settings", lambda: house.settings)
    done = CliRunner().invoke(cli.app, ["questions", *words_])
    return done.exit_code, done.stdout


async def test_staff_list_and_answer_on_the_command_line(house, monkeypatch):
    import json
    from datetime import UTC, datetime, timedelta

    # The commands go by the clock of this machine.
    house.clock.time = datetime.now(UTC) + timedelta(minutes=5)
    member = await house.joined(house.member(), NURSE)
    await asked(house, member)
    code, said = await asyncio.to_thread(run_cli, house, monkeypatch, "list", "nurses", "--json")
    (one,) = json.loads(said)
    assert (code, one["text"]) == (0, "why am I out of this one")
    code, _ = await asyncio.to_thread(run_cli, house, monkeypatch, "answer", one["id"], "Soon.")
    assert code == 0
    await until(lambda: "Soon." in member.text)
    code, _ = await asyncio.to_thread(run_cli, house, monkeypatch, "answer", one["id"], "Again")
    assert code == 1
    code, said = await asyncio.to_thread(run_cli, house, monkeypatch, "counts", "nurses")
    assert "few" in said
