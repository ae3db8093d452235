"""Planned faults, flood limits, and the record of calls."""

import asyncio

import aiohttp
import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from playground import ApiError, FloodLimits, Playground


async def test_a_planned_error_hits_one_call_and_does_nothing(bot, pg, ana):
    fault = pg.faults.next("sendMessage", error=(502, "Bad Gateway"))
    with pytest.raises(TelegramServerError, match="Bad Gateway"):
        await bot.send_message(ana.id, "x")
    assert ana.heard == []
    await bot.send_message(ana.id, "y")
    assert fault.met == 1
    assert [(call.status, call.error) for call in pg.calls] == [(502, "Bad Gateway"), (200, None)]


async def test_faults_can_wait_repeat_and_choose_a_chat(bot, pg, ana):
    bo = pg.person("Bo")
    await bo.send("/start")
    blocked = ApiError(403, "Forbidden: bot was blocked by the user")
    fault = pg.faults.next(error=blocked, chat_id=bo.id, skip=1, times=None)
    await bot.send_message(ana.id, "x")
    await bot.send_message(bo.id, "x")
    for _ in range(2):
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(bo.id, "x")
    assert fault.met == 2
    pg.faults.clear()
    await bot.send_message(bo.id, "x")


async def test_a_lost_answer_was_carried_out_and_a_dropped_call_was_not(bot, pg, ana):
    pg.faults.next("sendMessage", lost=True)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ana.id, "lost")
    pg.faults.next("sendMessage", drop=True)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ana.id, "dropped")
    pg.faults.next("sendMessage", garbage=True)
    with pytest.raises(ClientDecodeError):
        await bot.send_message(ana.id, "garbage")
    assert [message.text for message in ana.heard] == ["lost", "garbage"]


async def test_a_hanging_call_ends_by_the_callers_own_timeout(bot, pg, ana):
    pg.faults.next("sendMessage", hang=30)
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.send_message(ana.id, "x", request_timeout=0.05)


async def test_asking_to_wait_comes_with_its_header(bot, pg, ana, raw):
    pg.faults.next("sendMessage", retry_after=7, times=2)
    with pytest.raises(TelegramRetryAfter) as wait:
        await bot.send_message(ana.id, "x")
    assert wait.value.retry_after == 7
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{pg.url}/bot{pg.token}/sendMessage", json={"chat_id": ana.id, "text": "x"}
        ) as answer,
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_latency_slows_every_call(bot, pg, ana):
    pg.latency = 0.05
    assert pg.latency == 0.05
    began = asyncio.get_running_loop().time()
    await bot.get_me()
    assert asyncio.get_running_loop().time() - began >= 0.05


async def test_calls_are_remembered_in_order_with_typed_parameters(bot, pg, ana, raw):
    await bot.send_message(ana.id, "x", disable_notification=True)
    await raw("sendMessage", data={"chat_id": str(ana.id)})
    await bot.get_updates()
    first, second = pg.calls
    assert (first.method, first.status, first.params["chat_id"]) == ("sendMessage", 200, ana.id)
    assert first.params["disable_notification"] is True
    assert first.result["text"] == "x"
    assert (second.status, second.error) == (400, "Bad Request: message text is empty")


async def test_flood_limits_let_a_short_burst_pass_and_then_freeze_the_chat(clock, raw_at):
    async with Playground(limits=True, clock=clock) as pg, raw_at(pg) as send:
        ana, bo = pg.person("Ana"), pg.person("Bo")
        await ana.send("/start")
        await bo.send("/start")
        assert [await send(ana.id) for _ in range(4)] == [200, 200, 200, 429]
        assert await send(bo.id) == 200
        clock.now += 2
        assert await send(ana.id) == 429
        clock.now += 2
        assert await send(ana.id) == 429
        clock.now += 3.1
        assert await send(ana.id) == 200
        assert pg.flood.refused == 3


async def test_groups_and_the_whole_bot_have_their_own_limits(clock, raw_at):
    limits = FloodLimits(overall=25, extend=False, freeze=1)
    async with Playground(limits=limits, clock=clock) as pg, raw_at(pg) as send:
        ana = pg.person("Ana")
        group = pg.group("Team", [ana])
        assert [await send(group.id) for _ in range(21)] == [200] * 20 + [429]
        people = [pg.person(str(number)) for number in range(10)]
        for person in people:
            await person.send("/start")
        assert [await send(person.id) for person in people] == [200] * 5 + [429] * 5
        clock.now += 1.1
        assert await send(people[-1].id) == 200


async def test_replies_can_be_free_and_freezing_without_extending(clock, raw_at):
    limits = FloodLimits(burst=1, freeze=2, extend=False, free=frozenset({"sendMessage"}))
    async with Playground(limits=limits, clock=clock) as pg, raw_at(pg) as send:
        ana = pg.person("Ana")
        await ana.send("/start")
        assert [await send(ana.id) for _ in range(5)] == [200] * 5


@pytest.fixture
def raw_at():
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def open_at(pg):
        async with aiohttp.ClientSession() as session:

            async def send(chat_id: int) -> int:
                values = {"chat_id": chat_id, "text": "x"}
                url = f"{pg.url}/bot{pg.token}/sendMessage"
                async with session.post(url, json=values) as answer:
                    return answer.status

            yield send

    return open_at
