"""A model's answer on its way to a member: good ones, bad ones, and servers that fail."""

import asyncio
import json
import subprocess
import sys

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from bot.assistant.model_setup import build_answerer, build_budget, read_month_usage
from bot.settings import Settings
from knowledge.llm.answerer import Answerer
from knowledge.llm.quota import CircuitBreaker, QuotaLimits
from knowledge.values import Action, AskedQuestion, AssistantAnswer, NoAnswer, NoAnswerReason
from service.assistant import quota_store
from service.people.store import members
from tests.support.model_bench import EARNED, TEXTS, bench, passage, sentences
from tests.support.model_server import Bad, reply

GOOD = "Your MID pays 4 times a year."


def saying(*claims, **more):
    """A script that gives one reply to everything."""
    body = reply(claims=claims, **more)
    return lambda _request: body


async def test_a_good_answer_has_its_sentences_sources_and_buttons():
    async with bench() as b:
        b.server.script = saying(
            (GOOD, ["s1"]), ("It keeps 15 % for its work.", ["s1"]), actions=["licences"]
        )
        answer = await b.ask()
        assert isinstance(answer, AssistantAnswer)
        assert [claim.text for claim in answer.claims] == [GOOD, "It keeps 15 % for its work."]
        assert [claim.cites for claim in answer.claims] == [("payments",), ("payments",)]
        assert [source.id for source in answer.sources] == ["payments"]
        assert answer.actions == (Action.LICENCES,)
        assert len(b.server.requests) == 1
        assert (await b.spent())["mid", "mid_own", "2026-11"] == 1000


@pytest.mark.parametrize("language", [*TEXTS, "de"])
async def test_every_language_can_be_answered(language):
    said = sentences(language)
    async with bench() as b:
        b.server.script = saying(*((sentence, ["s1"]) for sentence in said))
        passages = [passage(language if language in TEXTS else "en")]
        answer = await b.ask(locale=language, passages=passages)
        assert isinstance(answer, AssistantAnswer), answer
        assert len(answer.claims) == len(said)


async def test_values_are_filled_in_after_the_checks_and_never_sent():
    async with bench() as b:
        b.server.script = saying(
            ("Your MID pays 4 times a year, {{fact:earnings.total}} so far.", ["s1"])
        )
        answer = await b.ask("I got €1,234.56, when is the next?", facts=[EARNED])
        assert answer.claims[0].text == "Your MID pays 4 times a year, €1,234.56 so far."
        assert "1,234" not in b.server.raw[-1].decode()
        assert "earnings.total}} money" in b.server.raw[-1].decode()


BAD_CLAIMS = {
    "citation": [("Your MID pays 4 times a year.", ["s9"])],
    "number": [("Your MID pays 5 times a year.", ["s1"])],
    "language": [("Tu MID paga y se queda con una parte del dinero por su trabajo.", ["s1"])],
    "link": [("Your MID pays 4 times a year, see https://evil.example/a.", ["s1"])],
    "placeholder": [("Your MID pays {{fact:earnings.other}} a year.", ["s1"])],
    "markup": [("Your MID pays *4* times a year.", ["s1"])],
    "unfounded": [("Obviously someone robbed everybody yesterday evening.", ["s1"])],
    "length": [(("You can stop a licence at any time. " * 8).strip(), ["s1"])] * 4,
    "empty": [],
}


@pytest.mark.parametrize("fault", BAD_CLAIMS)
async def test_a_rejected_reply_is_retried_once_and_then_dropped(fault):
    async with bench() as b:
        b.server.script = saying(*BAD_CLAIMS[fault])
        outcome = await b.ask(facts=[EARNED])
        assert outcome == NoAnswer(reason=NoAnswerReason.UNCHECKED, fault=fault)
        first, second = b.server.requests
        assert len(second["messages"]) == len(first["messages"]) + 1
        assert "refused by a check" in second["messages"][-1]["content"]
        assert fault == "length" or not b.claims


