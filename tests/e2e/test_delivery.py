"""Notices on their way: everyone once, nobody flooded, whatever Telegram answers."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.commands.demo import demo_settings, examples
from playground import FloodLimits, Playground
from service.bundle.cases import import_bundle
from service.bundle.files.read_bundle import read_bundle
from service.deps import Deps
from service.journal.values import Cause
from service.notices.authoring import cases as authoring
from service.notices.delivery import cases as delivery
from service.notices.inbox import cases as notice_inbox
from service.notices.values import (
    HaltReason,
    NoticeKind,
    NoticeOutcome,
    NoticeReport,
    NoticeStatus,
    NoticeText,
)
from tests.support.crowd import MID, announce, content, crowd, over, when
from tests.support.house import House


async def test_everyone_gets_a_notice_once(house):
    readers = await crowd(house, 25)
    async with house.deps() as deps:
        report = await over(deps, await announce(deps))
    assert report.notice.status is NoticeStatus.FINISHED
    assert report.notice.count_of(NoticeOutcome.SENT) == 25
    assert all(len(one.notices) == 1 for one in readers)
    assert "Open evening" in readers[0].notices[0]


async def test_a_notice_written_beside_the_running_bot_goes_out_within_two_seconds(house):
    (reader,) = await crowd(house, 1)
    async with house.deps() as deps:
        await announce(deps)
    async with asyncio.timeout(2):
        while not reader.notices:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_bot_that_is_told_to_stop_waits_for_no_look_at_what_is_due(
    quiet_house, monkeypatch
):
    monkeypatch.setattr("bot.broadcast.controller.LOOK_SECONDS", 3600.0)
    async with asyncio.timeout(60):
        async with quiet_house.running():
            await quiet_house.member().say("/help")


async def test_who_blocked_the_bot_or_is_gone_is_counted_and_never_tried_again(house):
    readers = await crowd(house, 4)
    await readers[0].person.block()
    await readers[1].person.deactivate()
    async with house.deps() as deps:
        report = await over(deps, await announce(deps))
        assert report.notice.count_of(NoticeOutcome.BLOCKED) == 2
        assert report.notice.count_of(NoticeOutcome.SENT) == 2
        house.playground.calls.clear()
        await over(deps, await announce(deps))
    sent = [call for call in house.playground.calls if call.method == "sendMessage"]
    assert len(sent) == 2


@pytest.mark.long
async def test_a_storm_of_refusals_loses_nobody_and_no_call_comes_before_its_time(quiet_house):
    house = quiet_house
    house.settings = house.settings.model_copy(update={"send_rate": 200.0})
    readers = await crowd(house, 40)
    for skip in (3, 9, 20):
        house.playground.faults.next("sendMessage", retry_after=1, skip=skip)
    async with house.running(), house.deps() as deps:
        report = await over(deps, await announce(deps))
    assert report.notice.count_of(NoticeOutcome.SENT) == 40
    assert all(len(one.notices) == 1 for one in readers)


@pytest.mark.long
async def test_telegrams_own_limits_are_never_broken(tmp_path, clock):
    async with Playground(limits=FloodLimits(overall=30)) as playground:
        house = House(playground, demo_settings(playground, tmp_path), clock)
        async with house.deps() as deps:
            await import_bundle(deps, read_bundle(examples()[0]))
        await crowd(house, 90)
        async with house.running(), house.deps() as deps:
            report = await over(deps, await announce(deps))
        assert report.notice.count_of(NoticeOutcome.SENT) == 90
        assert playground.refused == 0


async def test_an_answer_that_is_lost_is_uncertain_and_nobody_is_sent_it_twice(house):
    readers = await crowd(house, 3)
    house.playground.faults.next("sendMessage", lost=True)
    async with house.deps() as deps:
        report = await over(deps, await announce(deps))
    assert report.notice.count_of(NoticeOutcome.UNCERTAIN) == 1
    assert report.notice.count_of(NoticeOutcome.SENT) == 2
    assert all(len(one.notices) == 1 for one in readers)


@pytest.mark.long
async def test_when_telegram_is_broken_for_a_while_everyone_still_gets_it(house):
    await crowd(house, 5)
    house.playground.faults.next("sendMessage", error=(502, "Bad Gateway"), times=4)
    async with house.deps() as deps:
        report = await over(deps, await announce(deps))
    assert report.notice.count_of(NoticeOutcome.SENT) == 5


async def test_a_text_that_telegram_refuses_pauses_the_notice_and_a_person_may_go_on(house):
    readers = await crowd(house, 40)
    house.playground.faults.next("sendMessage", error=(400, "Bad Request: can't parse entities"))
    async with house.deps() as deps:
        report = await over(deps, await announce(deps))
        assert report.notice.status is NoticeStatus.PAUSED
        assert "can't parse" in report.notice.reason
        assert report.notice.count_of(NoticeOutcome.SENT) < 40
        await authoring.resume(deps, MID, report.notice.id)
        report = await over(deps, report.notice.id)
    assert report.notice.status is NoticeStatus.FINISHED
    assert report.notice.count_of(NoticeOutcome.FAILED) == 1
    assert report.notice.count_of(NoticeOutcome.SENT) == 39
    assert max(len(one.notices) for one in readers) == 1


async def test_a_first_wave_that_goes_wrong_halts_the_rest(house):
    readers = await crowd(house, 30)
    house.playground.faults.next("sendMessage", lost=True, times=5)
    async with house.deps() as deps:
        report = await over(deps, await announce(deps))
        assert report.notice.status is NoticeStatus.PAUSED
        assert report.notice.halt is HaltReason.CANARY
        assert sum(len(one.notices) for one in readers) == 10
        await authoring.resume(deps, MID, report.notice.id)
        report = await over(deps, report.notice.id)
    assert report.notice.status is NoticeStatus.FINISHED
    assert all(len(one.notices) == 1 for one in readers)


@pytest.mark.long
async def test_a_first_wave_that_a_person_let_pass_is_not_held_up_again_by_a_restart(quiet_house):
    house = quiet_house
    readers = await crowd(house, 30)
    house.playground.faults.next("sendMessage", lost=True, times=5)
    async with house.deps() as deps:
        async with house.running():
            report = await over(deps, await announce(deps))
            assert report.notice.halt is HaltReason.CANARY
        await authoring.resume(deps, MID, report.notice.id)
        async with house.running():
            report = await over(deps, report.notice.id)
    assert report.notice.status is NoticeStatus.FINISHED
    assert all(len(one.notices) == 1 for one in readers)


@pytest.mark.long
async def test_a_stopped_notice_goes_to_nobody_else(quiet_house):
    house = quiet_house
    house.settings = house.settings.model_copy(update={"send_rate": 20.0})
    readers = await crowd(house, 60)
    async with house.running(), house.deps() as deps:
        notice_id = await announce(deps)
        await when(deps, notice_id, lambda one: one.notice.count_of(NoticeOutcome.SENT) >= 12)
        await authoring.stop(deps, MID, notice_id)
        await asyncio.sleep(1.5)
        before = sum(len(one.notices) for one in readers)
        await asyncio.sleep(1)
        report = await over(deps, notice_id)
    assert sum(len(one.notices) for one in readers) == before < 60
    assert report.notice.count_of(NoticeOutcome.SENT) == before
    assert report.pending == 60 - before


@pytest.mark.long
async def test_a_correction_reaches_who_has_it_and_who_has_not(quiet_house):
    house = quiet_house
    house.settings = house.settings.model_copy(update={"send_rate": 20.0})
    readers = await crowd(house, 40)
    async with house.running(), house.deps() as deps:
        notice_id = await announce(deps)
        await when(deps, notice_id, lambda one: one.notice.count_of(NoticeOutcome.SENT) >= 12)
        text = {"en": NoticeText(title="Open evening", body="Come at 19:00.")}
        await authoring.correct(deps, MID, notice_id, text)
        await over(deps, notice_id)
        done = lambda one: one.notice.edited_rev == one.notice.rev  # noqa: E731
        await when(deps, notice_id, done)
    assert all("19:00" in one.person.screen.text for one in readers)
    assert all(len(one.notices) == 1 for one in readers)


async def test_in_the_night_it_waits_and_goes_out_in_the_morning(house):
    (reader,) = await crowd(house, 1)
    house.clock.time = datetime(2026, 11, 21, 23, tzinfo=UTC)
    async with house.deps() as deps:
        notice_id = await announce(deps)
        await asyncio.sleep(1.2)
        assert not reader.notices
        house.clock.time += timedelta(hours=8, minutes=30)
        report = await over(deps, notice_id)
    assert report.notice.count_of(NoticeOutcome.SENT) == 1


@pytest.mark.long
async def test_what_is_too_much_for_a_week_comes_as_one_message(house):
    (reader,) = await crowd(house, 1)
    async with house.deps() as deps:
        for number in range(3):
            await over(deps, await announce(deps, content(text=named(number))))
        late = [await announce(deps, content(text=named(number))) for number in (3, 4)]
        for one in late:
            await when(deps, one, lambda report: report.waiting == {"digest": 1})
        assert len(reader.notices) == 3
        house.clock.time += timedelta(days=7, minutes=1)
        for one in late:
            report = await over(deps, one)
            assert report.notice.count_of(NoticeOutcome.IN_DIGEST) == 1
    assert len(reader.notices) == 4
    assert "Evening 3" in reader.notices[3]
    assert "Evening 4" in reader.notices[3]


def named(number):
    return {"en": NoticeText(title=f"Evening {number}", body="Come.")}


async def test_a_muted_mid_is_not_heard_but_for_a_breach(house):
    (reader,) = await crowd(house, 1)
    async with house.deps() as deps:
        cause = Cause(key="in:mute", source="test")
        await notice_inbox.mute(deps, reader.member_id, reader.membership_id, cause, on=True)
        report = await over(deps, await announce(deps))
        assert report.notice.count_of(NoticeOutcome.MUTED) == 1
        assert not reader.notices
        report = await over(deps, await announce(deps, content(kind=NoticeKind.BREACH)))
        assert report.notice.count_of(NoticeOutcome.SENT) == 1


@pytest.mark.long
async def test_a_member_is_answered_while_a_notice_goes_out(quiet_house):
    house = quiet_house
    house.settings = house.settings.model_copy(update={"send_rate": 20.0})
    await crowd(house, 80)
    ana = house.member()
    async with house.running(), house.deps() as deps:
        notice_id = await announce(deps)
        await when(deps, notice_id, lambda one: one.notice.count_of(NoticeOutcome.SENT) >= 11)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await ana.say("/help")
        waited = loop.time() - began
        report = await when(deps, notice_id, lambda one: True)
        assert report.notice.status is NoticeStatus.RUNNING
    assert waited < 80 / 20


async def gone_on(house, interrupt, **changed) -> NoticeReport:
    """A notice that is interrupted while it goes out, and its end."""
    async with house.deps() as deps:
        async with house.running():
            notice_id = await announce(deps, content(**changed))
            await when(deps, notice_id, lambda one: one.notice.count_of(NoticeOutcome.SENT) >= 12)
            await interrupt(deps, notice_id)
        async with house.running():
            return await over(deps, notice_id)


@pytest.mark.long
@pytest.mark.parametrize("on_doubt", ["resend", "skip"])
@pytest.mark.parametrize("how", ["paused", "restarted"])
async def test_who_was_not_sent_to_is_not_in_doubt_when_it_goes_on(quiet_house, on_doubt, how):
    house = quiet_house
    house.settings = house.settings.model_copy(update={"send_rate": 200.0})
    readers = await crowd(house, 60)

    async def interrupt(deps: Deps, notice_id: str) -> None:
        if how == "paused":
            epoch = (await authoring.read(deps, MID, notice_id)).epoch
            await delivery.pause(deps, notice_id, epoch, HaltReason.REFUSED, "a person looks")
            await asyncio.sleep(1.2)
            await authoring.resume(deps, MID, notice_id)

    report = await gone_on(house, interrupt, on_doubt=on_doubt)
    assert report.notice.count_of(NoticeOutcome.SENT) == 60
    assert all(len(one.notices) == 1 for one in readers)
    assert not [one for one in readers if "had this message before" in one.notices[0]]
