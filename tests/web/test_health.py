"""Health, metrics and the two ways of receiving updates."""

import asyncio
import json
import re
import sys
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from bot.readiness import ReadinessCheck
from bot.telegram import chat_store
from bot.updates import inbox_store
from bot.updates.inbox_store import IncomingUpdate
from service.assistant import quota
from service.assistant.values import QuotaDraw, QuotaKind
from tests.support.webhook_house import House, invite

CANARY = "Zanzibar-canary"


async def reasons(house: House) -> list[str]:
    status, _, body = await house.call(path="/readyz")
    answer = json.loads(body)
    assert (status == 200) is answer["ok"] is (not answer["reasons"])
    return answer["reasons"]


@pytest.fixture
def impatient(monkeypatch) -> None:
    """Readiness looks each time."""
    monkeypatch.setattr("bot.readiness.CACHE_SECONDS", 0)


async def test_a_healthy_process_says_so(house: House) -> None:
    status, headers, body = await house.call(path="/healthz")
    assert (status, json.loads(body)) == (200, {"ok": True})
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert await reasons(house) == []


async def test_unknown_paths_are_404(house: House) -> None:
    for path in "/", "/docs", "/redoc", "/openapi.json", "/healthz/":
        status, _, body = await house.call(path=path)
        assert (status, json.loads(body)["title"]) == (404, "Not Found"), path


async def test_a_wrong_http_method_is_answered_with_the_right_one(house: House) -> None:
    status, headers, _ = await house.call("GET")
    assert (status, headers["Allow"]) == (405, "POST")


async def test_a_store_that_cannot_be_written_is_not_ready(
    house: House, monkeypatch, impatient
) -> None:
    async def away(*_):
        raise OperationalError("INSERT", {}, Exception("disk is full, says Ana"))

    monkeypatch.setattr("bot.telegram.sync_store.put_synced", away)
    assert await reasons(house) == ["the store cannot be written"]
    assert (await house.call(path="/healthz"))[0] == 200
    assert (await house.call(path="/metrics"))[0] == 200


async def test_a_store_that_hangs_is_not_waited_for(house: House, monkeypatch, impatient) -> None:
    monkeypatch.setattr("bot.readiness.CHECK_SECONDS", 0.05)
    async with house.deps.db.write():
        assert await reasons(house) == ["the store cannot be written"]
    monkeypatch.setattr("bot.readiness.CHECK_SECONDS", 30)
    assert await reasons(house) == []


async def test_another_revision_is_not_ready(house: House, monkeypatch, impatient) -> None:
    monkeypatch.setattr("bot.readiness.newest_revision", lambda: "newer")
    assert await reasons(house) == ["the store is not at this version's revision"]


async def test_updates_that_wait_too_long_are_not_ready(house: House, impatient) -> None:
    old = house.clock.now() - timedelta(seconds=90)
    async with house.deps.db.write() as conn:
        await inbox_store.put_updates(conn, [IncomingUpdate(1, "1", '{"update_id": 1}')], old)
    assert await reasons(house) == ["updates wait too long"]
    assert b"midline_inbox_waiting 1.0" in house.metrics.text()
    assert re.search(rb"midline_inbox_oldest_seconds 90\.", house.metrics.text())


async def test_silence_of_telegram_is_not_ready(house: House, monkeypatch, impatient) -> None:
    monkeypatch.setattr("bot.readiness.SILENT_SECONDS", 0)
    assert await reasons(house) == ["Telegram is out of reach"]


async def test_readiness_is_cached(house: House, monkeypatch) -> None:
    looked = 0
    look = ReadinessCheck._query_store

    async def counted(self):
        nonlocal looked
        looked += 1
        return await look(self)

    monkeypatch.setattr(ReadinessCheck, "_query_store", counted)
    await asyncio.gather(*(reasons(house) for _ in range(20)))
    assert looked <= 2


