"""Bulk calls leave room for replies while there are any."""

import asyncio

import pytest

from bot.telegram.rate_limit import HEADROOM, MEMORY_SECONDS, SendBudget


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def bulk_in(budget: SendBudget, clock: Clock, seconds: float) -> int:
    """How many bulk calls go out in a time when nothing else is sent."""
    end, sent = clock.now + seconds, 0
    while clock.now < end:
        clock.now += budget.wait()
        budget.spend()
        sent += 1
    return sent


def test_replies_of_the_past_do_not_slow_bulk_calls(clock: Clock):
    budget = SendBudget(30, clock)
    for _ in range(60):
        budget.charge()
    clock.now += 10 * MEMORY_SECONDS
    sent = bulk_in(budget, clock, 60)
    assert sent == pytest.approx(60 * 30 * (1 - HEADROOM), rel=0.01)


def test_bulk_calls_leave_room_for_replies(clock: Clock):
    budget, replied, sent = SendBudget(30, clock), 0, 0
    begun = clock.now
    end = begun + 60
    while clock.now < end:
        if replied < (clock.now - begun) * 4:
            replied += 1
            budget.charge()
        clock.now += max(budget.wait(), 0.001)
        if not budget.wait():
            budget.spend()
            sent += 1
    assert sent < 60 * (30 * (1 - HEADROOM) - 4)
    assert sent > 60 * 15


async def test_after_a_429_bulk_calls_stop_and_then_go_out_slower():
    budget = SendBudget(1000)
    budget.freeze(0.05)
    assert budget.wait() > 0.03
    await asyncio.sleep(0.06)
    assert budget.wait() == 0


def test_a_429_holds_its_chat_and_a_second_chats_the_whole_bot(clock: Clock):
    budget = SendBudget(30, clock)
    assert not budget.refused(1, 30)
    assert (budget.held_for(1), budget.held_for(2), budget.frozen_for) == (30, 0, 0)
    assert not budget.refused(1, 30)
    assert budget.refused(2, 20)
    assert budget.held_for(3) == 20
    clock.now += 31
    assert not budget.refused(2, 5)
    assert budget.held_for(3) == 0


def test_a_429_while_a_notice_goes_out_is_the_whole_bots(clock: Clock):
    budget = SendBudget(30, clock)
    budget.spend()
    assert budget.refused(1, 10)
    assert budget.held_for(2) == 10


def test_a_429_of_a_call_to_no_chat_is_the_whole_bots(clock: Clock):
    assert SendBudget(30, clock).refused(None, 10)
