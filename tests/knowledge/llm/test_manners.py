"""How a server wants to be asked, how long it is waited for, and in what its reply is wrapped."""

import pytest

from knowledge.values import AssistantAnswer, NoAnswer, NoAnswerReason
from tests.support.model_bench import bench
from tests.support.model_server import Bad, reply

GOOD = "Your MID pays 4 times a year."
WHOLE = reply(claims=[(GOOD, ["s1"])])


def saying(*claims):
    body = reply(claims=claims)
    return lambda _request: body


def refusing(*names, says="Unrecognized request argument supplied: {name}"):
    """A server that knows none of these parameters, and complains about one at a time."""

    def probed(body):
        name = next((name for name in names if name in body), None)
        return reply("not_found") if name is None else Bad(400, says.format(name=name))

    return probed


async def test_a_server_without_schemas_is_asked_for_an_object():
    async with bench() as b:
        b.server.probed = lambda body: (
            Bad(400, "json_schema is not supported")
            if body["response_format"]["type"] == "json_schema"
            else reply("not_found")
        )
        b.server.script = saying((GOOD, ["s1"]))
        assert isinstance(await b.ask(), AssistantAnswer)
        assert b.server.requests[0]["response_format"] == {"type": "json_object"}
        await b.ask()
        assert len(b.server.raw) == 4, "two probes and two questions"


async def test_a_server_that_only_talks_is_refused():
    async with bench() as b:
        b.server.probed = lambda _body: "Hello, how may I help?"
        assert (await b.ask()).reason is NoAnswerReason.UNUSABLE
        assert (await b.ask()).reason is NoAnswerReason.RESTING
        assert not b.server.requests


@pytest.mark.parametrize(
    "names",
    [
        ["store"],
        ["stream_options"],
        ["temperature"],
        ["max_tokens"],
        ["max_tokens", "max_completion_tokens"],
        ["temperature", "store"],
        ["store", "stream_options", "temperature", "max_tokens", "max_completion_tokens"],
    ],
)
@pytest.mark.parametrize("says", ["{name} is not supported here", "Bad request."])
async def test_a_server_gets_no_parameter_that_it_refuses_and_is_not_asked_again(names, says):
    async with bench() as b:
        b.server.probed = refusing(*names, says=says)
        b.server.script = saying((GOOD, ["s1"]))
        assert isinstance(await b.ask(), AssistantAnswer)
        probes = len(b.server.raw) - 1
        assert isinstance(await b.ask(), AssistantAnswer)
        assert len(b.server.raw) == probes + 2, "what was found out is remembered"
        first, second = b.server.requests
        assert not set(names) & set(first)
        assert set(first) == set(second)
        if says != "Bad request.":
            needed = {"model", "messages", "response_format", "stream"}
            optional = {"store", "stream_options", "temperature", "max_tokens"} - set(names)
            limit = {"max_completion_tokens"} if "max_tokens" in names else set()
            assert set(first) == needed | optional | (limit - set(names))


async def test_a_server_that_names_only_the_newer_limit_gets_it():
    async with bench() as b:
        b.server.probed = lambda body: (
            Bad(400, "use max_completion_tokens") if "max_tokens" in body else reply("not_found")
        )
        await b.ask()
        request = b.server.requests[0]
        assert request["max_completion_tokens"] == 350
        assert "max_tokens" not in request
        assert request["temperature"] == 0, "nobody refused it"


async def test_a_server_that_changes_its_mind_is_asked_anew():
    async with bench() as b:
        b.server.script = refusing("store")
        assert (await b.ask()).reason is NoAnswerReason.FAILED
        b.server.probed = refusing("store")
        assert (await b.ask()).reason is NoAnswerReason.NOT_FOUND
        assert "store" not in b.server.requests[-1]


@pytest.mark.parametrize(
    "headers", [{"retry-after": "30"}, {"retry-after-ms": "30000"}, {"retry-after": "Tue, 1 Dec"}]
)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_member_does_not_wait_for_a_server_that_wants_long(headers, status):
    async with bench(total_seconds=2) as b:
        await b.ask()
        b.server.script = lambda _request: Bad(status, "later", headers=headers)
        asked = len(b.server.raw)
        assert (await b.ask()).reason is NoAnswerReason.FAILED, "at once, and not TOO_SLOW"
        assert len(b.server.raw) == asked + 1


async def test_a_short_wait_is_waited_for_and_may_save_the_answer():
    async with bench() as b:
        replies = iter([Bad(429, "soon", headers={"retry-after-ms": "20"}), WHOLE])
        b.server.script = lambda _request: next(replies)
        assert isinstance(await b.ask(), AssistantAnswer)


WRAPPED = {
    "fence": f"```json\n{WHOLE}\n```",
    "bare fence": f"```\n{WHOLE}```",
    "thought": f'<think>First {{a}} thing. {{"status": 1}}</think>\n\n{WHOLE}',
    "thought and fence": f"<think>Hm.</think>```json\n{WHOLE}\n```",
    "thought without its opening": f"They ask about pay.\n</think>\n{WHOLE}",
    "a word before": f"Here it is: {WHOLE}",
}


@pytest.mark.parametrize("how", WRAPPED)
async def test_the_object_is_taken_out_of_what_a_model_wraps_it_in(how):
    async with bench() as b:
        b.server.probed = b.server.script = lambda _request: WRAPPED[how]
        outcome = await b.ask()
        assert isinstance(outcome, AssistantAnswer), outcome
        assert [claim.text for claim in outcome.claims] == [GOOD]


@pytest.mark.parametrize(
    "body", [WHOLE + WHOLE, f"<think>{WHOLE}", f"<think>{WHOLE}</think>", "```json\n```"]
)
async def test_two_objects_or_a_mere_thought_are_no_reply(body):
    async with bench() as b:
        b.server.script = lambda _request: body
        assert await b.ask() == NoAnswer(reason=NoAnswerReason.UNCHECKED, fault="shape")


async def test_a_reply_cut_by_the_limit_is_said_to_be_that():
    async with bench() as b:
        b.server.script = lambda _request: Bad(body=WHOLE[:40], finish="length")
        assert await b.ask() == NoAnswer(reason=NoAnswerReason.UNCHECKED, fault="cut")
        assert "say less" in b.server.requests[-1]["messages"][-1]["content"]


async def test_a_model_that_only_thinks_up_to_the_limit_is_named_as_that():
    async with bench() as b:
        b.server.probed = lambda _body: Bad(body="<think>Well, let me see", finish="length")
        outcome = await b.ask()
        assert outcome.reason is NoAnswerReason.UNUSABLE
        assert "cut at the limit of 350 tokens" in outcome.fault
