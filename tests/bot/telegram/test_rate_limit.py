"""The pace of one bot: what is sent in bulk leaves room for replies, and takes it back."""

import asyncio

import pytest

from bot.telegram.rate_limit import HEADROOM, MEMORY_SECONDS, Budget


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def bulk_in(budget: Budget, clock: Clock, seconds: float) -> int:
    """How many bulk calls go out in a time when nothing else is sent."""
    end, sent = clock.now + seconds, 0
    while clock.now < end:
        clock.now += budget.wait()
        budget.spend()
        sent += 1
    return sent


def test_replies_of_the_past_take_no_room_from_those_who_are_told_something_now(clock: Clock):
    budget = Budget(30, clock)
    for _ in range(60):
        budget.charge()
    clock.now += 10 * MEMORY_SECONDS
    sent = bulk_in(budget, clock, 60)
    assert sent == pytest.approx(60 * 30 * (1 - HEADROOM), rel=0.01)


def test_room_is_kept_while_members_write(clock: Clock):
    budget, replied, sent = Budget(30, clock), 0, 0
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


async def test_a_bot_that_was_asked_to_wait_sends_nothing_and_then_less():
    budget = Budget(1000)
    budget.freeze(0.05)
    assert budget.wait() > 0.03
    await asyncio.sleep(0.06)
    assert budget.wait() == 0
