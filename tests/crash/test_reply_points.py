"""Every point at which the bot can die between a question and its reply: the reply comes once.

What was in flight may come again, and then says that it may have come before.
"""

import asyncio
import gc
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialogs.callbacks import Go, Place, SendQuestion, ShowQuestion
from service.db.database import open_embedded
from service.deps import Deps
from service.questions import staff_cases
from service.questions.store import questions
from service.questions.values import StaffQuestion
from tests.support.lexical_search import Lexical
from tests.support.life import (
    Life,
    Plug,
    Steady,
    check_handled,
    check_sound,
    close,
    house_from,
    rows,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*deleted before being closed:ResourceWarning")

SEARCH = Lexical()
ASKED = "why am I out of this one"
REPLIED = "Your yes came late. It counts from Monday."
AGAIN = "You may have had this message before."
IN_FLIGHT = {"after sendMessage", "before a commit"}
"""Where a reply may have been sent and nothing says so."""


@dataclass(frozen=True)
class Told:
    """What one run ended in: the replies that the member got, and where the bot died."""

    replies: list[str]
    listed: str
    where: str
    points: int


@dataclass
class Stage:
    """Runs it, each time on a copy of the template."""

    template: Path
    folder: Path
    patch: pytest.MonkeyPatch
    numbers: Iterator[int]

    async def run(self, *at: int) -> Told:
        """A question, the reply of staff, and the bot killed at these points, one a life."""
        plugs = [Plug(one) for one in at or (None,)]
        async with house_from(self.template, self.folder / str(next(self.numbers))) as house:
            house.search = SEARCH
            life = Life(house)
            ana = Steady(life)
            staff = Deps(
                open_embedded(house.settings.store_file, house.settings.key_file), house.clock
            )
            life.spared.add(staff.db)
            with self.patch.context() as patch:
                life.patch(patch)
                async with life.lived(*plugs):
                    await ana.say(ASKED)
                    await ana.choose("Ask a person")
                    if not ana.has(SendQuestion):
                        await ana.choose("Nurses' Data Co-op")
                    await ana.press(SendQuestion)
                    await self._answered(life, staff)
                    heard = [b.text for b in ana.person.heard if REPLIED in b.text]
                    await ana.press(Go(place=Place.QUESTIONS))
                    listed = await ana.press(ShowQuestion)
            await check_handled(life)
            await check_sound(life.reader)
            (row,) = await self._stored(life)
            assert (row.due_at, row.trying, row.sent_at is None) == (None, False, False)
            await staff.db.close()
            await close(life)
            return Told(heard, listed, plugs[0].where, plugs[0].count)

    async def _answered(self, life: Life, staff: Deps) -> None:
        """A person answers what is on the list, and it is said to have been sent."""
        (one,) = await staff_cases.list_questions(staff, "nurses")
        assert one.text == ASKED
        said: StaffQuestion = await staff_cases.answer(staff, one.id, REPLIED, "lea")
        assert not said.delivered
        async with asyncio.timeout(20):
            while not (await self._stored(life))[0].sent_at:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await life.quiet()

    async def _stored(self, life: Life) -> list:
        async with life.reader.read() as conn:
            return await rows(conn, questions)


@pytest.fixture
def stage(agreed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("bot.assistant.reply_sender.POLL_SECONDS", 0.05)
    yield Stage(agreed, tmp_path, monkeypatch, itertools.count())
    # A connection that the dead process was just opening was closed by nobody.
    gc.collect()


def check_told(told: Told, kills: int = 1) -> None:
    assert REPLIED in told.listed
    assert AGAIN not in told.replies[0] or told.where, "a first message doubts nothing"
    assert 1 <= len(told.replies) <= 1 + kills
    assert all(AGAIN in one for one in told.replies[1:])
    if kills == 1 and told.where not in IN_FLIGHT:
        assert len(told.replies) == 1


async def check_points(stage: Stage, ks: Iterable[int]) -> tuple[int, int]:
    """Die at each of these points, until one is not reached: how many were, and the repeats."""
    check_told(await stage.run())
    reached = repeats = 0
    for k in ks:
        told = await stage.run(k)
        if not told.where:
            break
        try:
            check_told(told)
        except AssertionError as error:
            error.add_note(f"killed at point {k}, {told.where}")
            raise
        reached += 1
        repeats += len(told.replies) - 1
    return reached, repeats


async def test_a_bot_killed_here_and_there_brings_the_reply_once(stage: Stage):
    reached, _ = await check_points(stage, range(4, 1000, 9))
    assert reached >= 2


@pytest.mark.proof
async def test_a_bot_killed_at_any_point_brings_the_reply_once(
    stage: Stage, capsys: pytest.CaptureFixture[str]
):
    reached, repeats = await check_points(stage, itertools.count(1))
    assert reached >= 30
    # After the call and before the commit that says so: these two and no others.
    assert repeats == 2
    with capsys.disabled():
        print(f"\nreply: {reached} points, {repeats} repeats")  # noqa: T201


@pytest.mark.proof
async def test_a_bot_killed_again_while_it_recovers_brings_the_reply_too(stage: Stage):
    clean = await stage.run()
    for k in range(clean.points - 9, clean.points, 2):
        for again in range(1, 12, 3):
            check_told(await stage.run(k, again), kills=2)
