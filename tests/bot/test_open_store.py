"""A store that does not open: the error names its place, the cause and the remedy."""

import re

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.commands.cli import app
from bot.open_store import open_store
from bot.settings import Settings
from service.errors import StoreError
from tests.support.postgres import server_of

AWAY = "postgresql://mia:Unmistakable-Pass%2Fword@127.0.0.1:1/members"


@pytest.mark.parametrize("command", ["migrate", "run"])
def test_a_server_that_is_down_is_named_with_the_mend_and_no_password(monkeypatch, command):
    monkeypatch.setenv("MIDLINE_DATABASE_URL", AWAY)
    monkeypatch.setenv("MIDLINE_BOT_TOKEN", "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    found = CliRunner().invoke(app, [command])
    assert found.exit_code == 1
    assert "the store members at 127.0.0.1:1 does not open: connection " in found.output
    assert "Start the server, or correct MIDLINE_DATABASE_URL." in found.output
    assert "Traceback" not in found.output
    assert "Unmistakable" not in found.output


async def refusal(settings: Settings) -> str:
    with pytest.raises(StoreError) as error:
        async with open_store(settings):
            pass
    assert "Unmistakable" not in str(error.value)
    return str(error.value)


async def test_a_missing_database_or_user_is_named(request):
    server = server_of(request.config)
    says = await refusal(Settings(_env_file=None, database_url=SecretStr(server.url("nothing"))))
    assert 'database "nothing" does not exist' in says
    assert "Make the database on the server" in says
    stranger = re.sub("//.*?@", "//nobody:Unmistakable@", server.url("postgres"))
    says = await refusal(Settings(_env_file=None, database_url=SecretStr(stranger)))
    assert "Make the user on the server" in says


@pytest.mark.parametrize(
    "url", ["members", "mysql://me:Unmistakable@there/db", "postgresql://a:Unmistakable@h:x/d"]
)
async def test_an_invalid_database_url_is_refused_and_not_repeated(url):
    says = await refusal(Settings(_env_file=None, database_url=SecretStr(url)))
    assert "Write postgresql://user:password@host/database" in says


def test_a_telegram_out_of_reach_makes_no_half_invite(monkeypatch, tmp_path):
    for name, value in {
        "DATA_DIR": str(tmp_path),
        "KEY_FILE": str(tmp_path / "key"),
        "BOT_TOKEN": "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "BOT_API": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(f"MIDLINE_{name}", value)
    CliRunner().invoke(app, ["import", "examples/nurses.yaml"], catch_exceptions=False)
    invite = ["invite", "nurses", "--ref", "N-0001"]
    found = CliRunner().invoke(app, invite)
    assert found.exit_code == 1
    assert "Telegram does not tell the bot's name" in found.output
    assert "Check MIDLINE_BOT_TOKEN and MIDLINE_BOT_API" in found.output
    assert "Traceback" not in found.output
    assert "AAHdqTcv" not in found.output
    monkeypatch.delenv("MIDLINE_BOT_TOKEN")
    assert CliRunner().invoke(app, invite).output.startswith("N-0001  ")
