"""A stream of updates of many members, shuffled and full of repeats, ends like the clean one."""

import asyncio
import os
import random
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import build_bot, build_dispatcher
from bot.chat.handle import UpdateHandler
from bot.open_store import open_store
from bot.updates import flood_guard, inbox_store
from bot.updates.envelope import from_json
from bot.updates.inbox import Inbox
from bot.updates.inbox_store import IncomingUpdate, PendingUpdate
from bot.updates.lanes import SingleProcessLanes
from dialogs.callbacks import Go, Place, Refuse, SetKnob, SetLanguage, ShowCard
from playground import ChatMessage, Playground, PlayPerson
from service.bundle.cases import import_bundle
from service.bundle.schema.bundle import Bundle
from service.deps import Deps
from service.licences.store import read_licences
from service.licences.values import RefusalKind
from service.people.cases import make_invites
from tests.support.house import House
from tests.support.life import Life, check_sound, close, house_from, state
from tests.support.stage import raw

UPDATES = int(os.environ.get("MIDLINE_UPDATES", "5000"))
MEMBERS = 20
REPEATED = 0.3
KEPT = 500
NONCED = ("y1", "z1", "x1", "j1", "q1", "n1", "w1", "v1")
"""Buttons that are pressed where they are seen: what is said to cards, and the way back."""


class Stream:
    """Twenty people, and what each of them does next."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.seed = seed
        self.people = [
            house.playground.person(f"P{nr}", language="en", user_id=7_100_000_000 + nr)
            for nr in range(MEMBERS)
        ]
        self.tokens: list[str] = []
        self.cards: list[str] = []
        self.firsts: dict[int, ChatMessage] = {}

    def first(self, person: PlayPerson) -> ChatMessage:
        """What the bot said first: taps go there, so that one screen changes as in a real chat."""
        if person.id not in self.firsts:
            self.firsts[person.id] = person.heard[0]
        return self.firsts[person.id]

    async def prepare(self, deps: Deps) -> None:
        bundle = raw("nurses")
        first = bundle["members"][0]
        bundle["members"] += [{**first, "ref": f"R-{nr:02}"} for nr in range(MEMBERS)]
        await import_bundle(deps, Bundle.model_validate(bundle))
        made = [await make_invites(deps, "nurses", ref=f"R-{nr:02}") for nr in range(MEMBERS)]
        self.tokens = [one.token for (one,) in made]
        async with deps.db.read() as conn:
            self.cards = [one.id for one in await read_licences(conn, ["nurses"])]

    async def round(self, nr: int) -> list[list[dict[str, Any]]]:
        """What everybody does in one round: one to three things each, in order."""
        return [await self._acts(one, person, nr) for one, person in enumerate(self.people)]

    async def _acts(self, one: int, person: PlayPerson, nr: int) -> list[dict[str, Any]]:
        if nr == 0:
            return [await person.send(f"/start {self.tokens[one]}")]
        chance = random.Random(f"{self.seed} {one} {nr}")
        if nr > 1 and chance.random() < 0.04:
            # A question is answered beside commands and taps, before or after them.
            return [await person.send("am I in?")]
        done = [await self._press_seen(person, chance)] if nr == 1 or chance.random() < 0.6 else []
        for _ in range(chance.randint(0, 2) if nr > 1 else 0):
            if chance.random() < 0.3:
                said = ("/price", "/licences", "/choices", "/stop", "/help")
                done.append(await person.send(chance.choice(said)))
            else:
                target = chance.choice((
                    SetKnob(scope="all", to=str(chance.choice((*range(-5, 6), "never")))),
                    ShowCard(licence=chance.choice(self.cards)),
                    ShowCard(licence=chance.choice(self.cards)),
                    Go(place=Place.PAUSE),
                    Go(place=Place.RESUME),
                    Refuse(kind=RefusalKind.BUYER, value="careful-robotics"),
                    SetLanguage(locale=chance.choice(("en", "es"))),
                ))  # fmt: skip
                done.append(await person.tap(data=target.pack(), message=self.first(person)))
        return [update for update in done if update is not None]

    async def _press_seen(self, person: PlayPerson, chance: random.Random) -> Any:
        seen = [button.data for bubble in (self.first(person), person.screen)
                for row in bubble.buttons for button in row
                if button.data and button.data.split(":")[0] in NONCED]  # fmt: skip
        # The order of a question's options is random.
        seen.sort(key=lambda data: (data[:2], data.split(":")[-1] if data[:2] == "q1" else ""))
        if not seen:
            return None
        return await person.tap(data=chance.choice(seen), message=self.first(person))


class Past:
    """What was delivered: all that is new, and a little of everything that is old."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._recent: deque[IncomingUpdate] = deque(maxlen=60)
        self._old: list[IncomingUpdate] = []
        self._count = 0

    def add(self, one: IncomingUpdate) -> None:
        self._recent.append(one)
        self._count += 1
        if len(self._old) < KEPT:
            self._old.append(one)
        elif (place := self._chance.randrange(self._count)) < KEPT:
            # Each that ever was is as likely to be here.
            self._old[place] = one

    def any(self) -> IncomingUpdate:
        return self._chance.choice(self._old if self._chance.random() < 0.1 else self._recent)


