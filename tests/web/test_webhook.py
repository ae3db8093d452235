"""Calls of the webhook: each update is stored once, and calls without the secret are refused."""

import asyncio
import json
import logging
import random
from collections import Counter
from io import BytesIO

import aiohttp
import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.telegram.update_kinds import ALLOWED_UPDATES
from bot.updates import inbox_store
from dialogs.callbacks import Join, SayYes
from tests.support.house import nothing_open
from tests.support.webhook_house import HEADER, PATH, SECRET, House, invite, until


def update(number: int, text: str = "/help", user: int = 4_200_000_001) -> str:
    person = {"id": user, "is_bot": False, "first_name": "Ana", "language_code": "en"}
    chat = {"id": user, "type": "private", "first_name": "Ana"}
    message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": person}
    return json.dumps({"update_id": number, "message": {**message, "text": text}})


async def stored(house: House) -> int:
    async with house.deps.db.read() as conn:
        return len(await inbox_store.read_open(conn))


async def test_a_whole_chat_goes_through_the_webhook(house: House) -> None:
    member = house.member()
    await member.say(f"/start {await invite(house)}")
    await member.press(Join)
    await member.open_card("Spot sepsis sooner")
    assert "Saved: yes." in await member.press(SayYes)
    assert "getUpdates" not in house.methods()
    assert house.playground.pending == 0
    await nothing_open(house.deps.db)


async def test_many_members_talk_side_by_side(house: House) -> None:
    members = [house.member(f"M{n}") for n in range(12)]
    await asyncio.gather(*(member.say("/help") for member in members))
    assert len({member.text for member in members}) == 1


async def test_the_webhook_is_set_once(quiet: House) -> None:
    async with quiet.running():
        pass
    call = next(call for call in quiet.playground.calls if call.method == "setWebhook")
    assert call.params == {
        "url": quiet.url,
        "secret_token": SECRET,
        "allowed_updates": ALLOWED_UPDATES,
        "max_connections": 40,
        "drop_pending_updates": False,
    }
    async with quiet.running():
        await asyncio.sleep(0.2)
    assert quiet.methods().count("setWebhook") == 1


@pytest.mark.parametrize(
    ("name", "value"), [("webhook_secret", "another"), ("webhook_connections", 7)]
)
async def test_the_webhook_is_set_again_when_a_setting_changes(quiet: House, name, value) -> None:
    from pydantic import SecretStr

    async with quiet.running():
        pass
    value = SecretStr(value) if isinstance(value, str) else value
    async with quiet.running(quiet.settings.model_copy(update={name: value})):

        async def told_again() -> bool:
            return quiet.methods().count("setWebhook") == 2

        await until(told_again)
        await quiet.member().say("/help")


async def test_without_the_secret_nothing_is_stored(house: House) -> None:
    assert b'received_total{kind="message"}' not in house.metrics.text()
    for secret in None, "", "wrong", SECRET[:-1], SECRET + "x", "x" * 8_000, "sécret", "日本":
        status, headers, body = await house.post(update(1), secret)
        assert status == 401, secret
        assert json.loads(body) == {"type": "about:blank", "title": "Unauthorized", "status": 401}
        assert headers["Content-Type"] == "application/problem+json"
        assert await stored(house) == 0, secret
    assert b'received_total{kind="message"}' not in house.metrics.text()


async def test_with_the_secret_the_answer_is_empty_and_the_update_stored(house: House) -> None:
    status, headers, body = await house.post(update(7))
    assert (status, body) == (200, b"")
    assert "server" not in {name.lower() for name in headers}
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


NO_UPDATES = [
    "",
    "no json",
    "[]",
    "null",
    "{}",
    '{"update_id": true}',
    '{"update_id": -1}',
    '{"update_id": 9223372036854775808}',
    '{"update_id": 1, "message": "text"}',
    '{"update_id": 1, "message": {"from": "x", "text": 5}}',
    '{"update_id": 1, "callback_query": []}',
    "[" * 200_000,
    '{"update_id": 1, "message": ' + "{" * 100_000,
    "1" * 10_000,
    b"\xff\xfe",
    update(1, user=10**40),
    '{"update_id": 1, "message": {"text": "\\ud800"}}',
]