async def test_metrics_count_and_name_nobody(house: House) -> None:
    member = house.member(CANARY)
    token = await invite(house)
    await member.say(f"/start {token}")
    await member.say(f"{CANARY} is what I typed")
    await member.say("/licences")
    await house.post("{}")
    status, headers, body = await house.call(path="/metrics")
    text = body.decode()
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'midline_updates_received_total{kind="message"} 3.0' in text
    assert 'midline_updates_handled_total{kind="message",outcome="ok"} 3.0' in text
    assert 'midline_telegram_calls_total{method="setWebhook",outcome="ok"} 1.0' in text
    assert 'midline_telegram_calls_total{method="sendMessage",outcome="ok"}' in text
    assert "midline_build_info{version=" in text
    assert "process_resident_memory_bytes" in text
    async with house.deps.db.read() as conn:
        chat = await chat_store.read_chat(conn, member.person.user.id)
    assert chat
    for secret in (CANARY, str(member.person.user.id), chat.member_id, token, "nurses", "42:"):
        assert secret not in text


async def test_what_telegram_refuses_is_counted_by_kind(house: House) -> None:
    member, faults = house.member(), house.playground.faults
    await member.say("/help")
    faults.next("sendMessage", retry_after=1)
    await member.say("/help")
    faults.next("sendMessage", error=(502, "Bad Gateway"))
    await member.say("/help")
    faults.next("sendMessage", drop=True)
    await member.say("/help")
    faults.next("sendMessage", error=(400, "Bad Request: chat not found"))
    await member.person.say("/help")
    text = house.metrics.text().decode()
    for outcome in ("429", "5xx", "network", "refused"):
        line = rf'midline_telegram_calls_total{{method="sendMessage",outcome="{outcome}"}} [1-9]'
        assert re.search(line, text), outcome


async def test_429s_at_the_same_time_count_as_one_wait(house: House) -> None:
    house.metrics.asked_to_wait(3)
    house.metrics.asked_to_wait(3)
    text = house.metrics.text().decode()
    frozen = re.search(r"^midline_telegram_frozen_seconds_total (\S+)", text, re.MULTILINE)
    assert frozen
    assert 3 <= float(frozen[1]) < 3.5


async def test_a_store_that_is_away_is_counted(house: House) -> None:
    from sqlalchemy import text

    with pytest.raises(OperationalError):
        async with house.deps.db.read() as conn:
            await conn.execute(text("SELECT 1 FROM nowhere"))
    assert b"midline_store_away_total 1.0" in house.metrics.text()


async def test_the_used_share_of_the_models_month_is_a_metric_that_names_no_mid(
    quiet: House,
) -> None:
    with_model = quiet.with_(llm_model="tiny", llm_tokens_a_month=1000, llm_tokens_in_all=4000)
    async with quiet.running(with_model):
        month = quiet.clock.now().date().isoformat()[:7]
        for purse, owner, n in ((QuotaKind.MID, "nurses", 900), (QuotaKind.MID, "other", 100),
                                (QuotaKind.ALL, "", 1000)):  # fmt: skip
            draw = QuotaDraw(kind=purse, owner=owner, period=month, n=n, limit=4000)
            assert await quota.take(quiet.deps, [draw]) is None
        text = (await quiet.call(path="/metrics"))[2]
        assert b'midline_model_budget_used_ratio{whose="mid"} 0.9' in text
        assert b'midline_model_budget_used_ratio{whose="all"} 0.25' in text
        assert b"nurses" not in text
    async with quiet.running(quiet.polling):
        assert b"budget_used_ratio{" not in (await quiet.call(path="/metrics"))[2]


async def test_two_metrics_objects_in_one_process_are_separate() -> None:
    from bot.metrics import Metrics

    first, second = Metrics(), Metrics()
    first.received("message")
    assert b'received_total{kind="message"} 1.0' in first.text()
    assert b"received_total{" not in second.text()
    first.received("a kind that nobody knows")
    assert b'kind="other"' in first.text()


# Polling


async def test_polling_removes_a_webhook_that_was_left_behind(quiet: House, logs) -> None:
    async with quiet.running():
        member = quiet.member()
        await member.say("/help")
    left = asyncio.gather(member.person.say("/licences", timeout=60))
    async with quiet.running(quiet.polling):
        await left
    deleted = next(call for call in quiet.playground.calls if call.method == "deleteWebhook")
    assert deleted.params == {"drop_pending_updates": False}
    assert any(entry["event"] == "webhook_removed" for entry in logs)
    assert quiet.info["url"] == ""