def woven(
    lists: list[list[IncomingUpdate]], past: Past, chance: random.Random
) -> list[IncomingUpdate]:
    """Members shuffled into each other, each in order, with old and new updates repeated."""
    whose = [nr for nr, one in enumerate(lists) for _ in one]
    chance.shuffle(whose)
    rest = [iter(one) for one in lists]
    stream: list[IncomingUpdate] = []
    for nr in whose:
        stream.append(next(rest[nr]))
        past.add(stream[-1])
        # So many extra that of all deliveries the wanted part are repeats.
        if chance.random() < REPEATED / (1 - REPEATED):
            stream.append(past.any())
    return stream


class Result:
    """Where a stream ended."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.screens: list[str] = []
        self.calls: Counter[str] = Counter()
        self.fed = 0


class Pair:
    """Two runs that go round by round together, so that they part where something differs."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._both = asyncio.Barrier(2)
        self._seen: list[list[tuple[str, str]]] = []

    async def same(self, nr: int, distinct: int, stream: Stream) -> None:
        """Compare what everybody has before them after a round."""
        self._seen.append([(stream.first(one).text, one.screen.text) for one in stream.people])
        if await self._both.wait() == 0:
            one, other = self._seen
            assert one == other, f"after round {nr}"
            self._seen.clear()
            if nr % 100 == 0:
                used = time.process_time()
                # A run that is cut short has a result too.
                self._say(f"{distinct} updates in each run, the same so far, {used:.0f} s of CPU")
        await self._both.wait()


