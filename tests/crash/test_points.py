"""Every point at which the bot can die, in every scenario: nothing lost, nothing twice."""

import gc
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dialogs.callbacks import (
    DeleteAll,
    Go,
    Join,
    Leave,
    LiftRefusal,
    Place,
    Refuse,
    Resume,
    SayLater,
    SayNo,
    SayYes,
    SetKnob,
    SetLanguage,
    ShowKnob,
    ShowLiftRefusal,
    ShowRefusalOptions,
    UndoKnob,
    UndoLeave,
)
from service.journal.store import events
from service.licences.values import RefusalKind
from tests.support.house import NURSE
from tests.support.life import (
    Life,
    Plug,
    Steady,
    check_handled,
    check_sound,
    close,
    house_from,
    rows,
    state,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*deleted before being closed:ResourceWarning")

Steps = Callable[[Steady], Awaitable[None]]


async def join(ana: Steady) -> None:
    await ana.say(f"/start {ana.token}")
    await ana.press(Join)
    await ana.press(Go(place=Place.HOME))


async def yes(ana: Steady) -> None:
    await ana.open_card("Spot sepsis sooner")
    await ana.press(SayYes)


async def yes_with_question(ana: Steady) -> None:
    await ana.open_card("Shift fatigue and insurance")
    await ana.press(SayYes)
    await ana.choose("It comes back to me")
    await ana.choose("They keep it")
    await ana.press(SayYes)


async def two_wrong_answers(ana: Steady) -> None:
    await ana.open_card("Shift fatigue and insurance")
    await ana.press(SayYes)
    await ana.choose("It comes back to me")
    await ana.choose("They ask me again")


async def no(ana: Steady) -> None:
    await ana.open_card("Spot sepsis sooner")
    await ana.press(SayNo)


async def later(ana: Steady) -> None:
    await ana.open_card("Teach lifting robots")
    await ana.press(SayLater)


async def refuse(ana: Steady) -> None:
    await ana.open_card("Teach lifting robots")
    await ana.press(ShowRefusalOptions)
    await ana.press(Refuse(kind=RefusalKind.BUYER, value="careful-robotics"))


async def lift(ana: Steady) -> None:
    await refuse(ana)
    await ana.press(ShowLiftRefusal)
    await ana.press(LiftRefusal)


async def knob(ana: Steady) -> None:
    await ana.say("/price")
    await ana.press(SetKnob(scope="all", to="1"))


async def knob_of_one_mid(ana: Steady) -> None:
    await ana.say("/price")
    await ana.press(Go(place=Place.KNOB_SCOPES))
    await ana.press(ShowKnob)
    await ana.press(SetKnob)


async def undo_last(ana: Steady) -> None:
    """Tap Undo under the last setting, whether or not the screen has the button again."""
    async with ana.life.reader.read() as conn:
        last = (await rows(conn, events, events.c.seq))[-1]
    await ana.person.tap(data=UndoKnob(event=last.id).pack(), message=ana.person.screen)
    await ana.then()


async def undo(ana: Steady) -> None:
    await knob(ana)
    await undo_last(ana)


async def undo_of_one_mid(ana: Steady) -> None:
    await knob_of_one_mid(ana)
    await undo_last(ana)


async def language(ana: Steady) -> None:
    await ana.say("/language")
    await ana.press(SetLanguage(locale="es"))


async def pause_and_resume(ana: Steady) -> None:
    await ana.say("/settings")
    await ana.press(Go(place=Place.PAUSE))
    await ana.press(Resume)


async def stop(ana: Steady) -> None:
    await ana.say("/stop")


async def leave_and_undo(ana: Steady) -> None:
    await ana.say("/leave")
    await ana.press(Leave)
    await ana.press(UndoLeave)


async def leave_and_erase(ana: Steady) -> None:
    await ana.say("/leave")
    await ana.choose("Leave, erase: Nurses' Data Co-op")


async def delete(ana: Steady) -> None:
    await ana.say("/delete")
    await ana.press(DeleteAll)


SCENARIOS: dict[str, tuple[str, Steps]] = {
    "join": ("fresh", join),
    "yes": ("joined", yes),
    "yes with a question": ("joined", yes_with_question),
    "two wrong answers": ("joined", two_wrong_answers),
    "no": ("agreed", no),
    "later": ("joined", later),
    "refuse": ("joined", refuse),
    "lift": ("joined", lift),
    "knob": ("agreed", knob),
    "knob of one MID": ("agreed", knob_of_one_mid),
    "undo": ("agreed", undo),
    "undo of one MID": ("agreed", undo_of_one_mid),
    "language": ("joined", language),
    "pause and resume": ("agreed", pause_and_resume),
    "stop": ("agreed", stop),
    "leave and undo": ("agreed", leave_and_undo),
    "leave and erase": ("agreed", leave_and_erase),
    "delete": ("agreed", delete),
}


async def fast_taps(ana: Steady) -> None:
    await ana.say("/price")
    screen = ana.person.screen
    for step in (1, -2, 3):
        await ana.person.tap(data=SetKnob(scope="all", to=str(step)).pack(), message=screen)
    await ana.then()


@dataclass(frozen=True)
class Run:
    """What one run ended in."""

    state: dict[str, Any]
    sees: Any
    steps: list[Counter[str]]
    points: tuple[int, ...]
    where: str


@dataclass
class Stage:
    """Runs scenarios, each on a copy of its template."""

    templates: dict[str, Path]
    folder: Path
    patch: pytest.MonkeyPatch
    numbers: Iterator[int]

    async def run(self, scenario: str, *at: int) -> Run:
        """The scenario, killed at the first point and, once it is back, at the second."""
        template, steps = {**SCENARIOS, "fast taps": ("agreed", fast_taps)}[scenario]
        folder = self.folder / str(next(self.numbers))
        async with house_from(self.templates[template], folder) as house:
            life = Life(house)
            ana = Steady(life)
            if template == "fresh":
                ana.token = await house.token(*NURSE)
            plugs = [Plug(one) for one in at or (None,)]
            with self.patch.context() as patch:
                life.patch(patch)
                async with life.lived(*plugs):
                    await steps(ana)
            await check_handled(life)
            await check_sound(life.reader)
            try:
                return Run(
                    state=await state(life.reader),
                    sees=ana.sees,
                    steps=life.steps(),
                    points=tuple(plug.count for plug in plugs),
                    where=plugs[0].where,
                )
            finally:
                await close(life)


@pytest.fixture
def stage(templates, tmp_path, monkeypatch) -> Iterator[Stage]:
    yield Stage(templates, tmp_path, monkeypatch, itertools.count())
    # A connection that the dead process was just opening was closed by nobody.
    gc.collect()


def check_same(run: Run, clean: Run, kills: int = 1) -> None:
    """The end is the same, and nothing but what was in flight was said again."""
    for what, value in clean.state.items():
        assert run.state[what] == value, what
    assert run.sees == clean.sees
    repeated = [(had, want) for had, want in zip(run.steps, clean.steps, strict=True)
                if had != want]  # fmt: skip
    assert len(repeated) <= kills
    for had, want in repeated:
        assert all(want[name] <= had[name] <= (1 + kills) * want[name] for name in had | want)


async def check_points(stage: Stage, scenario: str, ks: Iterable[int]) -> int:
    """Die at each of these points, until one is not reached; returns how many were."""
    clean = await stage.run(scenario)
    reached = 0
    for k in ks:
        run = await stage.run(scenario, k)
        if not run.where:
            break
        try:
            check_same(run, clean)
        except AssertionError as error:
            error.add_note(f"{scenario}: killed at point {k}, {run.where}")
            raise
        reached += 1
    return reached


@pytest.mark.parametrize(("scenario", "first"), [("join", 3), ("yes", 5), ("stop", 4)])
async def test_a_bot_killed_here_and_there_ends_where_it_would_have_ended(
    stage: Stage, scenario: str, first: int
):
    assert await check_points(stage, scenario, range(first, 1000, 7)) >= 2


@pytest.mark.proof
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_bot_killed_at_any_point_ends_where_it_would_have_ended(
    stage: Stage, scenario: str, capsys: pytest.CaptureFixture[str]
):
    reached = await check_points(stage, scenario, itertools.count(1))
    assert reached >= 15
    with capsys.disabled():
        print(f"\n{scenario}: {reached} points")  # noqa: T201


@pytest.mark.proof
@pytest.mark.parametrize("scenario", ["join", "yes", "leave and undo", "delete"])
async def test_a_bot_killed_again_while_it_recovers_ends_where_it_would_have_ended(
    stage: Stage, scenario: str, capsys: pytest.CaptureFixture[str]
):
    clean = await stage.run(scenario)
    reached = 0
    for k in range(8, clean.points[0], 6):
        for again in itertools.count(1, 2):
            run = await stage.run(scenario, k, again)
            # Further points of the second life are those of the first one.
            if run.points[1] < again or again > 15:
                break
            reached += 1
            check_same(run, clean, 2)
    with capsys.disabled():
        print(f"\n{scenario}: {reached} pairs of points")  # noqa: T201


@pytest.mark.parametrize("scenario", ["leave and erase", "delete"])
async def test_what_was_erased_is_said_even_if_the_bot_died_before_it_could_say_it(
    stage: Stage, scenario: str
):
    clean = await stage.run(scenario)
    total = clean.points[0]
    # From the commit that erases to the one that marks the update as handled.
    assert await check_points(stage, scenario, range(total - 7, total + 1)) == 8


@pytest.mark.proof
async def test_of_fast_taps_none_is_lost_and_the_last_one_stands(
    stage: Stage, capsys: pytest.CaptureFixture[str]
):
    clean = await stage.run("fast taps")
    for k in itertools.count(1):
        run = await stage.run("fast taps", k)
        if not run.where:
            break
        assert run.state == clean.state, f"killed at point {k}, {run.where}"
        assert sum(run.steps, Counter()).total() <= sum(clean.steps, Counter()).total() + 2
    with capsys.disabled():
        print(f"\nfast taps: {k - 1} points")  # noqa: T201
