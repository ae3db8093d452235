"""Which webhook settings are refused at the start, and what the doctor finds."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from aiohttp import web
from pydantic import SecretStr, ValidationError

from bot.app import build_bot
from bot.commands.doctor import examine
from bot.metrics import Metrics
from bot.open_store import open_store
from bot.readiness import ReadinessCheck
from bot.settings import Settings
from bot.updates.inbox import Inbox
from bot.updates.lanes import SingleProcessLanes
from bot.updates.receiver import receive_updates
from bot.updates.webhook import webhook_from
from service.errors import StoreError
from tests.support.webhook_house import PATH, SECRET, House
from web.address import webhook_config
from web.diagnosis import WebhookStatus, compare_webhook

TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
OTHER_TOKEN = "654321:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PUBLIC = "https://bot.example.org/telegram"


@pytest.mark.parametrize(
    ("url", "secret", "says"),
    [
        (PUBLIC, None, "MIDLINE_WEBHOOK_SECRET is not"),
        (PUBLIC, "", "MIDLINE_WEBHOOK_SECRET is not"),
        (PUBLIC, "with space", "1 to 256"),
        (PUBLIC, "é", "1 to 256"),
        (PUBLIC, "x" * 257, "1 to 256"),
        (PUBLIC, "line\n", "1 to 256"),
        ("http://bot.example.org/telegram", SECRET, "https"),
        ("http://10.0.0.7/telegram", SECRET, "https"),
        ("https://bot.example.org:8080/telegram", SECRET, "port 8080"),
        ("https://bot.example.org:99999/t", SECRET, "no address"),
        ("https://[::1/t", SECRET, "no address"),
        ("bot.example.org/telegram", SECRET, "no address"),
        ("ftp://bot.example.org/telegram", SECRET, "no address"),
        ("https:///telegram", SECRET, "no address"),
        (f"https://bot.example.org/{TOKEN}", SECRET, "holds a token"),
        (f"https://bot.example.org/{TOKEN.replace(':', '%3A')}", SECRET, "holds a token"),
        (f"https://bot.example.org/{TOKEN.partition(':')[2]}", SECRET, "holds a token"),
        (f"https://bot.example.org/{SECRET}", SECRET, "holds a token"),
        ("https://me:pass@bot.example.org/t", SECRET, "holds a token"),
        ("https://bot.example.org/t?x=1", SECRET, "path"),
        ("https://bot.example.org/t#x", SECRET, "path"),
        ("https://bot.example.org/{path}", SECRET, "path"),
        ("https://bot.example.org/readyz", SECRET, "path"),
    ],
)
def test_a_webhook_that_cannot_be_used_is_refused_with_the_mend(url, secret, says) -> None:
    with pytest.raises(StoreError, match=says) as refusal:
        webhook_config(url, secret, TOKEN)
    assert TOKEN.partition(":")[2] not in str(refusal.value)
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (PUBLIC, "/telegram"),
        ("https://bot.example.org", "/"),
        ("https://bot.example.org:8443/a/b-c.d~e_f", "/a/b-c.d~e_f"),
        ("http://127.0.0.1:9999/hook", "/hook"),
        ("http://localhost:9999/hook", "/hook"),
        ("http://[::1]:9999/hook", "/hook"),
    ],
)
def test_a_webhook_that_can_be_used(url, path) -> None:
    config = webhook_config(url, SECRET, TOKEN)
    assert config.path == path
    assert SECRET not in repr(config)


def test_no_address_is_no_webhook() -> None:
    settings = Settings(_env_file=None, webhook_secret=SecretStr(SECRET))
    assert webhook_from(settings) is None


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_refused(port) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, http_port=port)


async def begin(settings: Settings) -> None:
    async with open_store(settings) as deps:
        bot = build_bot(settings)

        async def handle(_):
            raise AssertionError

        inbox = Inbox(deps, SingleProcessLanes(), handle)
        try:
            metrics = Metrics()
            ready = ReadinessCheck(deps, metrics)
            await receive_updates(
                bot, settings, inbox, ready, deps=deps, lanes=SingleProcessLanes(), metrics=metrics
            )
        finally:
            await bot.session.close()


async def test_the_bot_does_not_start_without_a_webhook_secret(quiet: House) -> None:
    with pytest.raises(StoreError, match="MIDLINE_WEBHOOK_SECRET"):
        await begin(quiet.with_(webhook_url=quiet.url))
    assert quiet.methods() == []


async def test_a_port_that_is_taken_is_named(quiet: House) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", quiet.port)
    with pytest.raises(StoreError, match=f"127.0.0.1:{quiet.port} .*MIDLINE_HTTP_PORT"):
        await begin(quiet.settings)
    taken.close()
    await taken.wait_closed()


def test_a_credential_of_the_service_manager_counts(tmp_path) -> None:
    (tmp_path / "midline_bot_token").write_text(TOKEN + "\n")
    (tmp_path / "midline_webhook_secret").write_text(SECRET)
    settings = Settings(_env_file=None, _secrets_dir=tmp_path)
    assert settings.bot_token
    assert settings.webhook_secret
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.webhook_secret.get_secret_value() == SECRET


# The doctor


async def diagnosis(settings: Settings, capsys) -> tuple[bool, str]:
    well = await examine(settings)
    output = capsys.readouterr().out
    assert SECRET not in output
    return well, output


@pytest.mark.parametrize(
    "address",
    [
        f"https://bot.example.org/{TOKEN}",
        f"https://bot.example.org/{TOKEN.replace(':', '%3A')}",
        f"https://bot.example.org/{TOKEN.partition(':')[2]}/hook",
        f"https://bot.example.org/{TOKEN.replace('A', '%41')}",
        f"https://bot.example.org/{SECRET}",
        f"https://me:{SECRET}@bot.example.org/telegram",
        f"https://bot.example.org/bot{OTHER_TOKEN}",
    ],
)
@pytest.mark.parametrize("name", ["webhook_url", "bot_api"])
async def test_the_doctor_prints_no_secret_wherever_it_was_put(
    quiet: House, capsys, name, address
) -> None:
    changed = {"webhook_secret": SecretStr(SECRET), "webhook_url": PUBLIC, name: address}
    well, output = await diagnosis(quiet.with_(bot_token=SecretStr(TOKEN), **changed), capsys)
    assert not well
    for secret in (TOKEN.partition(":")[2], OTHER_TOKEN.partition(":")[2], SECRET):
        assert secret not in unquote(output)


async def test_the_doctor_says_that_a_token_in_the_path_is_refused(quiet: House, capsys) -> None:
    settings = quiet.with_(
        bot_token=SecretStr(TOKEN),
        webhook_secret=SecretStr(SECRET),
        webhook_url=f"https://bot.example.org/{TOKEN}",
    )
    _, output = await diagnosis(settings, capsys)
    assert "BAD MIDLINE_WEBHOOK_URL holds a token" in output
    assert "Choose a plain path such as /telegram" in output


async def test_an_invalid_token_is_reported_and_not_repeated(quiet: House, capsys) -> None:
    well, output = await diagnosis(quiet.with_(bot_token=SecretStr("half a token")), capsys)
    assert not well
    assert "BAD MIDLINE_BOT_TOKEN is no bot token" in output
    assert "half a" not in output


async def test_the_doctor_finds_a_running_webhook_well(house: House, capsys) -> None:
    well, output = await diagnosis(house.settings, capsys)
    assert well, output
    assert "127.0.0.1 answers, and refuses whoever has no secret" in output
    assert "Midline listens" in output
    assert "as the settings say" in output
    assert "0 updates wait at Telegram" in output


async def test_the_doctor_says_that_nobody_answers(quiet: House, capsys) -> None:
    well, output = await diagnosis(quiet.settings, capsys)
    assert not well
    assert "nobody answers: start midline run" in output
    assert "no webhook is set yet" in output


async def test_the_doctor_names_the_missing_secret(quiet: House, capsys) -> None:
    well, output = await diagnosis(quiet.with_(webhook_url=PUBLIC), capsys)
    assert not well
    assert "BAD MIDLINE_WEBHOOK_URL is set and MIDLINE_WEBHOOK_SECRET is not" in output


async def test_the_doctor_names_a_secret_without_an_address(quiet: House, capsys) -> None:
    well, output = await diagnosis(quiet.with_(webhook_secret=SecretStr(SECRET)), capsys)
    assert not well
    assert "does nothing without MIDLINE_WEBHOOK_URL" in output


async def test_the_doctor_explains_polling(quiet: House, capsys) -> None:
    well, output = await diagnosis(quiet.with_(http_port=None), capsys)
    assert well, output
    assert "polling, without HTTP" in output


async def test_the_doctor_warns_before_polling_removes_a_webhook(quiet: House, capsys) -> None:
    quiet.playground._webhook.set_webhook({"url": "https://other.example.org/42:SECRET-PART"})
    well, output = await diagnosis(quiet.polling, capsys)
    assert not well
    assert "Telegram calls a webhook at other.example.org" in output
    assert "SECRET-PART" not in output


async def test_the_doctor_knows_another_program_at_the_port(quiet: House, capsys) -> None:
    """One that takes every call, without any secret."""

    async def anything(_):
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", anything)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", quiet.port).start()
    _, output = await diagnosis(quiet.settings, capsys)
    await runner.cleanup()
    assert f"another program listens on 127.0.0.1:{quiet.port}" in output
    assert "takes calls without the secret" in output


async def test_the_doctor_warns_of_a_host_that_others_reach(quiet: House, capsys) -> None:
    _, output = await diagnosis(quiet.with_(http_host="0.0.0.0"), capsys)
    assert "HTTP listens on 0.0.0.0" in output


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        ("Wrong response from the webhook: 401 Unauthorized", "secret differs"),
        ("Wrong response from the webhook: 404 Not Found", "path"),
        ("Wrong response from the webhook: 502 Bad Gateway", "MIDLINE_HTTP_PORT"),
        ("Wrong response from the webhook: 503 Service Unavailable", "store was away"),
        ("Wrong response from the webhook: 301 Moved", "redirects"),
        ("SSL error {certificate verify failed}", "certificate"),
        ("Failed to resolve host: Name or service not known", "DNS"),
        ("Connection refused", "start the proxy"),
        ("Connection timed out", "firewall"),
        ("Something new", "log"),
    ],
)
def test_the_doctor_knows_the_mend_for_each_failed_call(error, mend) -> None:
    findings = list(
        compare_webhook(
            webhook_config(PUBLIC, SECRET, TOKEN), WebhookStatus(PUBLIC, 3, error, NOW), NOW
        )
    )
    assert findings[-1][0] is False
    assert mend in findings[-1][1]


def test_an_old_failed_call_is_no_bad_finding() -> None:
    status = WebhookStatus(PUBLIC, 0, "Connection timed out", NOW - timedelta(days=1))
    assert all(
        good for good, _ in compare_webhook(webhook_config(PUBLIC, SECRET, TOKEN), status, NOW)
    )


def test_the_doctor_names_another_address_of_the_webhook() -> None:
    status = WebhookStatus("https://old.example.org" + PATH, 0)
    findings = [
        text for _, text in compare_webhook(webhook_config(PUBLIC, SECRET, TOKEN), status, NOW)
    ]
    assert any("another address, at old.example.org" in finding for finding in findings)
