"""How updates reach the bot: polling, webhooks, repeats."""

import asyncio

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground import FloodLimits, Playground


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(bot, pg):
    ana = pg.person("Ana", language="pt-br")
    for text in ("one", "two", "three"):
        await ana.send(text)
    first = await bot.get_updates(limit=2, timeout=5)
    assert [update.message.text for update in first] == ["one", "two"]
    assert first[0].message.from_user.language_code == "pt-br"
    assert [u.update_id for u in await bot.get_updates()][:2] == [u.update_id for u in first]
    (third,) = await bot.get_updates(offset=first[-1].update_id + 1)
    assert third.message.text == "three"
    assert pg.pending == 1
    assert await bot.get_updates(offset=third.update_id + 1) == []


async def test_a_negative_offset_keeps_only_the_last_ones(bot, pg, ana):
    for text in ("one", "two"):
        await ana.send(text)
    assert [u.message.text for u in await bot.get_updates(offset=-1)] == ["two"]
    assert pg.pending == 1


async def test_a_long_poll_ends_as_soon_as_something_happens(bot, ana):
    (seen,) = await bot.get_updates()
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(bot.get_updates(offset=seen.update_id + 1, timeout=50))
        await asyncio.sleep(0.02)
        await ana.send("now")
        async with asyncio.timeout(1):
            (update,) = await poll
    assert update.message.text == "now"


async def test_a_second_poller_ends_the_first_with_a_conflict(bot, pg):
    async def first() -> None:
        with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
            await bot.get_updates(timeout=50)

    async with asyncio.timeout(2), asyncio.TaskGroup() as group:
        group.create_task(first())
        await asyncio.sleep(0.02)
        assert await bot.get_updates() == []


async def test_updates_are_kept_for_24_hours(bot, ana, clock):
    clock.now += 24 * 3600 + 1
    assert await bot.get_updates() == []