@pytest.mark.parametrize(
    "body",
    [
        "Sure! Your MID pays 4 times a year.",
        reply("not_found") + reply("not_found"),
        reply("answered", [(GOOD, ["s1"])], target="lic_other"),
        reply("answered", [(GOOD, [])]),
        reply("answered", [(GOOD, ["s1"])], actions=["set_price"]),
        reply("answered", [("x" * 400, ["s1"])]),
        reply("answered", [(GOOD, ["s1"])] * 5),
        "[]",
        "null",
        "",
    ],
)
async def test_a_reply_of_another_shape_is_rejected(body):
    async with bench() as b:
        b.server.script = lambda _request: body
        assert (await b.ask()).reason is NoAnswerReason.UNCHECKED


async def test_a_second_attempt_can_succeed():
    async with bench() as b:
        replies = iter(
            [reply(claims=[("It pays 9 times.", ["s1"])]), reply(claims=[(GOOD, ["s1"])])]
        )
        b.server.script = lambda _request: next(replies)
        assert isinstance(await b.ask(), AssistantAnswer)
        assert len(b.sent) == 2


async def test_a_button_that_was_not_offered_is_rejected():
    async with bench() as b:
        b.server.script = saying((GOOD, ["s1"]), actions=["delete"])
        assert await b.ask() == NoAnswer(reason=NoAnswerReason.UNCHECKED, fault="action")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("not_found", NoAnswerReason.NOT_FOUND),
        ("off_topic", NoAnswerReason.OFF_TOPIC),
        ("clarify", NoAnswerReason.CLARIFY),
    ],
)
async def test_the_model_may_say_that_it_cannot_answer(status, reason):
    async with bench() as b:
        b.server.script = lambda _request: reply(status, topics=["s1"])
        outcome = await b.ask()
        assert outcome == NoAnswer(reason=reason, topics=("payments",))
        assert len(b.server.requests) == 1


async def test_the_answerer_of_the_settings_rejects_another_language():
    spanish = "La respuesta llega a este chat."
    async with bench() as b:
        b.server.script = saying((spanish, ["s1"]))
        values = {"llm_base_url": b.server.url, "llm_model": "tiny"}
        b.answerer = build_answerer(Settings(_env_file=None, **values), b.deps)
        source = [passage(text=spanish)]
        outcome = await b.ask(passages=source)
        assert outcome == NoAnswer(reason=NoAnswerReason.UNCHECKED, fault="language")
        assert isinstance(await b.ask(passages=source, language="es"), AssistantAnswer)


# Drafts


async def test_checked_sentences_are_shown_while_the_rest_is_written():
    async with bench() as b:
        said = [(sentence, ["s1"]) for sentence in sentences("en")]
        b.server.script = saying(*said)
        await b.ask()
        assert b.claims == [text for text, _ in said[:-1]]


async def test_a_draft_that_fails_or_hangs_does_not_cost_the_answer():
    async def fails(_claim):
        raise RuntimeError("no drafts today")

    async def hangs(_claim):
        await asyncio.sleep(60)

    async with bench() as b:
        b.server.script = saying(*((sentence, ["s1"]) for sentence in sentences("en")))
        assert isinstance(await b.ask(on_claim=fails), AssistantAnswer)
        assert isinstance(await b.ask(on_claim=hangs), AssistantAnswer)


async def test_a_question_can_be_cancelled():
    async with bench() as b:
        patience = asyncio.timeout(60)

        def hang(_request):
            patience.reschedule(0)
            return Bad(hang=True)

        b.server.script = hang
        with pytest.raises(TimeoutError):
            async with patience:
                await b.ask()
        assert b.server.requests
        b.server.script = saying((GOOD, ["s1"]))
        assert isinstance(await b.ask(), AssistantAnswer)


# What is sent


async def test_the_recorded_request_is_the_one_that_was_sent():
    async with bench() as b:
        b.server.script = saying((GOOD, ["s1"]))
        await b.ask("When am I paid? My mail is a.b@example.org", facts=[EARNED])
        (shown,) = b.sent
        assert json.loads(shown) == b.server.requests[0]
        assert "[e-mail]" in shown
        assert "example.org" not in shown