async def play(house: House, pair: Pair, wanted: int, *, repeats: bool) -> Result:
    """Feed the stream through the real inbox, edge and dispatcher; the stand-in answers."""
    result, chance = Result(), random.Random(11)
    stream, life = Stream(house, 5), Life(house)
    async with open_store(house.settings, house.clock) as deps:
        await stream.prepare(deps)
        bot = build_bot(house.settings)
        inbox = Inbox(
            deps,
            SingleProcessLanes(),
            UpdateHandler(deps, bot, build_dispatcher(deps, house.settings)).handle,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(inbox.run())
            await asyncio.sleep(0.05)
            past = Past(chance)
            nr = distinct = 0
            while distinct < wanted:
                acts = [[from_json(one) for one in acts] for acts in await stream.round(nr)]
                given(house.playground)
                distinct += sum(map(len, acts))
                mixed = woven(acts, past, chance) if repeats else [u for one in acts for u in one]
                while mixed:
                    size = chance.randint(1, 12)
                    await inbox.take(mixed[:size])
                    result.fed += len(mixed[:size])
                    mixed = mixed[size:]
                await _handled(life, stream.people)
                forget(house.playground, stream, result)
                await pair.same(nr, distinct, stream)
                nr += 1
            inbox.stop()
        await bot.session.close()
    await check_sound(life.reader)
    result.state = await state(life.reader)
    result.screens = [person.screen.text for person in stream.people]
    await close(life)
    return result


def given(playground: Playground) -> None:
    """Tell the stand-in that the bot has what was done: it is not asked over HTTP here."""
    updates = playground._world.updates
    updates.taken(updates.pending)
    updates.confirm(updates.pending)


def forget(playground: Playground, stream: Stream, result: Result) -> None:
    """Count the calls and drop what nobody looks at again: a stream may be very long."""
    result.calls.update(call.method for call in playground.calls)
    playground.calls.clear()
    playground._world.queries.clear()
    for person in stream.people:
        stays = (stream.first(person), person.screen)
        person.chat.messages = {one.message_id: one for one in stays}


async def _handled(life: Life, people: list[PlayPerson]) -> None:
    async with asyncio.timeout(60):
        while True:
            # Asking the store is dear, and it is not done before the last was heard.
            while any(person.open for person in people):
                await life.house.playground._world.changes.wait(1)
            async with life.reader.read() as conn:
                if not await inbox_store.read_open(conn):
                    return
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def no_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members here act faster than people can."""
    monkeypatch.setattr(flood_guard, "BURST", 10.0**6)


async def both(
    template: Path, folder: Path, wanted: int, say: Callable[[str], None]
) -> tuple[Result, Result]:
    pair = Pair(say)
    async with (
        house_from(template, folder / "clean") as clean,
        house_from(template, folder / "mixed") as mixed,
        asyncio.TaskGroup() as group,
    ):
        runs = [
            group.create_task(play(clean, pair, wanted, repeats=False)),
            group.create_task(play(mixed, pair, wanted, repeats=True)),
        ]
    return runs[0].result(), runs[1].result()


def check_equal(clean: Result, mixed: Result) -> None:
    assert mixed.fed > clean.fed * 1.3
    for what, value in clean.state.items():
        assert mixed.state[what] == value, what
    assert mixed.screens == clean.screens
    assert mixed.calls == clean.calls
    assert len(clean.state["memberships"]) == MEMBERS
    assert any(event[1:4:2] == ("consent", "yes") for event in clean.state["events"])


async def test_repeats_in_a_shuffled_stream_change_nothing(fresh: Path, tmp_path: Path):
    check_equal(*await both(fresh, tmp_path, 250, lambda _: None))


@pytest.mark.proof
async def test_repeats_in_a_long_shuffled_stream_change_nothing(
    fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    def say(words: str) -> None:
        with capsys.disabled():
            print(words, flush=True)  # noqa: T201

    clean, mixed = await both(fresh, tmp_path, UPDATES, say)
    check_equal(clean, mixed)
    used = time.process_time()
    say(f"{clean.fed} updates, with repeats {mixed.fed}: the same; {used:.0f} s of CPU")


async def test_one_update_delivered_twice_at_the_same_moment_is_handled_once(quiet_house: House):
    handled: dict[int, int] = defaultdict(int)

    async def handle(one: PendingUpdate) -> None:
        handled[one.update_id] += 1

    update = IncomingUpdate(update_id=7, lane="1", body="{}")
    async with quiet_house.deps() as deps:
        inbox = Inbox(deps, SingleProcessLanes(), handle)
        async with asyncio.TaskGroup() as group:
            group.create_task(inbox.run())
            await asyncio.sleep(0.05)
            await asyncio.gather(inbox.take([update]), inbox.take([update]))
            await asyncio.sleep(0.05)
            inbox.stop()
    assert handled == {7: 1}


async def test_a_no_that_comes_twice_with_a_yes_between_is_still_before_the_yes(
    quiet_house: House,
):
    no, yes = (IncomingUpdate(update_id=nr, lane="1", body="{}") for nr in (7, 8))
    async with quiet_house.deps() as deps, deps.db.write() as conn:
        await inbox_store.put_updates(conn, [no, yes, no], deps.clock.now())
        assert [one.update_id for one in await inbox_store.read_open(conn)] == [7, 8]
