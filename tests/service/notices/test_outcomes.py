"""A notice from draft to finish: every person in its audience ends in exactly one outcome."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from service import erasure
from service.choices import opt_out
from service.errors import NotFoundError
from service.notices import rules
from service.notices.audience import read_audience_members, read_due_deferred, read_next_batch
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion, corrections, digests
from service.notices.delivery_values import OutcomeBatch, Recipient, Settled
from service.notices.inbox import cases as notice_inbox
from service.notices.inbox import history
from service.notices.outcome_store import segments
from service.notices.values import (
    AnswerOption,
    Audience,
    HaltReason,
    NoticeContent,
    NoticeKind,
    NoticeOutcome,
    NoticeStatus,
    NoticeText,
    content_digest,
)
from service.people import cases as people
from service.price.values import NEVER
from service.standing import cases as standing_cases
from service.standing.values import Pause

MESSAGES = count(100)


def content(**changed):
    fields = {
        "kind": NoticeKind.GENERAL,
        "audience": Audience(everyone=True),
        "text": {"en": NoticeText(title="Open evening", body="Come at 18:00.")},
        "answers": (AnswerOption(id="yes", label={"en": "I will come"}),),
    }
    return NoticeContent(**{**fields, **changed})


async def approved(stage, content):
    notice = await authoring.draft(stage.deps, "nurses", content, by="ada")
    counted = await authoring.count(stage.deps, "nurses", notice.id)
    await authoring.approve(stage.deps, "nurses", notice.id, "ada", counted.total)
    return await delivery.take_over(stage.deps, notice.id)


def accepted(number, language="en"):
    """The outcome of a message that Telegram accepted."""
    message_id = next(MESSAGES)
    return Settled(
        number=number, outcome=NoticeOutcome.SENT, language=language, message_id=message_id
    )


async def send_all(stage, notice):
    """Do what the sender does, with a Telegram that accepts every message."""
    after = notice.settled_upto
    while (batch := await read_next_batch(stage.deps, notice, after, 2)).upto is not None:
        sent = []
        for recipient in batch.send:
            language = notice.content.language_for(recipient.locale)
            sent.append(accepted(recipient.number, language))
        after = batch.upto
        outcomes = OutcomeBatch(
            settled=(*sent, *batch.settled),
            deferred=batch.deferred,
            settled_upto=after,
            send_upto=after,
        )
        await delivery.write_outcomes(stage.deps, {notice.id: outcomes}, {notice.id: notice.epoch})
    if await delivery.read_next_due(stage.deps, notice.id) is None:
        await completion.finish(stage.deps, notice)
    return await reporting.read_report(stage.deps, "nurses", notice.id)


@pytest.fixture
async def three(stage):
    """Three nurses."""
    await stage.bring_examples()
    nurses = []
    for ref in ("N-0001", "N-0002", "N-0004"):
        member = await stage.stranger()
        nurses.append((member, await stage.join(member, "nurses", ref)))
    return nurses


async def test_a_notice_is_sent_once_to_everyone_and_is_in_their_inbox(stage, three):
    notice = await approved(stage, content())
    assert notice.status is NoticeStatus.RUNNING
    report = await send_all(stage, notice)
    assert report.notice.status is NoticeStatus.FINISHED
    assert report.notice.count_of(NoticeOutcome.SENT) == report.notice.total == 3
    member, _ = three[0]
    view = await notice_inbox.read_view(stage.deps, member, notice.id)
    assert view.sent_at is not None
    view = await notice_inbox.answer(stage.deps, member, notice.id, "yes", stage.cause())
    assert view.answer == "yes"
    assert (await reporting.read_report(stage.deps, "nurses", notice.id)).answers == {"yes": 1}
    listed = await history.list_received(stage.deps, member, search="evening")
    assert [view.notice_id for view in listed.notices] == [notice.id]
    page, more = await reporting.list_deliveries(stage.deps, "nurses", notice.id, 0, 10)
    assert [delivery.outcome for delivery in page] == ["sent"] * 3
    assert more is None


async def test_a_member_of_another_mid_cannot_read_a_notice(stage, three):
    notice = await approved(stage, content())
    await send_all(stage, notice)
    outsider = await stage.stranger()
    await stage.join(outsider, "translators", "T-0001")
    with pytest.raises(NotFoundError):
        await notice_inbox.read_view(stage.deps, outsider, notice.id)


async def test_in_quiet_hours_only_a_breach_is_sent(stage, three):
    stage.clock.at = datetime(2026, 11, 21, 23, tzinfo=UTC)
    report = await send_all(stage, await approved(stage, content()))
    assert report.waiting == {"night": 3}
    breach = content(kind=NoticeKind.BREACH, urgent=True, answers=())
    report = await send_all(stage, await approved(stage, breach))
    assert report.notice.count_of(NoticeOutcome.SENT) == 3


async def test_a_notice_deferred_by_quiet_hours_is_due_after_them(stage, three):
    stage.clock.at = datetime(2026, 11, 21, 23, tzinfo=UTC)
    notice = await approved(stage, content())
    await send_all(stage, notice)
    stage.clock.at += timedelta(hours=9)
    batch = await read_due_deferred(stage.deps, notice, 10)
    assert len(batch.send) == 3


async def test_notices_beyond_the_weekly_limit_wait_for_a_digest(stage, three):
    for _ in range(3):
        stage.clock.tick()
        await send_all(stage, await approved(stage, content()))
    fourth = await send_all(stage, await approved(stage, content()))
    fifth = await send_all(stage, await approved(stage, content()))
    assert fourth.waiting == fifth.waiting == {"digest": 3}
    stage.clock.at += timedelta(days=7, seconds=1)
    due = await digests.list_due_digests(stage.deps, fourth.notice.mid, 10)
    assert [len(digest.notices) for digest in due] == [2, 2, 2]


async def test_muted_and_left_members_are_counted_and_not_sent_to(stage, three):
    (first, membership), (second, other), _ = three
    await notice_inbox.mute(stage.deps, first, membership.id, stage.cause(), on=True)
    notice = await approved(stage, content())
    stage.clock.tick()
    await people.leave(stage.deps, second, other.id, stage.cause())
    report = await send_all(stage, notice)
    assert report.notice.count_of(NoticeOutcome.MUTED) == 1
    assert report.notice.count_of(NoticeOutcome.LEFT) == 1
    assert report.notice.count_of(NoticeOutcome.SENT) == 1


async def test_after_a_stop_a_breach_comes_and_nothing_else_does(stage, three):
    (first, _), *_ = three
    await opt_out.set_pause(stage.deps, first, Pause.STOPPED, stage.cause())
    for kind in NoticeKind:
        urgent = kind in {NoticeKind.BREACH, NoticeKind.MATERIAL_CHANGE}
        said = content(kind=kind, urgent=urgent, answers=())
        stage.clock.at += timedelta(days=8)
        report = await send_all(stage, await approved(stage, said))
        muted = 0 if kind is NoticeKind.BREACH else 1
        assert (kind, report.notice.count_of(NoticeOutcome.MUTED)) == (kind, muted)
        assert report.notice.count_of(NoticeOutcome.SENT) == 3 - muted


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("urgent", [True, False])
@pytest.mark.parametrize("state", ["stopped", "muted", "night", "enough"])
async def test_what_protects_a_member_holds_for_each_kind_of_notice(
    stage, three, kind, urgent, state
):
    mid = three[0][1].mid
    async with stage.deps.db.read() as conn:
        (person, *_) = await read_audience_members(
            conn, mid, stage.clock.now(), licences=(), upto=10**6, limit=1
        )
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    person = replace(person, quiet="00:00-00:00", weekly=1)
    person = {
        "stopped": replace(person, stopped=True),
        "muted": replace(person, muted=True),
        "night": replace(person, zone="UTC", quiet="11:00-13:00"),
        "enough": replace(person, delivered=(now - timedelta(days=1),)),
    }[state]
    placed = rules.decide_delivery(content(kind=kind, urgent=urgent, answers=()), person, now)
    breach = kind is NoticeKind.BREACH
    passes = breach or (urgent and state != "stopped")
    assert isinstance(placed, Recipient) is passes


async def test_an_answer_to_a_call_to_strike_takes_nobody_out(stage, three):
    member, _ = three[0]
    await stage.yes(member, "sepsis-warning")
    before = (await standing_cases.read_portfolio(stage.deps, member)).standings
    notice = await approved(stage, content(kind=NoticeKind.STRIKE_CALL))
    await send_all(stage, notice)
    for choice in notice.content.answers:
        await notice_inbox.answer(stage.deps, member, notice.id, choice.id, stage.cause())
        after = (await standing_cases.read_portfolio(stage.deps, member)).standings
        assert [one.why for one in after] == [one.why for one in before]
    assert any(one.is_in for one in before)


async def test_a_notice_for_those_in_a_licence_reaches_only_them(stage, three):
    member, _ = three[1]
    await stage.yes(member, "lifting-robot")
    changed = content(audience=Audience(licences=("lifting-robot",), standing="in"))
    notice = await approved(stage, changed)
    assert notice.total == 1
    report = await send_all(stage, notice)
    assert report.notice.count_of(NoticeOutcome.SENT) == 1


async def test_after_a_crash_sent_people_are_settled_and_people_in_doubt_are_marked(stage, three):
    notice = await approved(stage, content())
    batch = await read_next_batch(stage.deps, notice, 0, 10)
    first, second, _third = batch.send
    outcomes = OutcomeBatch(
        settled=(
            Settled(number=first.number, outcome=NoticeOutcome.SENT, language="en", message_id=1),
        ),
        settled_upto=first.number,
        send_upto=second.number,
    )
    await delivery.write_outcomes(stage.deps, {notice.id: outcomes}, {notice.id: notice.epoch})
    again = await delivery.take_over(stage.deps, notice.id)
    batch = await read_next_batch(stage.deps, again, again.settled_upto, 10)
    assert [recipient.in_doubt for recipient in batch.send] == [True, False]
    with pytest.raises(delivery.SupersededError):
        await delivery.write_outcomes(stage.deps, {notice.id: outcomes}, {notice.id: notice.epoch})


AUDIENCES = (
    Audience(everyone=True),
    Audience(refs=("N-0001", "N-0003", "N-0004")),
    *(
        Audience(licences=licences, standing=standing, refs=refs)
        for licences in (("sepsis-warning",), ("sepsis-warning", "lifting-robot"))
        for standing in ("in", "out", "any")
        for refs in ((), ("N-0003",))
    ),
)


@pytest.mark.parametrize("audience", AUDIENCES, ids=str)
async def test_the_count_agrees_with_each_members_own_state(stage, three, audience):
    (ana, _), (ben, _), (cleo, membership) = three
    for member, slug in ((ana, "sepsis-warning"), (ben, "sepsis-warning"), (ana, "lifting-robot")):
        await stage.yes(member, slug)
    await stage.turn(ben, NEVER)
    await people.leave(stage.deps, cleo, membership.id, stage.cause())
    await stage.join(await stage.stranger(), "nurses", "N-0003")
    changed = content(audience=audience)
    notice = await authoring.draft(stage.deps, "nurses", changed, by="ada")
    counted = await authoring.count(stage.deps, "nurses", notice.id)
    async with stage.deps.db.read() as conn:
        members = await read_audience_members(
            conn, notice.mid, stage.clock.now(), licences=audience.licences, upto=10**6, limit=100
        )
    expected = [member.number for member in members if rules.matches(audience, member)]
    assert counted.total == len(expected)
    assert 0 < len(expected) < len(members)
    left = tuple(member.number for member in members if member.left)
    assert counted.numbers == (left if audience.everyone else tuple(expected))


async def test_a_count_that_changed_is_not_approved(stage, three):
    notice = await authoring.draft(stage.deps, "nurses", content(), by="ada")
    with pytest.raises(authoring.CountChangedError):
        await authoring.approve(stage.deps, "nurses", notice.id, "ada", 2)


async def test_an_empty_draft_is_stored_and_cannot_be_approved(stage, three):
    empty = content(text={}, audience=Audience())
    notice = await authoring.draft(stage.deps, "nurses", empty, by="ada")
    assert (await authoring.count(stage.deps, "nurses", notice.id)).total == 0
    for change in ({"audience": Audience(everyone=True)}, {"text": content().text}):
        await authoring.redraft(stage.deps, "nurses", notice.id, empty.model_copy(update=change))
        counted = await authoring.count(stage.deps, "nurses", notice.id)
        with pytest.raises(authoring.NoticeRefusedError, match="says nothing or reaches nobody"):
            await authoring.approve(stage.deps, "nurses", notice.id, "ada", counted.total)


async def test_content_that_changed_after_it_was_seen_is_not_approved(stage, three):
    notice = await authoring.draft(stage.deps, "nurses", content(), by="ada")
    counted = await authoring.count(stage.deps, "nurses", notice.id)
    seen = content_digest(notice.content)
    other = content(text={"en": NoticeText(title="Closed evening", body="Do not come.")})
    await authoring.redraft(stage.deps, "nurses", notice.id, other)
    assert (await authoring.read(stage.deps, "nurses", notice.id)).counted == {}
    with pytest.raises(authoring.TextChangedError):
        await authoring.approve(stage.deps, "nurses", notice.id, "ada", counted.total, seen=seen)
    seen = content_digest(other)
    approved_notice = await authoring.approve(
        stage.deps, "nurses", notice.id, "ada", counted.total, seen=seen
    )
    assert approved_notice.status is NoticeStatus.SCHEDULED


async def test_a_member_who_left_before_the_draft_does_not_end_the_sending(stage, three):
    (member, membership), _, _ = three
    await people.leave(stage.deps, member, membership.id, stage.cause())
    stage.clock.tick()
    report = await send_all(stage, await approved(stage, content()))
    assert report.notice.total == report.notice.count_of(NoticeOutcome.SENT) == 2


async def test_a_person_in_doubt_stays_in_doubt_while_deferred(stage, three):
    notice = await approved(stage, content())
    first = (await read_next_batch(stage.deps, notice, 0, 1)).send[0]
    begun = OutcomeBatch(send_upto=first.number)
    await delivery.write_outcomes(stage.deps, {notice.id: begun}, {notice.id: notice.epoch})
    notice = await delivery.take_over(stage.deps, notice.id)
    stage.clock.at = datetime(2026, 11, 21, 23, tzinfo=UTC)
    await send_all(stage, notice)
    stage.clock.at += timedelta(hours=9)
    batch = await read_due_deferred(stage.deps, notice, 10)
    assert [recipient.in_doubt for recipient in batch.send] == [True, False, False]


async def test_a_repeated_commit_counts_nobody_twice(stage, three):
    notice = await approved(stage, content())
    batch = await read_next_batch(stage.deps, notice, 0, 10)
    sent = tuple(accepted(recipient.number) for recipient in batch.send)
    for outcomes in (
        OutcomeBatch(settled=sent[:2]),
        OutcomeBatch(settled=sent, settled_upto=batch.upto, again=True),
    ):
        await delivery.write_outcomes(stage.deps, {notice.id: outcomes}, {notice.id: notice.epoch})
    report = await reporting.read_report(stage.deps, "nurses", notice.id)
    assert report.notice.count_of(NoticeOutcome.SENT) == 3


async def test_an_outdated_text_that_was_in_flight_is_still_corrected(stage, three):
    notice = await approved(stage, content())
    first = (await read_next_batch(stage.deps, notice, 0, 1)).send[0]
    text = {"en": NoticeText(title="Open evening", body="Come at 19:00.")}
    notice = await authoring.correct(stage.deps, "nurses", notice.id, text)
    assert await corrections.read_outdated(stage.deps, notice) is None
    late = replace(accepted(first.number), rev=1)
    await delivery.write_outcomes(
        stage.deps, {notice.id: OutcomeBatch(settled=(late,))}, {notice.id: notice.epoch}
    )
    (again,) = await delivery.list_due(stage.deps)
    assert again.edited_rev == 1
    assert await corrections.read_outdated(stage.deps, notice) == (
        1,
        [(first.number, late.message_id)],
    )


async def test_a_person_erased_before_their_digest_has_left(stage, three):
    for _ in range(3):
        stage.clock.tick()
        await send_all(stage, await approved(stage, content()))
    await send_all(stage, notice := await approved(stage, content()))
    member, membership = three[0]
    await erasure.erase_membership(stage.deps, member, membership.id)
    stage.clock.at += timedelta(days=7, seconds=1)
    due = await digests.list_due_digests(stage.deps, notice.mid, 10)
    assert [digest.other[notice.id].outcome for digest in due if not digest.notices] == [
        NoticeOutcome.LEFT
    ]


async def test_segments_are_compacted_when_a_notice_finishes(stage, three):
    await send_all(stage, notice := await approved(stage, content()))
    async with stage.deps.db.read() as conn:
        rows = list(await conn.execute(select(segments).where(segments.c.notice_id == notice.id)))
    assert len(rows) == 1
    assert len(rows[0].body) == 3 * 9


async def send_all_but(stage, notice, missing):
    """Do what a sender does that overlooks one number, up to the end."""
    batch = await read_next_batch(stage.deps, notice, 0, 10)
    sent = tuple(
        accepted(recipient.number) for recipient in batch.send if recipient.number != missing
    )
    outcomes = OutcomeBatch(settled=sent, settled_upto=batch.upto, send_upto=batch.upto)
    await delivery.write_outcomes(stage.deps, {notice.id: outcomes}, {notice.id: notice.epoch})


@pytest.mark.parametrize(
    "audience", [Audience(everyone=True), Audience(refs=("N-0001", "N-0002", "N-0004"))]
)
async def test_a_missed_member_pauses_the_notice_and_gets_it_after_resume(stage, three, audience):
    notice = await approved(stage, content(audience=audience))
    missing = (await read_next_batch(stage.deps, notice, 0, 10)).send[1].number
    await send_all_but(stage, notice, missing)
    assert await completion.finish(stage.deps, notice) == 1
    report = await reporting.read_report(stage.deps, "nurses", notice.id)
    assert (report.notice.status, report.notice.halt) == (NoticeStatus.PAUSED, HaltReason.MISSED)
    assert report.notice.count_of(NoticeOutcome.LEFT) == 0
    await authoring.resume(stage.deps, "nurses", notice.id)
    again = await delivery.take_over(stage.deps, notice.id)
    batch = await read_next_batch(stage.deps, again, again.settled_upto, 10)
    assert [recipient.number for recipient in batch.send] == [missing]
    report = await send_all(stage, again)
    assert report.notice.status is NoticeStatus.FINISHED
    assert report.notice.count_of(NoticeOutcome.SENT) == report.notice.total == 3


@pytest.mark.parametrize("erase", [True, False])
async def test_a_missed_member_who_is_gone_counts_as_left(stage, three, erase):
    member, membership = three[1]
    notice = await approved(stage, content())
    missing = (await read_next_batch(stage.deps, notice, 0, 10)).send[1].number
    await send_all_but(stage, notice, missing)
    stage.clock.tick()
    if erase:
        await erasure.erase_membership(stage.deps, member, membership.id)
    else:
        await people.leave(stage.deps, member, membership.id, stage.cause())
    assert await completion.finish(stage.deps, notice) == 0
    report = await reporting.read_report(stage.deps, "nurses", notice.id)
    assert report.notice.status is NoticeStatus.FINISHED
    assert (
        report.notice.count_of(NoticeOutcome.SENT),
        report.notice.count_of(NoticeOutcome.LEFT),
    ) == (2, 1)


async def test_a_member_who_left_before_approval_is_not_in_the_audience_after_coming_back(
    stage, three
):
    (first, first_membership), (second, second_membership), _ = three
    draft = await authoring.draft(stage.deps, "nurses", content(), by="ada")
    stage.clock.tick()
    for member, membership in ((first, first_membership), (second, second_membership)):
        await people.leave(stage.deps, member, membership.id, stage.cause())
    await authoring.approve(stage.deps, "nurses", draft.id, "ada", 1)
    assert await people.undo_leave(stage.deps, second, second_membership.id, stage.cause())
    report = await send_all(stage, await delivery.take_over(stage.deps, draft.id))
    assert report.notice.status is NoticeStatus.FINISHED
    assert report.notice.settled == report.notice.count_of(NoticeOutcome.SENT) == 1
    with pytest.raises(NotFoundError):
        await notice_inbox.read_view(stage.deps, second, draft.id)
