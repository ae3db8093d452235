"""One member, eight clients at once, on two connections to one store, as two processes have them.

Whatever they tap in whatever order, the journal reads as if each tap had come alone.
"""

import asyncio
import itertools
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service import erasure
from service.choices import cases as choices
from service.db.database import Database, open_embedded, open_server
from service.deps import Deps
from service.journal import cases as journal
from service.journal.store import latest
from service.journal.values import Cause
from service.knob import cases as knob_cases
from tests.support.stage import Stage

HISTORIES = int(os.environ.get("MIDLINE_CLIENT_HISTORIES", "200"))
CLIENTS = 8


@dataclass
class Taps:
    """What the clients of one member did, by the cause of each tap."""

    member: str
    nonce: str
    licence: str
    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    undone: dict[str, str] = field(default_factory=dict)

    async def client(self, deps: Deps, chance: random.Random, causes: Callable[[], Cause]) -> None:
        """Some random taps, one after the other; a no may arrive twice."""
        undo = None
        for _ in range(8):
            cause = causes()
            match chance.choice(["knob", "knob", "undo", "yes", "no", "later"]):
                case "knob":
                    to = chance.randint(-5, 5)
                    view = await knob_cases.set_knob(deps, self.member, "all", to, cause)
                    assert view.position == to
                    undo = view.undo or undo
                    self.said[cause.key] = ("knob", str(to))
                case "undo" if undo:
                    await knob_cases.undo_knob(deps, self.member, undo, cause)
                    self.undone[cause.key] = undo
                case "yes":
                    await choices.say_yes(deps, self.member, self.nonce, cause)
                    self.said[cause.key] = ("consent", "yes")
                case "later":
                    await choices.say_later(deps, self.member, self.licence, cause)
                    self.said[cause.key] = ("consent", "later")
                case "no":
                    for _ in range(chance.randint(1, 2)):
                        await choices.say_no(deps, self.member, self.licence, cause)
                    self.said[cause.key] = ("consent", "no")

    def follow(self, history: list[Any]) -> dict[str, str]:
        """Walk through the events as if each tap had come alone; returns where that ends."""
        state, last, before = {"knob": "0", "consent": ""}, {"knob": ""}, {}
        for event in history:
            if event.cause in self.said:
                assert (event.kind, event.value) == self.said[event.cause]
                assert event.value != state[event.kind], (
                    "a tap that changes nothing writes nothing"
                )
            else:
                assert self.undone[event.cause] == event.undoes == last["knob"]
                assert event.value == before[event.undoes]
            if event.kind == "knob":
                assert event.before == state["knob"]
                before[event.id] = event.before
            state[event.kind], last[event.kind] = event.value, event.id
        return state


def again(db: Database, folder: Path) -> Database:
    """The same store, opened as another process opens it."""
    if db.embedded:
        return open_embedded(folder / "midline.db", folder / "key")
    return open_server(db.engine.url.render_as_string(hide_password=False))


@pytest.fixture
async def other(stage: Stage, tmp_path: Path) -> AsyncIterator[Deps]:
    """Another process on the store of ``stage``."""
    db = again(stage.deps.db, tmp_path)
    yield Deps(db, stage.clock)
    await db.close()


async def lived(stage: Stage, other: Deps, seed: int) -> int:
    """One history of somebody who comes and leaves; returns how many events it wrote."""
    member = await stage.stranger()
    membership = await stage.join(member, "nurses", "N-0001")
    card = await stage.see_card(member, "sepsis-warning")
    taps = Taps(member, card.proof.nonce, card.standing.holding.licence.id)
    before = len(await stage.history(member))
    both = itertools.cycle((stage.deps, other))
    await asyncio.gather(
        *[
            taps.client(next(both), random.Random(seed * CLIENTS + nr), stage.cause)
            for nr in range(CLIENTS)
        ]
    )
    history = (await stage.history(member))[before:]
    assert len({event.cause for event in history}) == len(history) > CLIENTS
    state = taps.follow(history)
    assert str((await knob_cases.look_at_knob(other, member)).position) == state["knob"]
    answer = (await stage.standings(member))["sepsis-warning"].holding.answer
    assert (answer.value if answer else "") == state["consent"]
    kept = await cached(other)
    await journal.rebuild_latest(stage.deps)
    assert await cached(other) == kept
    await erasure.erase_membership(stage.deps, member, membership.id)
    return len(history)


async def cached(deps: Deps) -> list[tuple[Any, ...]]:
    """The latest events as they are cached."""
    async with deps.db.read() as conn:
        return sorted(map(tuple, await conn.execute(select(latest))), key=str)


async def test_taps_of_eight_clients_on_one_member_are_serialisable(stage: Stage, other: Deps):
    for seed in range(2):
        await lived(stage, other, seed)


@pytest.mark.proof
async def test_many_histories_of_eight_clients_are_serialisable(
    stage: Stage, other: Deps, capsys: pytest.CaptureFixture[str]
):
    began, written = time.process_time(), 0
    for seed in range(1, HISTORIES + 1):
        written += await lived(stage, other, seed)
        if seed % 100 == 0 or seed == HISTORIES:
            with capsys.disabled():
                # A run that is cut short has a result too.
                used = time.process_time() - began
                print(f"{seed} histories, {written} events, {used:.0f} s of CPU", flush=True)  # noqa: T201
