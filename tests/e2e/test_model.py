"""A model in the chat: asked for leave once, drafts with a stop button, and the rung below it."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

import pytest

from bot.assistant.model_answers import ModelAnswers
from bot.assistant.model_setup import build_budget
from dialogs.callbacks import (
    Go,
    Place,
    SetModelConsent,
    ShowLegalText,
    ShowModelRequest,
    ShowTopic,
)
from knowledge.llm.answerer import Answerer
from knowledge.llm.client import ModelClient
from knowledge.llm.quota import QuotaLimits
from knowledge.replies import AvailableModel
from service.bundle.cases import import_bundle
from service.bundle.schema.bundle import Bundle
from tests.support.house import NURSE, TRANSLATOR
from tests.support.model_server import Bad, model_server, reply
from tests.support.stage import raw

LIMITS = QuotaLimits(answers_a_day=3)
ASKED = "why am I out of this one"
SAID = "You are in when your yes covers the terms of today."


def good(_body):
    return reply(claims=[(SAID, ["s1"])], actions=["licences"])


@pytest.fixture
async def llm():
    async with model_server() as one:
        one.script = good
        yield one


@pytest.fixture
async def house(quiet_house, llm):
    async with served(quiet_house, llm):
        yield quiet_house


@asynccontextmanager
async def served(house, llm, level=1):
    """The house with a model that may be told as much."""

    def model(deps):
        answerer = Answerer(
            ModelClient(llm.url, "tiny"), build_budget(deps, LIMITS), total_seconds=4
        )
        return ModelAnswers(
            deps, answerer, AvailableModel(name="tiny", place="127.0.0.1", level=level)
        )

    house.model = model
    async with house.running():
        yield


async def lets(house, mid, level):
    """A MID's new bundle says how much may leave."""
    bundle = raw(mid)
    bundle["mid"]["model_level"] = level
    async with house.deps() as deps:
        await import_bundle(deps, Bundle.model_validate(bundle))


async def agreed(house):
    member = await house.joined(house.member(), NURSE)
    await member.say(ASKED)
    await member.press(SetModelConsent(on=True, level=1))
    return member


def drafts(house):
    return [c for c in house.playground.calls if c.method == "sendMessageDraft"]


async def test_the_member_is_asked_before_the_first_answer_and_nothing_leaves(house, llm):
    member = await house.joined(house.member(), NURSE)
    assert "May an AI model answer you?" in await member.say(ASKED)
    assert not llm.requests


async def test_after_a_yes_the_waiting_question_is_answered_with_its_source(house, llm):
    member = await agreed(house)
    assert SAID in member.text
    assert "An AI model wrote this from the source." in member.text
    assert "“Why you are in or out”" in member.text
    assert member.has(ShowTopic)
    assert len(llm.requests) == 1
    assert SAID in await member.say(ASKED)
    assert drafts(house)


async def test_after_a_no_the_closest_text_is_shown_and_nobody_asks_again(house, llm):
    member = await house.joined(house.member(), NURSE)
    await member.say(ASKED)
    await member.press(SetModelConsent(on=False))
    assert "This is the closest text I have." in member.text
    assert "This is the closest text I have." in await member.say(ASKED)
    assert not llm.requests


async def test_privacy_shows_the_last_request_as_it_was_sent_and_a_no_forgets_it(house, llm):
    member = await agreed(house)
    assert "The AI model sees your questions" in await member.say("/privacy")
    pages = [await member.press(ShowModelRequest)]
    while member.has(ShowModelRequest(page=len(pages))):
        pages.append(await member.press(ShowModelRequest(page=len(pages))))
    shown = "".join(pages)
    raw = next(one for one in llm.raw if len(json.loads(one)["messages"]) > 1)
    assert ASKED in shown
    for message in json.loads(raw)["messages"]:
        assert message["content"].splitlines()[0][:60] in shown
    await member.say("/privacy")
    await member.press(Go(place=Place.MODEL))
    await member.press(SetModelConsent(on=False))
    assert "Saved. No model answers you." in member.text
    await member.say("/privacy")
    assert "None was sent." in await member.press(ShowModelRequest)


@pytest.mark.parametrize(
    "bad",
    [
        Bad(status=500, body="no"),
        Bad(status=429, body="slow down"),
        Bad(body="{nonsense"),
        Bad(body=good(None), cut=40),
        reply(claims=[("See https://evil.example now.", ["s1"])]),
        reply(claims=[("You earned 999 euros.", ["s1"])]),
        reply("not_found"),
    ],
)
async def test_whatever_the_server_does_the_closest_text_is_there(house, llm, bad):
    llm.script = lambda _body: bad
    member = await agreed(house)
    assert "This is the closest text I have." in member.text
    assert "evil" not in member.text
    assert "999" not in member.text


@pytest.mark.long
async def test_a_server_that_hangs_costs_the_answer_a_moment_and_a_tap_nothing(house, llm):
    member = await agreed(house)
    llm.script = lambda _body: Bad(hang=True)
    await member.person.send(ASKED)
    await asyncio.sleep(0.3)
    assert "licence" in await member.press(Go(place=Place.HOME), on=await home(member))
    async with asyncio.timeout(10):
        while "closest text" not in member.text:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def home(member):
    return next(b for b in reversed(member.person.heard) if "Home" in str(b.buttons))