async def test_what_is_no_update_is_acknowledged_counted_and_not_stored(house: House) -> None:
    with capture_logs() as logs:
        for body in NO_UPDATES:
            status, _, _ = await house.post(body)
            assert status == 200, body[:80]
            assert await stored(house) == 0, body[:80]
    await house.member().say("/help")
    noted = [log for log in logs if log["event"] == "update_set_aside"]
    assert len(noted) == len(NO_UPDATES)
    assert b'midline_updates_set_aside_total{field="message"} 1.0' in house.metrics.text()


async def test_a_body_of_a_mebibyte_is_read_and_a_longer_one_is_not(house: House) -> None:
    exact = update(5).ljust(1024 * 1024).encode()
    assert (await house.post(BytesIO(exact)))[0] == 200
    assert (await house.post(BytesIO(exact + b" ")))[0] == 413


async def test_the_rest_of_a_long_body_is_not_waited_for(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\n"
    writer.write(f"{head}Content-Length: 99999999\r\n\r\n".encode())
    async with asyncio.timeout(2):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_a_long_body_in_pieces_is_cut_off(house: House) -> None:
    async def pieces():
        for _ in range(64):
            yield b" " * 65_536

    try:
        status, _, _ = await house.call("POST", data=pieces(), headers={HEADER: SECRET})
    except aiohttp.ClientError:
        return
    assert status == 413


WORDS = ["update_id", "message", "from", "id", "chat", "text", "callback_query", "x"]


def some_json(chance: random.Random, depth: int = 0):
    """Anything that JSON can say, mostly in the words of an update."""
    kind = chance.randrange(9 if depth < 4 else 6)
    if kind < 6:
        big = chance.randrange(-(2**70), 2**70)
        return chance.choice([None, True, 1.5, big, chance.randrange(2**40), "\ud800", "text"])
    if kind == 6:
        return [some_json(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {chance.choice(WORDS): some_json(chance, depth + 1) for _ in range(5)}


def some_body(chance: random.Random, number: int) -> bytes:
    kind = chance.randrange(6)
    if kind == 0:
        return chance.randbytes(chance.randrange(2_000))
    if kind == 1:
        return json.dumps(some_json(chance)).encode()
    if kind == 2:
        return json.dumps({"update_id": number, "message": some_json(chance)}).encode()
    if kind == 3:
        return json.dumps({"update_id": number}).encode()
    whole = bytearray(update(number).encode())
    for _ in range(chance.randrange(1, 4)):
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return bytes(whole)


def some_secret(chance: random.Random) -> str:
    if chance.random() < 0.7:
        return SECRET
    return "".join(chr(chance.choice([*range(32, 127), *range(161, 256)])) for _ in range(30))


VERBS = ["POST"] * 12 + ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"]
PATHS = [PATH] * 12 + ["/", "/docs", "/openapi.json", PATH + "/", "/%00", "/..//"]


async def test_two_thousand_random_calls_cause_no_server_error(house: House) -> None:
    chance, seen = random.Random(11), Counter[int]()

    async def once(session: aiohttp.ClientSession, number: int) -> None:
        verb, url = chance.choice(VERBS), house.base + chance.choice(PATHS)
        body, headers = some_body(chance, number), {HEADER: some_secret(chance)}
        async with session.request(verb, url, data=body, headers=headers) as answer:
            seen[answer.status] += 1
            assert b"Traceback" not in await answer.read()

    async with aiohttp.ClientSession() as session:
        for start in range(0, 2_000, 40):
            await asyncio.gather(*(once(session, start + n) for n in range(40)))
    assert sum(seen.values()) == 2_000
    assert set(seen) == {200, 401, 404, 405}, seen
    await house.member().say("/help")


async def test_random_bytes_on_the_wire_cause_no_server_error(house: House) -> None:
    chance = random.Random(7)
    for _ in range(200):
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        head = chance.choice([b"", f"POST {PATH} HTTP/1.1\r\n".encode(), b"GET "])
        writer.write(head + chance.randbytes(chance.randrange(1, 300)) + b"\r\n\r\n")
        writer.write_eof()
        assert not (await reader.read()).startswith(b"HTTP/1.1 5")
        writer.close()
    await house.member().say("/help")


async def test_while_the_store_is_away_telegram_is_asked_to_come_again(
    house: House, monkeypatch
) -> None:
    member = house.member()
    await member.say("/help")
    take, refused = house.inbox._commits.store, asyncio.Event()

    async def away(updates):
        refused.set()
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(house.inbox._commits, "store", away)
    status, headers, _ = await house.post(update(99))
    assert status == 503
    assert headers["Retry-After"].isdecimal()
    monkeypatch.setattr("web.webhook.RETRY_SECONDS", 0)
    refused.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(member.say("/licences"))
        await refused.wait()
        await asyncio.sleep(0.1)
        assert house.playground.pending == 1
        monkeypatch.setattr(house.inbox._commits, "store", take)
    assert house.playground.pending == 0
    sent = [call for call in house.playground.calls if call.method == "sendMessage"]
    assert len(sent) == 2
    assert b'handled_total{kind="message",outcome="ok"} 2.0' in house.metrics.text()


async def test_a_store_that_does_not_answer_is_not_waited_for(house: House, monkeypatch) -> None:
    monkeypatch.setattr("bot.updates.receiver.TAKE_SECONDS", 0.05)

    async def hangs(updates):
        await asyncio.sleep(60)

    monkeypatch.setattr(house.inbox, "take", hangs)
    assert (await house.post(update(1)))[0] == 503


async def test_an_unexpected_error_is_answered_503_without_detail(
    house: House, monkeypatch, logs
) -> None:
    async def breaks(updates):
        raise RuntimeError("42:TOKEN and Ana's words")

    monkeypatch.setattr(house.inbox, "take", breaks)
    status, _, body = await house.post(update(1))
    assert status == 503
    assert b"Ana" not in body
    assert {"event": "webhook_failed", "error": "RuntimeError", "log_level": "error"} in logs
    assert "Ana" not in str(logs)


async def test_a_repeat_is_handled_once(house: House) -> None:
    body = update(1_234, user=house.member().person.user.id)
    for _ in range(5):
        assert (await house.post(body))[0] == 200

    async def done() -> bool:
        return not await stored(house)

    await until(done)
    lines = house.metrics.text().decode().splitlines()
    handled = [line for line in lines if line.startswith("midline_updates_handled_total")]
    assert [line.split()[-1] for line in handled] == ["1.0"]


async def test_what_was_sent_while_the_bot_was_down_is_handled_later(quiet: House) -> None:
    async with quiet.running():
        member = quiet.member()
        await member.say("/help")
    saying = asyncio.gather(member.person.say("/licences", timeout=60))
    await asyncio.sleep(0.2)
    assert quiet.playground.pending == 1
    async with quiet.running():
        await saying
    assert quiet.playground.pending == 0


async def test_no_log_holds_what_was_sent_or_the_secret(house: House, logs, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    canary = "Zanzibar-canary"
    for body in (update(1, canary), canary, update(2, canary)[:-1], f'{{"{canary}": 1}}'):
        await house.post(body)
        await house.post(body, canary)
    await house.call("POST", path=f"{PATH}/x?{canary}", data=canary, headers={HEADER: SECRET})
    await house.member().say(canary)
    chatty = {"aiogram", "aiosqlite", "sqlalchemy", "aiohttp", "alembic", "asyncio"}
    ours = [record for record in caplog.records if record.name.split(".")[0] not in chatty]
    output = str([record.getMessage() for record in ours]) + str(
        [entry for entry in logs if entry["event"] != "update_failed"]
    )
    assert canary not in output
    assert SECRET not in output


async def test_stopping_is_quick_and_answers_calls_in_progress(quiet: House, monkeypatch) -> None:
    async with quiet.running():
        take, began = quiet.inbox.take, asyncio.Event()

        async def slow(updates):
            began.set()
            await asyncio.sleep(0.3)
            await take(updates)

        monkeypatch.setattr(quiet.inbox, "take", slow)
        calling = asyncio.gather(quiet.post(update(55)))
        await began.wait()
        start = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - start < 3
    assert [status for status, _, _ in await calling] == [200]
