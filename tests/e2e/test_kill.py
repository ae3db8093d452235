"""The real process, killed while a member talks."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.telegram import chat_store
from dialogs.callbacks import Join, SetKnob
from service.journal.store import events
from service.knob import cases as knob_cases
from tests.support.house import NURSE, House, Member, nothing_open

KILLS = int(os.environ.get("MIDLINE_KILLS", "8"))
PATIENCE = 120
"""Seconds: what runs for an hour shares the machine with anything."""
SPARE = Path(__file__).parents[1].joinpath("support", "forked_bot.py").read_text()
SEED = int(os.environ.get("MIDLINE_KILL_SEED", "7"))


def environment(house: House) -> dict[str, str]:
    """What a process of its own needs to be the bot of this house."""
    settings = house.settings
    assert settings.bot_token
    return {
        **os.environ,
        "MIDLINE_BOT_TOKEN": settings.bot_token.get_secret_value(),
        "MIDLINE_BOT_API": settings.bot_api,
        "MIDLINE_DATA_DIR": str(settings.data_dir),
        "MIDLINE_KEY_FILE": str(settings.key_file),
        "MIDLINE_LOG_LEVEL": "INFO",
    }


async def start(house: House) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment(house)
    )


class Process:
    """The bot's process, started again and again by one that has imported everything."""

    def __init__(self, spare: asyncio.subprocess.Process) -> None:
        self._spare = spare
        self._pid = 0

    async def start(self) -> None:
        assert self._spare.stdin
        self._spare.stdin.write(b"start\n")
        self._pid = await self._told()

    async def end(self, how: signal.Signals) -> int:
        """Send a signal; returns the exit code."""
        os.kill(self._pid, how)
        code, self._pid = await self._told(), 0
        return code

    async def _told(self) -> int:
        assert self._spare.stdout
        return int(await asyncio.wait_for(self._spare.stdout.readline(), PATIENCE))

    async def close(self) -> None:
        if self._pid:
            await self.end(signal.SIGKILL)
        self._spare.kill()
        await self._spare.wait()


@asynccontextmanager
async def running(house: House) -> AsyncIterator[Process]:
    """The bot's process, until the block ends."""
    pipe = asyncio.subprocess.PIPE
    process = Process(
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", SPARE, env=environment(house), stdin=pipe, stdout=pipe
        )
    )
    try:
        await process.start()
        yield process
    finally:
        await process.close()


@dataclass
class Tally:
    """What came of the kills so far."""

    kills: int = 0
    in_the_middle: int = 0
    """Kills while a tap was not answered."""
    at_a_start: int = 0
    taps: int = 0
    lost: int = 0
    doubled: int = 0


class Taps:
    """What one member tapped on the knob, and what the journal must say of it."""

    def __init__(self, house: House, ana: Member) -> None:
        self.house = house
        self.ana = ana
        self.screen = ana.person.screen
        self.wanted: list[str] = []
        self.position = 0

    async def tap(self, step: int) -> None:
        await self.ana.person.tap(
            data=SetKnob(scope="all", to=str(step)).pack(), message=self.screen
        )
        if step != self.position:
            self.wanted.append(str(step))
        self.position = step

    async def look(self, tally: Tally) -> None:
        """Compare the journal with the taps, which were all handled."""
        async with self.house.deps() as deps:
            await nothing_open(deps.db)
            async with deps.db.read() as conn:
                chat = await chat_store.read_chat(conn, self.ana.person.id)
                found = (
                    await conn.execute(
                        select(events.c.kind, events.c.value, events.c.cause).order_by(
                            events.c.seq
                        )
                    )
                ).all()
            assert chat
            view = await knob_cases.look_at_knob(deps, chat.member_id)
        written = [one.value for one in found if one.kind == "knob"]
        tally.lost = max(0, len(self.wanted) - len(written))
        tally.doubled = len(found) - len({one.cause for one in found})
        assert tally.doubled == 0
        assert written == self.wanted
        assert view.position == self.position


@pytest.mark.proof
async def test_nothing_a_member_did_is_lost_when_the_process_is_killed(
    quiet_house: House, capsys: pytest.CaptureFixture[str]
):
    house, chance, tally = quiet_house, random.Random(SEED), Tally()
    ana = house.member()
    async with running(house) as process:
        await ana.person.send(f"/start {await house.token(*NURSE)}")
        await ana.person.settled(timeout=PATIENCE)
        await ana.person.tap(data=ana.find(Join).data, message=ana.person.screen)
        await ana.person.settled(timeout=PATIENCE)
        await ana.person.say("/price", timeout=PATIENCE)
        taps = Taps(house, ana)
        while tally.kills < KILLS:
            pause = chance.choice((0.0, 0.005, 0.02))
            for _ in range(6):
                await taps.tap(chance.randint(-5, 5))
                await asyncio.sleep(chance.random() * pause)
            tally.taps += 6
            tally.in_the_middle += ana.person.open
            tally.kills += 1
            assert await process.end(signal.SIGKILL) == -signal.SIGKILL
            await process.start()
            # Some do not live to see the end of what the one before them left.
            while chance.random() < 0.25 and tally.kills < KILLS:
                await asyncio.sleep(chance.random())
                tally.in_the_middle += ana.person.open
                tally.at_a_start += 1
                tally.kills += 1
                assert await process.end(signal.SIGKILL) == -signal.SIGKILL
                await process.start()
            await ana.person.settled(timeout=PATIENCE)
            try:
                await taps.look(tally)
            finally:
                with capsys.disabled():
                    # A run that is cut short has a result too.
                    print(tally, flush=True)  # noqa: T201
        assert await process.end(signal.SIGTERM) == 0