async def test_the_stop_button_ends_the_model_and_the_closest_text_comes(house, llm):
    member = await agreed(house)
    llm.script = lambda _body: Bad(hang=True)
    before = len(drafts(house))
    await member.person.send(ASKED)
    async with asyncio.timeout(10):
        while len(drafts(house)) == before:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await member.person.press_stop()
    async with asyncio.timeout(3):
        while "closest text" not in member.text:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_drafts_that_are_refused_do_not_cost_the_answer(house, llm):
    member = await agreed(house)
    house.playground.faults.next("sendMessageDraft", retry_after=100)
    assert SAID in await member.say(ASKED)


async def test_about_says_that_a_model_may_answer(house):
    said = await house.member().say("/about")
    assert "the model tiny at 127.0.0.1 answers you, but only if you said yes" in said


async def test_who_has_used_up_the_day_is_told_and_gets_the_closest_text(house, llm):
    member = await agreed(house)
    for _ in range(2):
        await member.say(ASKED)
    assert SAID in member.text
    said = await member.say(ASKED)
    assert "The AI model has answered you as often as it may today." in said
    assert "This is the closest text I have." in said
    assert len(llm.requests) == 3
    other = await house.joined(house.member("Ben"), ("nurses", "N-0002"))
    await other.say(ASKED)
    assert SAID in await other.press(SetModelConsent(on=True, level=1))


# How much each MID lets leave


EARNED = "how much did I earn so far in September"
LEAVES = {
    1: "Your answers and amounts do not go there.",
    2: "Your amounts go there, but rounded.",
    3: "Your answers and amounts go there too.",
}


@pytest.mark.parametrize(
    ("nurses", "translators", "holds"), [(None, None, 3), (None, 2, 2), (1, 2, 1), (1, None, 1)]
)
async def test_the_strictest_of_a_members_mids_says_what_leaves(
    quiet_house, llm, nurses, translators, holds
):
    await lets(quiet_house, "nurses", nurses)
    await lets(quiet_house, "translators", translators)
    async with served(quiet_house, llm, level=3):
        member = await quiet_house.joined(quiet_house.member(), NURSE, TRANSLATOR)
        assert LEAVES[holds] in await member.say(EARNED)
        await member.press(SetModelConsent(on=True, level=holds))
        (request,) = llm.requests
        said = json.dumps(request["messages"], ensure_ascii=False)
        assert "{{fact:earnings.line.0}} money" in said
        assert ("= €1.92" in said) is (holds == 3)
        assert ("= under 10" in said) is (holds == 2)


async def test_where_a_mid_lets_nothing_leave_nobody_asks_and_nothing_leaves(quiet_house, llm):
    await lets(quiet_house, "nurses", 0)
    async with served(quiet_house, llm, level=3):
        member = await quiet_house.joined(quiet_house.member(), NURSE, TRANSLATOR)
        assert "This is the closest text I have." in await member.say(ASKED)
        await member.say("/privacy")
        said = await member.press(Go(place=Place.MODEL))
        assert "One of your MIDs lets nothing go to an AI model." in said
        # An old button, or a forged one, does not change that.
        await member.forge(SetModelConsent(on=True, level=3).pack())
        assert "This is the closest text I have." in await member.say(ASKED)
        other = await quiet_house.joined(quiet_house.member("Ben"), ("translators", "T-0001"))
        assert "May an AI model answer you?" in await other.say(ASKED)
    assert not llm.requests


async def test_a_yes_to_little_is_no_yes_to_more(quiet_house, llm):
    await lets(quiet_house, "nurses", 1)
    async with served(quiet_house, llm, level=3):
        member = await quiet_house.joined(quiet_house.member(), NURSE)
        await member.say(EARNED)
        await member.press(SetModelConsent(on=True, level=1))
        await lets(quiet_house, "nurses", 3)
        await member.say(EARNED)
        assert "1.92" not in json.dumps(llm.requests, ensure_ascii=False)
        await member.say("/privacy")
        said = await member.press(Go(place=Place.MODEL))
        assert "Less goes there until you say yes to this." in said
        await member.press(SetModelConsent(on=True, level=3))
        await member.say(EARNED)
        assert "= €1.92" in json.dumps(llm.requests[-1], ensure_ascii=False)


# The legal text of a licence


async def test_a_question_about_a_licence_may_be_answered_from_its_legal_text(house, llm):
    says = "Access to work-environment recordings and authored lift plans"

    def script(body):
        (alias,) = re.findall(r"\[(s\d)\] Teach lifting robots: legal text", body_text(body))
        return reply(claims=[(f"{says} for product improvement.", [alias])])

    llm.script = script
    member = await house.joined(house.member(), NURSE, TRANSLATOR)
    await member.say("what does the contract about lifting robots allow")
    said = await member.press(SetModelConsent(on=True, level=1))
    assert says in said
    assert "Source: “Teach lifting robots: legal text”" in said
    (request,) = llm.requests
    assert "Dialect" not in body_text(request), "nothing of the other MID stands beside it"
    assert says in await member.press(ShowLegalText)


async def test_what_another_mid_licenses_is_opened_for_nobody_else(house, llm):
    stranger = await house.joined(house.member(), TRANSLATOR)
    await stranger.say("what does the contract about lifting robots allow")
    await stranger.press(SetModelConsent(on=True, level=1))
    assert "work-environment" not in json.dumps(llm.requests)


def body_text(body):
    return "\n".join(one["content"] for one in body["messages"])