async def test_a_request_that_cannot_be_recorded_is_not_sent():
    async def fails(_request):
        raise OSError

    async with bench() as b:
        assert (await b.ask(on_sent=fails)).reason is NoAnswerReason.FAILED
        assert not b.server.requests


async def test_a_request_has_no_tools_no_user_and_is_not_stored():
    async with bench() as b:
        await b.ask()
        request = b.server.requests[0]
        assert request["store"] is False
        assert not {"user", "tools", "functions", "metadata", "safety_identifier"} & set(request)
        assert request["max_tokens"] <= 350
        enum = request["response_format"]["json_schema"]["schema"]["properties"]["claims"]
        assert enum["items"]["properties"]["cites"]["items"]["enum"] == ["s1"]
        assert "mem_a" not in b.server.raw[-1].decode()
        assert request["messages"][-1]["content"].endswith("Answer in English.")


async def test_the_rules_come_first_in_a_request_and_never_change():
    async with bench() as b:
        await b.ask()
        await b.ask("Quando recebo?", locale="pt_BR")
        first, second = b.server.requests
        assert first["messages"][0] == second["messages"][0]
        assert first["messages"][1] != second["messages"][1]
        assert second["messages"][-1]["content"].endswith("Answer in Portuguese (Brazil).")


async def test_texts_of_another_mid_are_not_sent():
    own = passage(alias="s1", id="mid_own.fees", mid_id="mid_own")
    other = passage(
        alias="s1", id="mid_two.fees", mid_id="mid_two", text="Canary of the other MID."
    )
    async with bench() as b:
        await b.ask(passages=[other, own])
        await b.ask(passages=[other], mid="mid_two")
        assert len(b.server.requests) == 1
        assert b"Canary" not in b"".join(b.server.raw)


async def test_passages_beyond_the_token_limit_are_left_out():
    long = [
        passage(alias=f"s{n}", id=f"t{n}", text="Many words are here. " * 90) for n in range(6)
    ]
    async with bench() as b:
        await b.ask(passages=long)
        text = "".join(message["content"] for message in b.server.requests[0]["messages"])
        assert 4000 < len(text) < 8000


# Levels


async def test_nothing_is_sent_at_level_nothing():
    async with bench() as b:
        assert await b.ask(level=0) == NoAnswer(reason=NoAnswerReason.OFF)
        assert not b.server.raw


async def test_values_are_rounded_at_level_two_and_exact_at_three_for_this_machine():
    async with bench() as b:
        await b.ask(level=2, facts=[EARNED])
        text = b.server.raw[-1].decode()
        assert "money = about 1000" in text
        assert "count = about 10" in text
        assert "2026" not in text
        await b.ask(level=3, facts=[EARNED])
        assert "€1,234.56" in b.server.raw[-1].decode()
        assert b.answerer.level(3) == 3


async def test_a_redacted_question_that_is_too_short_is_not_sent():
    async with bench() as b:
        assert (
            await b.ask("+49 170 1234567 a.b@example.org ?")
        ).reason is NoAnswerReason.TOO_PRIVATE
        assert (await b.ask(passages=[])).reason is NoAnswerReason.NO_SOURCE
        assert not b.server.raw


# Servers that fail

