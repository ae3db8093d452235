"""Two senders on one server: one sends, and when it dies the other goes on.

These run on PostgreSQL whatever `MIDLINE_STORES` says, and are skipped where none is installed.
"""

import asyncio
import signal
import time

import pytest

from service.notices.delivery import cases as delivery
from service.notices.delivery_values import OutcomeBatch
from service.notices.values import NoticeKind, NoticeOutcome
from tests.e2e.test_kill import start
from tests.support.crowd import announce, content, crowd, over, when
from tests.support.postgres import Server, server_of

pytestmark = pytest.mark.proof

PEOPLE = 600
START_SECONDS = 12
RATE = 30


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    return server_of(request.config)


async def test_a_killed_sender_is_replaced_and_nobody_is_missed(quiet_house, monkeypatch, capsys):
    house = quiet_house
    monkeypatch.setenv("MIDLINE_SEND_RATE", str(RATE))
    readers = await crowd(house, PEOPLE)
    processes = [await start(house)]
    try:
        async with house.deps() as deps:
            # The processes go by the clock of this machine: what waits for the morning may wait.
            notice_id = await announce(deps, content(kind=NoticeKind.BREACH))
            begun = await when(deps, notice_id, lambda one: one.notice.settled > 5, seconds=120)
            processes.append(await start(house))
            # It is there, asks for the lane, and is not given it.
            await asyncio.sleep(START_SECONDS)
            running = await when(deps, notice_id, lambda one: True)
            assert running.notice.epoch == begun.notice.epoch
            processes[0].send_signal(signal.SIGKILL)
            await processes[0].wait()
            took = await _until_sending(house)
            report = await over(deps, notice_id, seconds=120)
            assert report.notice.epoch == begun.notice.epoch + 1
            with pytest.raises(delivery.SupersededError):  # noqa: PT012
                old = OutcomeBatch(settled_upto=0)
                await delivery.write_outcomes(
                    deps, {notice_id: old}, {notice_id: begun.notice.epoch}
                )
    finally:
        for one in processes:
            if one.returncode is None:
                one.kill()
                await one.wait()
    assert report.notice.count_of(NoticeOutcome.SENT) == PEOPLE
    assert all(one.notices for one in readers)
    twice = [one for one in readers if len(one.notices) > 1]
    assert len(twice) <= RATE // 2 + 2
    assert all("You may have had this message before." in one.notices[-1] for one in twice)
    with capsys.disabled():
        print(f"\ntakeover after {took} s, {len(twice)} repeated")  # noqa: T201


async def _until_sending(house) -> float:
    """Seconds until somebody is sent to again."""
    calls = len([c for c in house.playground.calls if c.method == "sendMessage"])
    begun = time.monotonic()
    async with asyncio.timeout(20):
        while len([c for c in house.playground.calls if c.method == "sendMessage"]) <= calls:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return round(time.monotonic() - begun, 2)
