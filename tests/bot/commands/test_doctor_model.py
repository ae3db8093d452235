"""What the doctor says of the model."""

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
"""No store: where no model is made, none is asked."""


def settings(**given):
    return Settings(_env_file=None, **given)


async def told(**given):
    return [found async for found in check_model(settings(**given))]


async def test_without_a_model_all_is_well():
    assert await told() == [(True, "no model: questions are answered from reviewed texts alone")]
    assert build_answerer(settings(), NOWHERE) is None


@pytest.mark.parametrize(
    "given", [{"llm_model": "m"}, {"llm_base_url": "http://127.0.0.1:9/v1"}, {"llm_api_key": "k"}]
)
async def test_half_a_model_is_told(given):
    ((well, says),) = await told(**given)
    assert not well
    assert "Set both" in says
    assert build_answerer(settings(**given), NOWHERE) is None


async def test_a_model_that_answers_is_told_with_what_leaves_for_it():
    async with model_server() as server:
        found = await told(llm_base_url=server.url, llm_model="m", llm_api_key=SecretStr("k"))
        assert [well for well, _ in found] == [True, True]
        assert "no value" in found[0][1]
        assert "json_schema" in found[1][1]
        assert server.headers[0]["Authorization"] == "Bearer k"
        server.probed = lambda _body: Bad(401, "bad key sk-123")
        found = await told(llm_base_url=server.url, llm_model="m")
        assert found[-1] == (
            False,
            "the model: AuthenticationError 401. Check MIDLINE_LLM_API_KEY and MIDLINE_LLM_MODEL.",
        )


async def test_values_for_a_stranger_and_open_lines_are_bad(monkeypatch):
    found = await told(llm_base_url="nowhere", llm_model="m")
    assert "is no address" in found[0][1]
    monkeypatch.setattr("knowledge.llm.client.Model.manner", unreachable)
    found = await told(llm_base_url="http://llm.example/v1", llm_model="m", llm_level=3)
    assert [well for well, _ in found] == [False, False, True, False]
    assert "unencrypted" in found[0][1]
    assert "1 is used" in found[1][1]
    more = {"llm_level": 3, "llm_trusted": "LLM.example, other"}
    found = await told(llm_base_url="http://llm.example/v1", llm_model="m", **more)
    assert [well for well, _ in found] == [True, False]
    assert "the member's values" in found[0][1]


async def unreachable(_self):
    from knowledge.llm.client import ModelError

    raise ModelError("APIConnectionError")


async def test_the_doctor_names_the_mids_that_let_less_leave():
    nurses, translators = (
        resolve_mid(Bundle.model_validate(raw(name))) for name in ("nurses", "translators")
    )
    mids = [nurses.model_copy(update={"model_level": 0}), translators]
    given = {"llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "m"}
    found = [one async for one in check_model(settings(**given), mids)]
    less = "of members of nurses less, as its bundle says: nothing, it is never asked"
    assert (True, less) in found
    assert not [says for _, says in found if "translators" in says]