TROUBLE = {
    "429": Bad(429, "slow down", headers={"retry-after-ms": "10"}),
    "500": Bad(500, "oops", headers={"retry-after-ms": "10"}),
    "garbage": Bad(raw=b"data: {not json}\n\n"),
    "html": Bad(raw=b"<html>hello</html>"),
    "half a stream": Bad(body=reply(claims=[(GOOD, ["s1"])]), cut=40),
    "wrong key": Bad(401, "no such key"),
    "redirect": Bad(307, "elsewhere", headers={"location": "http://127.0.0.1:9/v1"}),
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_a_failing_server_raises_nothing_and_uses_no_quota(name):
    async with bench(limits=QuotaLimits(answers_a_day=1)) as b:
        b.server.script = lambda _request: TROUBLE[name]
        outcome = await b.ask()
        assert outcome.reason is (
            NoAnswerReason.UNUSABLE if name == "wrong key" else NoAnswerReason.FAILED
        )
        assert "slow" not in outcome.fault
        if name != "wrong key":
            b.server.script = saying((GOOD, ["s1"]))
            assert isinstance(await b.ask(), AssistantAnswer)


async def test_an_unreachable_server_raises_nothing():
    async with bench() as b:
        b.model.base_url = "http://127.0.0.1:9/v1"
        assert (await b.ask()).reason is NoAnswerReason.FAILED


async def test_a_server_that_hangs_is_given_up_in_time():
    async with bench(total_seconds=0.3) as b:
        b.server.script = lambda _request: Bad(hang=True)
        assert (await b.ask()).reason is NoAnswerReason.TOO_SLOW


async def test_an_endless_reply_is_cut_off():
    async with bench() as b:
        b.server.chunk = 500
        b.server.script = lambda _request: '{"status": "answered", "x": "' + "y" * 50_000
        assert (await b.ask()).reason is NoAnswerReason.FAILED


async def test_the_breaker_opens_after_five_failures_and_then_lets_one_question_try():
    limits = QuotaLimits(answers_a_day=1000)
    now = [1000.0]
    async with bench(limits=limits, breaker=CircuitBreaker(limits, lambda: now[0])) as b:
        b.server.script = lambda _request: Bad(raw=b"data: {not json}\n\n")
        reasons = [(await b.ask()).reason for _ in range(7)]
        assert reasons == [NoAnswerReason.FAILED] * 5 + [NoAnswerReason.RESTING] * 2
        now[0] += 301
        assert (await b.ask()).reason is NoAnswerReason.FAILED
        assert (await b.ask()).reason is NoAnswerReason.RESTING
        now[0] += 301
        b.server.script = saying((GOOD, ["s1"]))
        assert isinstance(await b.ask(), AssistantAnswer)
        assert isinstance(await b.ask(), AssistantAnswer)


async def test_an_open_breaker_answers_at_once():
    limits = QuotaLimits()
    breaker = CircuitBreaker(limits)
    async with bench(breaker=breaker) as b:
        for _ in range(5):
            breaker.record_failure()
        assert (await b.ask()).reason is NoAnswerReason.RESTING
        assert not b.server.raw


# Quotas


async def test_a_member_has_twenty_answers_a_day():
    async with bench(limits=QuotaLimits()) as b:
        b.server.script = saying((GOOD, ["s1"]))
        outcomes = [await b.ask() for _ in range(21)]
        assert [isinstance(outcome, AssistantAnswer) for outcome in outcomes] == [True] * 20 + [
            False
        ]
        assert outcomes[-1].reason is NoAnswerReason.MEMBER_LIMIT
        assert isinstance(await b.ask(member="mem_b"), AssistantAnswer)
        b.clock.pass_by(days=1)
        assert isinstance(await b.ask(), AssistantAnswer)


async def test_a_mid_has_a_token_quota_for_each_month():
    async with bench(limits=QuotaLimits(tokens_a_month=1500)) as b:
        b.server.script = saying((GOOD, ["s1"]))
        assert [isinstance(await b.ask(), AssistantAnswer) for _ in range(3)] == [
            True,
            True,
            False,
        ]
        assert (await b.ask()).reason is NoAnswerReason.MID_LIMIT
        assert (await b.spent())["mid", "mid_own", "2026-11"] == 2000
        assert isinstance(await b.ask(mid="mid_other"), AssistantAnswer)
        b.clock.pass_by(days=31)
        assert isinstance(await b.ask(), AssistantAnswer)
        assert ("mid", "mid_own", "2026-11") not in await b.spent()


async def test_all_mids_together_have_a_token_quota():
    async with bench(limits=QuotaLimits(tokens_in_all=1500)) as b:
        b.server.script = saying((GOOD, ["s1"]))
        answered = [isinstance(await b.ask(mid=f"mid_{n}"), AssistantAnswer) for n in range(3)]
        assert answered == [True, True, False]
        assert (await b.ask()).reason is NoAnswerReason.ALL_LIMIT
        # What was refused was not counted for anybody.
        assert ("mid", "mid_2", "2026-11") not in await b.spent()


async def test_a_restart_does_not_reset_a_quota():
    limits = QuotaLimits(answers_a_day=1)
    async with bench(limits=limits) as b:
        b.server.script = saying((GOOD, ["s1"]))
        assert isinstance(await b.ask(), AssistantAnswer)
        again = Answerer(b.model, build_budget(b.deps, limits))
        asked = AskedQuestion(text="When am I paid?", locale="en", mid_ids=("mid_own",))
        how = {"level": 1, "member": "mem_a", "mid": "mid_own"}
        outcome = await again.answer(asked, [passage()], [], **how)
        assert outcome == NoAnswer(reason=NoAnswerReason.MEMBER_LIMIT)


async def test_a_reservation_of_a_process_that_dies_stays_counted():
    async with bench() as b:
        await b.knows("mem_a")
        await b.budget.reserve("mem_a", "mid_own", 700)
        assert await b.spent() == {
            ("member", "mem_a", "2026-11-21"): 1,
            ("mid", "mid_own", "2026-11"): 700,
            ("all", "", "2026-11"): 700,
        }


async def test_a_cancelled_answer_counts():
    async with bench() as b:
        b.server.script = lambda _request: Bad(hang=True)
        async with asyncio.TaskGroup() as group, asyncio.timeout(5):
            asking = group.create_task(b.ask())
            while not b.server.requests:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            asking.cancel()
        assert (await b.spent())["member", "mem_a", "2026-11-21"] == 1


async def test_an_answer_does_not_count_if_the_server_was_at_fault():
    async with bench() as b:
        b.server.script = lambda _request: Bad(status=500)
        assert (await b.ask()).reason is NoAnswerReason.FAILED
        assert (await b.spent())["member", "mem_a", "2026-11-21"] == 0


async def test_nothing_is_counted_for_an_erased_member():
    async with bench() as b:
        await b.knows("mem_a")
        reservation = await b.budget.reserve("mem_a", None, 700)
        async with b.deps.db.write() as conn:
            await quota_store.erase_member(conn, "mem_a")
            await conn.execute(delete(members))
        await b.budget.settle(reservation, 800, counts=False)
        assert await b.budget.reserve("mem_a", None, 700) is NoAnswerReason.MEMBER_LIMIT
        assert await b.spent() == {
            ("mid", "", "2026-11"): 800,
            ("all", "", "2026-11"): 800,
        }


async def test_the_operator_is_warned_once_at_eighty_percent_over_all_processes():
    limits = QuotaLimits(tokens_a_month=5000)
    async with bench(limits=limits) as b:
        b.server.script = saying((GOOD, ["s1"]))
        others = [Answerer(b.model, build_budget(b.deps, limits)) for _ in range(2)]
        with capture_logs() as logs:
            for n in range(3):
                await b.ask(member=f"mem_{n}")
            assert not [line for line in logs if line["log_level"] == "warning"]
            for n, other in enumerate(others):
                b.answerer = other
                await b.ask(member=f"mem_{n}")
        (warning,) = [line for line in logs if line["log_level"] == "warning"]
        assert (warning["mid"], warning["used"], warning["limit"]) == ("mid_own", 4000, 5000)
        assert await read_month_usage(b.deps, limits) == (1.0, 5000 / limits.tokens_in_all)
        b.clock.pass_by(days=31)
        assert await read_month_usage(b.deps, limits) == (0.0, 0.0)


async def test_at_most_four_questions_are_asked_side_by_side():
    async with bench() as b:
        b.server.script = saying((GOOD, ["s1"]))
        b.server.delay = 0.1
        await asyncio.gather(*(b.ask(member=f"mem_{n}") for n in range(20)))
        # How many come together is for the machine to say, but never more.
        assert 1 < b.server.most <= 4


def test_the_client_library_is_not_loaded_without_a_model():
    code = "import sys, knowledge.llm.answerer; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