async def test_only_allowed_kinds_are_made_and_the_choice_is_remembered(bot, pg):
    ana = pg.person("Ana")
    await bot.get_updates(allowed_updates=["message", "nonsense"])
    assert await ana.block() is None
    await bot.get_updates(offset=1)
    await ana.unblock()
    assert pg.pending == 0
    await bot.get_updates(allowed_updates=[])
    # aiogram leaves an empty list out, so the default has to be asked for by hand.
    pg._updates.allow([])
    blocked = await ana.block()
    assert blocked["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    unblocked = (await ana.unblock())["my_chat_member"]
    assert unblocked["old_chat_member"]["status"] == "kicked"
    kinds = [update.event_type for update in await bot.get_updates()]
    assert kinds == ["my_chat_member", "my_chat_member"]


async def test_everything_a_person_can_send_is_what_aiogram_understands(bot, pg, ana):
    await ana.send_sticker()
    await ana.send_photo("look")
    await ana.send_voice()
    await ana.forward("from elsewhere")
    await ana.edit("changed")
    group = pg.group("Team", [ana])
    await ana.send("hi", chat=group)
    updates = await bot.get_updates()
    messages = [update.message or update.edited_message for update in updates]
    kinds = [message.content_type if message else "event" for message in messages]
    assert kinds == ["text", "sticker", "photo", "voice", "text", "text", "event", "text"]
    assert messages[4].forward_origin is not None
    assert messages[5].text == "changed"
    assert messages[7].chat.type == "group"
    assert updates[6].my_chat_member.chat.id == group.id
    assert ana.id > 2**32


async def test_a_repeat_comes_with_the_id_it_had_even_when_it_was_confirmed(bot, pg, ana):
    (update,) = await bot.get_updates()
    await bot.get_updates(offset=update.update_id + 1)
    pg.redeliver({"update_id": update.update_id, "message": ana.messages[0].json()})
    (again,) = await bot.get_updates(offset=update.update_id + 1)
    assert again.update_id == update.update_id
    assert await bot.get_updates(offset=update.update_id + 1) == []
    await ana.send("more")
    assert pg.pending == 1


async def test_with_flood_limits_quick_polls_of_the_same_offset_are_held(clock, monkeypatch):
    monkeypatch.setattr("playground.limits.QUICK_POLL_SECONDS", 0.2)
    async with Playground(limits=FloodLimits(), clock=clock) as pg:
        loop = asyncio.get_running_loop()
        await pg._updates.poll({"offset": 5})
        began = loop.time()
        await pg._updates.poll({"offset": 5})
        assert loop.time() - began >= 0.19


class Hook:
    """A bot that is called by a webhook and answers as the test says."""

    def __init__(self) -> None:
        self.got: list[tuple[str | None, dict]] = []
        self.answers: list[web.Response] = []

    async def handle(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.got.append((secret, await request.json()))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def hook():
    endpoint = Hook()
    app = web.Application()
    app.router.add_post("/hook", endpoint.handle)
    async with TestServer(app) as server:
        endpoint.url = str(server.make_url("/hook"))
        yield endpoint


@pytest.fixture
async def quick(clock):
    """A playground that tries a failing webhook again almost at once."""
    async with Playground(clock=clock, webhook_retry=0.01) as pg:
        yield pg


async def until(pg, true) -> None:
    async with asyncio.timeout(3):
        while not true():
            await pg._world.changes.wait(0.01)


@pytest.fixture
async def hooked(quick, hook, raw_of):
    call = raw_of(quick)
    values = {"url": hook.url, "secret_token": "s-1_A", "max_connections": 500}
    assert (await call("setWebhook", json=values))[0] == 200
    return call


@pytest.fixture
async def raw_of():
    import aiohttp

    async with aiohttp.ClientSession() as session:

        def of(pg):
            async def call(method, **how):
                async with session.post(f"{pg.url}/bot{pg.token}/{method}", **how) as answer:
                    return answer.status, await answer.json()

            return call

        yield of


async def test_a_webhook_gets_every_update_in_order_with_its_secret(quick, hook, hooked):
    ana = quick.person("Ana")
    for text in ("one", "two", "three"):
        await ana.send(text)
    await until(quick, lambda: quick.pending == 0)
    assert [(secret, body["message"]["text"]) for secret, body in hook.got] == [
        ("s-1_A", "one"),
        ("s-1_A", "two"),
        ("s-1_A", "three"),
    ]
    status, answer = await hooked("getUpdates")
    assert status == 409
    assert "can't use getUpdates method while webhook is active" in answer["description"]
    info = (await hooked("getWebhookInfo"))[1]["result"]
    assert (info["url"], info["max_connections"]) == (hook.url, 100)


async def test_a_webhook_that_fails_is_tried_again_with_the_same_update(quick, hook, hooked):
    hook.answers = [web.Response(status=500), web.Response(status=503)]
    ana = quick.person("Ana")
    await ana.send("one")
    await ana.send("two")
    await until(quick, lambda: quick.pending == 0)
    assert [body["message"]["text"] for _, body in hook.got] == ["one", "one", "one", "two"]
    info = (await hooked("getWebhookInfo"))[1]["result"]
    assert info["last_error_message"].startswith("Wrong response from the webhook: 503")


async def test_a_method_in_the_answer_to_a_webhook_is_carried_out(quick, hook, hooked):
    ana = quick.person("Ana")
    answer = {"method": "sendMessage", "chat_id": ana.id, "text": "done"}
    hook.answers = [
        web.json_response(answer),
        web.json_response({"method": "getMe"}),
        web.json_response({"method": "sendMessage", "chat_id": 1, "text": "x"}),
        web.json_response(["nothing"]),
    ]
    for text in "abcd":
        await ana.send(text)
    await until(quick, lambda: quick.pending == 0)
    assert ana.screen.text == "done"
    assert [(call.method, call.status) for call in quick.calls if "Web" not in call.method] == [
        ("sendMessage", 200),
        ("sendMessage", 400),
    ]


async def test_polling_works_again_after_the_webhook_is_deleted(quick, hook, hooked):
    await hooked("deleteWebhook")
    await quick.person("Ana").send("one")
    assert len((await hooked("getUpdates"))[1]["result"]) == 1
    await hooked("deleteWebhook", json={"drop_pending_updates": True})
    assert (await hooked("getUpdates"))[1]["result"] == []
    assert hook.got == []


async def test_a_poller_is_ended_by_a_webhook_and_an_unreachable_one_is_reported(quick, raw_of):
    call = raw_of(quick)

    async def poll() -> None:
        status, answer = await call("getUpdates", json={"timeout": 50})
        assert (status, "webhook is active" in answer["description"]) == (409, True)

    async with asyncio.timeout(3), asyncio.TaskGroup() as group:
        group.create_task(poll())
        await asyncio.sleep(0.02)
        await call("setWebhook", json={"url": "http://127.0.0.1:9/x"})
    await quick.person("Ana").send("one")
    await until(quick, lambda: quick._webhook._error)
    info = (await call("getWebhookInfo"))[1]["result"]
    assert info["last_error_message"].startswith("Connection failed: ")
    assert info["pending_update_count"] == 1


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"url": "http://x.org"}, "bad webhook: An HTTPS URL must be provided"),
        ({"url": "https://x.org:99"}, "only on ports 80, 88, 443 or 8443"),
        ({"url": "https://x.org", "secret_token": "a b"}, "contains unallowed characters"),
        ({"url": "https://x.org", "secret_token": "a" * 257}, "contains unallowed characters"),
    ],
)
async def test_a_webhook_that_real_telegram_would_not_take_is_refused(bot, how, words):
    with pytest.raises(TelegramBadRequest, match=words):
        await bot.set_webhook(**how)
