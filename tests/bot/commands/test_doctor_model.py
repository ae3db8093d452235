"""``midline doctor`` on the settings of the language model."""

import pytest
from pydantic import SecretStr

from bot.assistant.model_setup import build_answerer
from bot.commands.doctor import check_model
from bot.settings import Settings
from service.bundle.resolve import resolve_mid
from service.bundle.schema.bundle import Bundle
from service.deps import Deps
from tests.support.model_bench import Clock
from tests.support.model_server import Bad, model_server
from tests.support.stage import raw

NOWHERE = Deps(None, Clock())
"""Without a store, which is not needed as long as no model is called."""


def settings(**values):
    return Settings(_env_file=None, **values)


async def findings_for(**values):
    return [finding async for finding in check_model(settings(**values))]


async def test_without_a_model_the_doctor_finds_nothing_wrong():
    assert await findings_for() == [
        (True, "no model: questions are answered from reviewed texts alone")
    ]
    assert build_answerer(settings(), NOWHERE) is None


@pytest.mark.parametrize(
    "values", [{"llm_model": "m"}, {"llm_base_url": "http://127.0.0.1:9/v1"}, {"llm_api_key": "k"}]
)
async def test_a_model_without_its_server_or_name_is_reported(values):
    ((good, text),) = await findings_for(**values)
    assert not good
    assert "Set both" in text
    assert build_answerer(settings(**values), NOWHERE) is None


async def test_a_model_that_answers_is_reported_with_what_leaves_for_it():
    async with model_server() as server:
        findings = await findings_for(
            llm_base_url=server.url, llm_model="m", llm_api_key=SecretStr("k")
        )
        assert [good for good, _ in findings] == [True, True]
        assert "no value" in findings[0][1]
        assert "json_schema" in findings[1][1]
        assert server.headers[0]["Authorization"] == "Bearer k"
        server.probed = lambda _body: Bad(401, "bad key sk-123")
        findings = await findings_for(llm_base_url=server.url, llm_model="m")
        assert findings[-1] == (
            False,
            "the model: AuthenticationError 401. Check MIDLINE_LLM_API_KEY and MIDLINE_LLM_MODEL.",
        )


async def test_an_unencrypted_line_and_values_for_an_untrusted_host_are_reported(monkeypatch):
    findings = await findings_for(llm_base_url="nowhere", llm_model="m")
    assert "is no address" in findings[0][1]
    monkeypatch.setattr("knowledge.llm.client.ModelClient.request_style", unreachable)
    findings = await findings_for(llm_base_url="http://llm.example/v1", llm_model="m", llm_level=3)
    assert [good for good, _ in findings] == [False, False, True, False]
    assert "unencrypted" in findings[0][1]
    assert "1 is used" in findings[1][1]
    trusting = {"llm_level": 3, "llm_trusted": "LLM.example, other"}
    findings = await findings_for(llm_base_url="http://llm.example/v1", llm_model="m", **trusting)
    assert [good for good, _ in findings] == [True, False]
    assert "the member's values" in findings[0][1]


async def unreachable(_self):
    from knowledge.llm.client import ModelError

    raise ModelError("APIConnectionError")


async def test_mids_that_let_less_leave_are_named():
    nurses, translators = (
        resolve_mid(Bundle.model_validate(raw(name))) for name in ("nurses", "translators")
    )
    mids = [nurses.model_copy(update={"model_level": 0}), translators]
    values = {"llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "m"}
    findings = [finding async for finding in check_model(settings(**values), mids)]
    less = "of members of nurses less, as its bundle says: nothing, it is never asked"
    assert (True, less) in findings
    assert not [text for _, text in findings if "translators" in text]
