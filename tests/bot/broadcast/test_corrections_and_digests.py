"""A correction of what was sent, and several notices as one message."""

from bot.telegram.outbound import SendResult, SendStatus
from service.notices.authoring import cases as authoring
from service.notices.values import NoticeOutcome, NoticeStatus, NoticeText
from tests.support.crowd import MID, content

WEEK = {"days": 7, "minutes": 1}
LATE = {"en": NoticeText(title="Open evening", body="Come at 19:00.")}


def over(report) -> bool:
    return report.notice.status is NoticeStatus.FINISHED


def corrected(report) -> bool:
    return report.notice.edited_rev == report.notice.rev > 1


async def test_correction_edits_what_was_sent_and_nothing_else(sender):
    await sender.join(4)
    sender.telegram.planned[2] = [SendResult(SendStatus.BLOCKED)]
    async with sender.running():
        notice_id = await sender.announce()
        await sender.when(notice_id, over)
        await authoring.correct(sender.deps, MID, notice_id, LATE)
        await sender.when(notice_id, corrected)
        await sender.looked()
    assert sorted(chat for chat, _, _ in sender.telegram.edited) == [0, 1, 3]
    assert all("19:00" in text for _, _, text in sender.telegram.edited)


async def test_correction_under_way_reaches_everybody_in_one_form(sender):
    await sender.join(40)
    async with sender.running(rate=60.0):
        notice_id = await sender.announce()
        await sender.when(notice_id, lambda report: report.notice.settled >= 12)
        await authoring.correct(sender.deps, MID, notice_id, LATE)
        await sender.when(notice_id, lambda report: over(report) and corrected(report))
    edited = {chat for chat, _, _ in sender.telegram.edited}
    for chat, text in sender.telegram.sent:
        assert "19:00" in text or chat in edited
    assert len(sender.telegram.sent) == 40


async def evening(sender, number: int) -> str:
    text = {"en": NoticeText(title=f"Evening {number}", body="Come.")}
    return await sender.announce(content(text=text))


async def full_week(sender) -> list[str]:
    """Three notices were sent, two wait for the week to have room."""
    await sender.join(2)
    for number in range(3):
        await sender.when(await evening(sender, number), over)
    late = [await evening(sender, number) for number in (3, 4)]
    for notice_id in late:
        await sender.when(notice_id, lambda report: report.waiting == {"digest": 2})
    return late


async def test_digest_is_one_message_for_several_notices(sender):
    async with sender.running():
        late = await full_week(sender)
        sender.telegram.sent.clear()
        sender.clock.tick(**WEEK)
        for notice_id in late:
            report = await sender.when(notice_id, over)
            assert report.notice.count_of(NoticeOutcome.IN_DIGEST) == 2
    assert sorted(chat for chat, _ in sender.telegram.sent) == [0, 1]
    assert all("Evening 3" in text and "Evening 4" in text for _, text in sender.telegram.sent)


async def test_digest_that_is_refused_settles_all_its_notices(sender):
    async with sender.running():
        late = await full_week(sender)
        sender.telegram.planned[0] = [SendResult(SendStatus.BLOCKED)]
        sender.clock.tick(**WEEK)
        for notice_id in late:
            report = await sender.when(notice_id, over)
            assert report.notice.count_of(NoticeOutcome.IN_DIGEST) == 1
            assert report.notice.count_of(NoticeOutcome.BLOCKED) == 1


async def test_digest_under_which_the_sender_died_says_that_it_may_have_come_before(sender):
    async with sender.running():
        late = await full_week(sender)
        sender.telegram.sent.clear()
        sender.telegram.open.clear()
        sender.clock.tick(**WEEK)
        await sender.until(lambda: sender.telegram.waiting > 0)
        await sender.kill()
    sender.telegram.open.set()
    async with sender.running():
        for notice_id in late:
            await sender.when(notice_id, over)
    assert len(sender.telegram.sent) == 2
    assert any("You may have had this message before." in text for _, text in sender.telegram.sent)
