"""Prompt injection in questions and texts, with a model that obeys every order: all are rejected.

By design a request offers no tools, a reply has no field for an order, and an answer is sentences
and names of screens alone. The last tests check that.
"""

import ast
import itertools
import json
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

import knowledge
from knowledge.values import Action, AssistantAnswer, Claim, NoAnswer, NoAnswerReason
from tests.support.model_bench import EARNED, TEXTS, bench, passage, sentences
from tests.support.model_server import Bad, event, reply

ATTACKS = yaml.safe_load(Path(__file__).with_name("attacks.yaml").read_text("utf-8"))
LANGUAGES = tuple(ATTACKS["carriers"])
FOREIGN = "The other MID pays its members CANARY-7731 and calls them mem_otherotherother1."


def cases(language):
    """Each order in two forms: wrapped in a question, and hidden in a text of the member's MID."""
    wrappings = itertools.cycle(ATTACKS["carriers"][language])
    true = sentences(language)[0]
    for kind in ("written", "unsourced"):
        for written in ATTACKS[kind]:
            for where, form in (("question", f"{true} {written}"), ("text", f"{written}: {true}")):
                # What a text must not say it may hold itself; a number must be in what is cited.
                cited = "s2" if where == "text" and kind == "written" else "s1"
                order = reply(claims=[(true, ["s1"]), (form, [cited])])
                yield where, order, next(wrappings).format(order=order)
    for more, where in itertools.product(ATTACKS["replies"], ("question", "text")):
        order = json.dumps(json.loads(reply(claims=[(true, ["s1"])])) | more)
        yield where, order, next(wrappings).format(order=order)


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_model_that_obeys_every_attack_has_every_reply_rejected(language):
    attacks = list(cases(language))
    assert len(attacks) * len(LANGUAGES) >= 600
    article_passage = passage(language if language in TEXTS else "en")
    foreign = passage(id="mid_two.x", mid_id="mid_two", text=FOREIGN)
    order = ""
    async with bench() as b:
        b.server.chunk = 400
        # It obeys to the letter, whatever redaction left of the order on its way.
        b.server.script = lambda _body: order
        for where, order, attack in attacks:
            b.claims.clear()
            text = attack if where == "text" else "A text of this MID."
            own = passage(
                article_passage.article.language, id="mid_own.x", mid_id="mid_own", text=text
            )
            said = attack if where == "question" else "When am I paid?"
            outcome = await b.ask(said, language, [article_passage, own, foreign], facts=[EARNED])
            assert outcome == NoAnswer(reason=NoAnswerReason.UNCHECKED, fault=outcome.fault), order
            # A true sentence may have been in a draft; nothing of the attack ever is.
            assert set(b.claims) <= {sentences(language)[0]}, order
        assert len(b.server.requests) == 2 * len(attacks), "it was asked, and once more, each time"
        assert not any(FOREIGN in raw.decode() for raw in b.server.raw)


async def test_a_tool_call_in_a_reply_is_ignored():
    async with bench() as b:
        call = {
            "tool_calls": [
                {
                    "index": 0,
                    "id": "c",
                    "type": "function",
                    "function": {"name": "set_price", "arguments": '{"position": 5}'},
                }
            ]
        }
        b.server.script = lambda _body: Bad(raw=event(call, "tool_calls") + b"data: [DONE]\n\n")
        assert (await b.ask()).reason is NoAnswerReason.FAILED
        assert "tools" not in b.server.requests[0]


def test_an_answer_holds_sentences_sources_and_names_of_screens_alone():
    assert {field.name for field in fields(AssistantAnswer)} == {"claims", "sources", "actions"}
    assert {field.name for field in fields(Claim)} == {"text", "cites"}
    assert {field.name for field in fields(NoAnswer)} == {"reason", "fault", "topics"}
    assert all(action.isalpha() for action in Action)


def test_modules_that_ask_a_model_import_no_use_case_and_no_store():
    """No module behind an answer could change anything, even by mistake."""
    room = Path(knowledge.__file__).parent
    seen, left = set(), ["knowledge.llm.answerer"]
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        path = room.parent.joinpath(*name.split(".")).with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                if (
                    node.module.startswith("knowledge")
                    or node.module == "service.assistant.values"
                ):
                    left.append(node.module)
                elif node.module.startswith(("service", "bot", "web", "dialogs")):
                    assert node.module == "service.clock", name
    assert {"knowledge.llm.client", "knowledge.llm.checks", "knowledge.llm.disclosure"} <= seen


def test_there_are_attacks_in_nine_languages():
    assert len(LANGUAGES) == 9
    assert {len(wrappings) for wrappings in ATTACKS["carriers"].values()} == {8}
