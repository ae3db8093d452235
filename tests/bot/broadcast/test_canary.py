"""The first few of a notice, and what became of them before the rest gets it."""

from bot.telegram.outbound import SendResult, SendStatus
from service.notices.authoring import cases as authoring
from service.notices.values import HaltReason, NoticeOutcome, NoticeStatus
from tests.support.crowd import MID, content

FIRST = 10
"""The first wave of a small MID."""


def paused(report) -> bool:
    return report.notice.status is NoticeStatus.PAUSED


def over(report) -> bool:
    return report.notice.status is NoticeStatus.FINISHED


async def test_nobody_after_the_canary_is_sent_to_while_one_of_it_has_no_end(sender):
    await sender.join(15)
    async with sender.running():
        sender.telegram.open.clear()
        notice_id = await sender.announce()
        await sender.until(lambda: sender.telegram.waiting == FIRST)
        await sender.looked()
        assert sender.telegram.waiting == FIRST
        sender.telegram.open.set()
        report = await sender.when(notice_id, over)
    assert report.notice.count_of(NoticeOutcome.SENT) == 15


async def test_canary_of_which_too_many_failed_puts_the_notice_on_hold(sender):
    await sender.join(15)
    for chat in (2, 5):
        sender.telegram.planned[chat] = [SendResult(SendStatus.UNREACHABLE)]
    async with sender.running():
        notice_id = await sender.announce()
        report = await sender.when(notice_id, paused)
        assert report.notice.halt is HaltReason.CANARY
        assert len(sender.telegram.sent) == FIRST - 2
        await authoring.resume(sender.deps, MID, notice_id)
        report = await sender.when(notice_id, over)
    assert report.notice.count_of(NoticeOutcome.SENT) == 13


async def test_canary_of_which_few_failed_lets_the_rest_follow(sender):
    await sender.join(15)
    sender.telegram.planned[2] = [SendResult(SendStatus.UNREACHABLE)]
    async with sender.running():
        report = await sender.when(await sender.announce(), over)
    assert report.notice.count_of(NoticeOutcome.SENT) == 14


async def test_who_blocked_the_bot_is_no_failure_of_the_canary(sender):
    await sender.join(15)
    for chat in range(5):
        sender.telegram.planned[chat] = [SendResult(SendStatus.BLOCKED)]
    async with sender.running():
        report = await sender.when(await sender.announce(), over)
    assert report.notice.count_of(NoticeOutcome.BLOCKED) == 5


async def test_who_a_death_left_in_doubt_is_no_failure_of_the_canary(sender):
    await sender.join(15)
    async with sender.running():
        sender.telegram.open.clear()
        notice_id = await sender.announce(content(on_doubt="skip"))
        await sender.until(lambda: sender.telegram.waiting == FIRST)
        await sender.kill()
    sender.telegram.open.set()
    async with sender.running():
        report = await sender.when(notice_id, lambda report: paused(report) or over(report))
    assert report.notice.status is NoticeStatus.FINISHED
    doubted = report.notice.count_of(NoticeOutcome.UNCERTAIN)
    assert FIRST <= doubted < 15
    assert report.notice.count_of(NoticeOutcome.SENT) == 15 - doubted


async def test_small_notice_has_no_canary(sender):
    await sender.join(FIRST)
    for chat in range(4):
        sender.telegram.planned[chat] = [SendResult(SendStatus.UNREACHABLE)]
    async with sender.running():
        report = await sender.when(await sender.announce(), over)
    assert report.notice.count_of(NoticeOutcome.UNREACHABLE) == 4
