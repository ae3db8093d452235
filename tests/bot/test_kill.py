"""The real process, killed while a member talks."""

import asyncio
import os
import random
import signal
import sys

import pytest
from sqlalchemy import select

from bot import store
from service.journal.store import events
from service.price import cases as price
from tests.bot.conftest import NURSE, House, nothing_open

KILLS = int(os.environ.get("MIDLINE_KILLS", "8"))


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


@pytest.mark.proof
async def test_nothing_a_member_did_is_lost_when_the_process_is_killed(quiet_house: House):
    house, chance = quiet_house, random.Random(7)
    ana = house.member()
    process = await start(house)
    try:
        await ana.person.send(f"/start {await house.token(*NURSE)}")
        await ana.person.settled(timeout=30)
        from dialogs.callbacks import Join, SetKnob

        await ana.press(Join)
        await ana.say("/price")
        screen = ana.person.screen
        for _ in range(KILLS):
            steps = [chance.randint(-5, 5) for _ in range(6)]
            for step in steps:
                await ana.person.tap(
                    data=SetKnob(scope="all", to=str(step)).pack(), message=screen
                )
                await asyncio.sleep(chance.random() * 0.02)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            process = await start(house)
            await ana.person.settled(timeout=30)
            async with house.deps() as deps:
                await nothing_open(deps.db)
                async with deps.db.read() as conn:
                    chat = await store.read_chat(conn, ana.person.id)
                    causes = (await conn.execute(select(events.c.cause))).scalars().all()
                assert chat
                view = await price.look_at_knob(deps, chat.member_id)
            assert view.position == steps[-1]
            assert len(causes) == len(set(causes))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