async def test_polling_serves_health_and_no_webhook(quiet: House) -> None:
    async with quiet.running(quiet.polling):
        await quiet.member().say("/help")
        assert await reasons(quiet) == []
        assert (await quiet.post("{}"))[0] == 404
        assert b'received_total{kind="message"} 1.0' in (await quiet.call(path="/metrics"))[2]


async def test_polling_without_a_port_serves_nothing(quiet: House, logs) -> None:
    async with quiet.running(quiet.with_(http_port=None)):
        await quiet.member().say("/help")
        assert not [entry for entry in logs if entry["event"] == "http"]
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", quiet.port)


async def test_a_free_port_is_named_in_the_log(quiet: House, logs) -> None:
    async with quiet.running(quiet.with_(http_port=0)):
        quiet.base = f"http://127.0.0.1:{next(o for o in logs if o['event'] == 'http')['port']}"
        assert await reasons(quiet) == []


@pytest.mark.long
async def test_a_process_that_only_polls_does_not_import_the_web_libraries() -> None:
    script = (
        "import sys, bot.updates.receiver, bot.metrics; print([m for m in sys.modules if m in {}])"
    )
    heavy = {"fastapi", "uvicorn", "prometheus_client", "starlette"}
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script.format(heavy), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await done.communicate()
    assert out.strip() == b"[]"


class OneOfTwo:
    """Lanes of which another process holds some."""

    shared = False

    def __init__(self) -> None:
        self.others = {"poller", "webhook"}
        self.held: list[str] = []
        self.workers: dict[str, asyncio.Task | None] = {}

    async def acquire(self, lane: str) -> bool:
        if lane in self.others:
            return False
        self.held.append(lane)
        self.workers[lane] = asyncio.current_task()
        return True

    async def release(self, lane: str) -> None:
        if lane in self.held:
            self.held.remove(lane)

    def lose(self, lane: str) -> None:
        """What holds a lane is cancelled when the connection that it hangs on ends."""
        self.held.remove(lane)
        worker = self.workers.pop(lane)
        assert worker
        worker.cancel()


async def test_one_process_polls_and_another_takes_over(quiet: House, monkeypatch) -> None:
    monkeypatch.setattr("bot.updates.receiver.STAND_BY_SECONDS", 0.02)
    monkeypatch.setattr(House, "up", lambda *_: asyncio.sleep(0.3))
    lanes = OneOfTwo()
    async with quiet.running(quiet.polling, lanes):
        assert quiet.metrics.last_contact is None
        assert await reasons(quiet) == []
        lanes.others.clear()
        await quiet.member().say("/help")
        assert "poller" in lanes.held
        lanes.lose("poller")
        await quiet.member("Emma").say("/help")
        assert "poller" in lanes.held
    assert not {"poller", "webhook"} & set(lanes.held)


async def test_one_process_sets_the_webhook_and_all_take_calls(quiet: House, monkeypatch) -> None:
    monkeypatch.setattr("bot.updates.webhook.LOOK_SECONDS", 0.05)
    monkeypatch.setattr(House, "up", lambda *_: asyncio.sleep(0.5))
    lanes = OneOfTwo()
    async with quiet.running(lanes=lanes):
        assert "setWebhook" not in quiet.methods()
        assert (await quiet.post('{"update_id": 1}'))[0] == 200
        lanes.others.clear()
        await asyncio.sleep(0.3)
        assert quiet.methods().count("setWebhook") == 1
        await quiet.member().say("/help")
        # Somebody took it away by hand: it comes back.
        quiet.playground._webhook.set_webhook({})
        await asyncio.sleep(0.3)
        assert quiet.info["url"] == quiet.url
        lanes.lose("webhook")
        await quiet.member("Emma").say("/help")
        await asyncio.sleep(0.3)
        assert "webhook" in lanes.held
    assert not {"poller", "webhook"} & set(lanes.held)
