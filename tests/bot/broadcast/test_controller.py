"""One notice on its way: commits, pauses, stops, lost epochs, deaths."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from bot.telegram.outbound import SendResult, SendStatus
from service.notices import store
from service.notices.authoring import cases as authoring
from service.notices.delivery import cases as delivery
from service.notices.values import HaltReason, NoticeOutcome, NoticeStatus
from tests.support.crowd import MID, content

AGAIN = "You may have had this message before."


def over(report) -> bool:
    return report.notice.status is NoticeStatus.FINISHED


def paused(report) -> bool:
    return report.notice.status is NoticeStatus.PAUSED


def heard_once(sender) -> bool:
    return all(sender.telegram.heard(chat) == 1 for chat in range(len(sender.people)))


async def test_commit_before_a_send_says_how_far_sends_may_have_come(sender):
    await sender.join(8)
    async with sender.running():
        sender.telegram.open.clear()
        notice_id = await sender.announce()
        await sender.until(lambda: sender.telegram.waiting == 8)
        async with sender.deps.db.read() as conn:
            row = await store.read_row(conn, notice_id)
        assert (row.floor, row.intent) == (0, 8)
        sender.telegram.open.set()
        await sender.when(notice_id, over)
        async with sender.deps.db.read() as conn:
            row = await store.read_row(conn, notice_id)
        assert (row.floor, row.intent) == (8, 8)


async def test_outcomes_are_counted_once_they_are_written(sender):
    await sender.join(3)
    sender.telegram.planned[1] = [SendResult(SendStatus.BLOCKED)]
    async with sender.running():
        await sender.when(await sender.announce(), over)
    text = sender.metrics.text().decode()
    assert 'midline_notice_outcomes_total{outcome="sent"} 2.0' in text
    assert 'midline_notice_outcomes_total{outcome="blocked"} 1.0' in text


@pytest.mark.parametrize("answered", [True, False])
async def test_commit_that_failed_is_written_again_and_counts_once(sender, monkeypatch, answered):
    await sender.join(6)
    settle, fails = delivery.write_outcomes, iter([False, True, False, True])

    async def shaky(deps, batches, epochs):
        trouble = next(fails, False)
        if trouble and answered:
            raise OperationalError("", {}, Exception("the disk is full"))
        found = await settle(deps, batches, epochs)
        if trouble:
            raise OperationalError("", {}, Exception("the answer is lost"))
        return found

    monkeypatch.setattr(delivery, "write_outcomes", shaky)
    async with sender.running():
        report = await sender.when(await sender.announce(), over)
    assert report.notice.count_of(NoticeOutcome.SENT) == report.notice.settled == 6
    assert heard_once(sender)


async def test_paused_notice_goes_to_nobody_else_until_it_is_resumed(sender):
    await sender.join(60)
    async with sender.running(rate=60.0):
        notice_id = await sender.announce()
        await sender.when(notice_id, lambda report: report.notice.settled >= 12)
        epoch = (await sender.notice(notice_id)).epoch
        await delivery.pause(sender.deps, notice_id, epoch, HaltReason.REFUSED, "a person looks")
        await sender.looked()
        sent = len(sender.telegram.sent)
        await sender.looked()
        assert len(sender.telegram.sent) == sent < 60
        notice = await sender.notice(notice_id)
        assert notice.count_of(NoticeOutcome.SENT) == sent
        await authoring.resume(sender.deps, MID, notice_id)
        await sender.when(notice_id, over)
    assert heard_once(sender)
    assert not [text for _, text in sender.telegram.sent if AGAIN in text]


async def test_stopped_notice_goes_to_nobody_else_and_what_was_under_way_is_written(sender):
    await sender.join(30)
    async with sender.running(rate=60.0):
        notice_id = await sender.announce()
        await sender.when(notice_id, lambda report: report.notice.settled >= 12)
        sender.telegram.open.clear()
        await sender.until(lambda: sender.telegram.waiting > 0)
        await authoring.stop(sender.deps, MID, notice_id)
        await sender.looked()
        sender.telegram.open.set()
        await sender.looked()
        sent = len(sender.telegram.sent)
        await sender.looked()
        assert len(sender.telegram.sent) == sent < 30
        assert (await sender.notice(notice_id)).count_of(NoticeOutcome.SENT) == sent


async def test_lost_epoch_ends_a_run_and_it_is_taken_over_anew(sender):
    await sender.join(40)
    async with sender.running(rate=100.0):
        notice_id = await sender.announce()
        await sender.when(notice_id, lambda report: report.notice.settled >= 12)
        taken = await delivery.take_over(sender.deps, notice_id)
        report = await sender.when(notice_id, over)
    assert report.notice.epoch > taken.epoch
    assert report.notice.settled == 40
    assert all(sender.telegram.heard(chat) >= 1 for chat in range(40))
    for chat in range(40):
        texts = [text for other, text in sender.telegram.sent if other == chat]
        assert all(AGAIN in text for text in texts[1:])


async def test_killed_sender_repeats_only_to_who_was_under_way_and_says_so(sender):
    await sender.join(30)
    async with sender.running():
        notice_id = await sender.announce()
        await sender.when(notice_id, lambda report: report.notice.settled >= 12)
        await sender.kill()
    async with sender.running():
        await sender.when(notice_id, over)
    for chat in range(30):
        texts = [text for other, text in sender.telegram.sent if other == chat]
        assert texts
        assert all(AGAIN in text for text in texts[1:])


async def test_sender_that_is_told_to_stop_waits_for_what_is_under_way(sender):
    await sender.join(5)
    async with sender.running():
        sender.telegram.open.clear()
        notice_id = await sender.announce()
        await sender.until(lambda: sender.telegram.waiting == 5)
        sender.controller.stop()
        await asyncio.sleep(0.1)
        sender.telegram.open.set()
    notice = await sender.notice(notice_id)
    assert notice.count_of(NoticeOutcome.SENT) == 5
    async with sender.running():
        await sender.when(notice_id, over)
    assert heard_once(sender)


async def test_telegrams_wait_loses_nobody_and_repeats_nobody(sender):
    await sender.join(12)
    for chat in (0, 3, 11):
        sender.telegram.planned[chat] = [SendResult(SendStatus.WAIT, seconds=0.05)]
    async with sender.running():
        report = await sender.when(await sender.announce(), over)
    assert report.notice.count_of(NoticeOutcome.SENT) == 12
    assert heard_once(sender)


async def test_who_is_refused_for_a_while_is_put_off_and_tried_again(sender, monkeypatch):
    monkeypatch.setattr("bot.broadcast.scheduler.TRIES", 2)
    await sender.join(3)
    sender.telegram.planned[1] = [SendResult(SendStatus.AGAIN)] * 2
    async with sender.running():
        notice_id = await sender.announce()
        await sender.when(notice_id, lambda report: report.waiting == {"retry": 1})
        sender.clock.tick(minutes=11)
        report = await sender.when(notice_id, over)
    assert report.notice.count_of(NoticeOutcome.SENT) == 3
    assert heard_once(sender)


async def test_bot_that_may_not_send_waits_and_counts_nobody(sender, monkeypatch):
    monkeypatch.setattr("bot.broadcast.scheduler.LONGEST_WAIT", 0.05)
    await sender.join(3)
    sender.telegram.planned[0] = [SendResult(SendStatus.SHUT, reason="Unauthorized")]
    async with sender.running():
        report = await sender.when(await sender.announce(), over)
    assert report.notice.count_of(NoticeOutcome.SENT) == 3


async def test_text_that_telegram_cannot_read_puts_its_notice_on_hold(sender):
    await sender.join(12)
    sender.telegram.planned[0] = [SendResult(SendStatus.WRONG, reason="can't parse entities")]
    async with sender.running():
        notice_id = await sender.announce()
        report = await sender.when(
            notice_id, lambda found: found.notice.status is NoticeStatus.PAUSED
        )
        assert report.notice.halt is HaltReason.REFUSED
        assert report.notice.reason == "can't parse entities"
        assert report.notice.count_of(NoticeOutcome.FAILED) <= 1


async def test_urgent_notice_overtakes_one_that_is_going_out(sender):
    await sender.join(60)
    async with sender.running(rate=60.0):
        calm = await sender.announce()
        await sender.when(calm, lambda report: report.notice.settled >= 12)
        urgent = await sender.announce(content(kind="breach", urgent=True))
        await sender.when(urgent, over)
        assert (await sender.notice(calm)).settled < 60
        await sender.when(calm, over)


async def test_each_notice_is_told_of_while_it_runs_and_at_its_end(sender):
    await sender.join(2)
    async with sender.running():
        notice_id = await sender.announce()
        await sender.when(notice_id, over)
        await sender.looked()
    assert set(sender.told) == {notice_id}
    assert 2 <= len(sender.told) <= 3
