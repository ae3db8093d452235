"""A MID says something once; everyone it concerns ends in exactly one outcome."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from service import erasure
from service.errors import NotFoundError
from service.notices import rules
from service.notices.audience import due_again, next_people, read_people
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.delivery import cases as delivery
from service.notices.delivery import completion, corrections, digests
from service.notices.delivery_values import Batch, Settled
from service.notices.inbox import cases as notice_inbox
from service.notices.inbox import history
from service.notices.outcome_store import segments
from service.notices.values import (
    Audience,
    Choice,
    Content,
    Halt,
    NoticeKind,
    NoticeText,
    Outcome,
    Status,
    digest,
)
from service.people import cases as people
from service.price.values import NEVER

MESSAGES = count(100)


def content(**changed):
    told = {
        "kind": NoticeKind.GENERAL,
        "audience": Audience(everyone=True),
        "text": {"en": NoticeText(title="Open evening", body="Come at 18:00.")},
        "answers": (Choice(id="yes", label={"en": "I will come"}),),
    }
    return Content(**{**told, **changed})


async def approved(stage, made):
    notice = await authoring.draft(stage.deps, "nurses", made, by="ada")
    counted = await authoring.count(stage.deps, "nurses", notice.id)
    await authoring.approve(stage.deps, "nurses", notice.id, "ada", counted.total)
    return await delivery.take_over(stage.deps, notice.id)


def taken(number, language="en"):
    """Telegram took it."""
    message_id = next(MESSAGES)
    return Settled(number=number, outcome=Outcome.SENT, language=language, message_id=message_id)


async def send_all(stage, notice):
    """What the sender does, with a Telegram that takes everything."""
    after = notice.floor
    while (turn := await next_people(stage.deps, notice, after, 2)).upto is not None:
        sent = []
        for one in turn.send:
            language = notice.content.language_for(one.locale)
            sent.append(taken(one.number, language))
        after = turn.upto
        batch = Batch(settled=(*sent, *turn.settled), held=turn.held, floor=after, intent=after)
        await delivery.settle(stage.deps, {notice.id: batch}, {notice.id: notice.epoch})
    if await delivery.waiting(stage.deps, notice.id) is None:
        await completion.finish(stage.deps, notice)
    return await reporting.report(stage.deps, "nurses", notice.id)


@pytest.fixture
async def three(stage):
    """Three nurses."""
    await stage.bring_examples()
    found = []
    for ref in ("N-0001", "N-0002", "N-0004"):
        member = await stage.stranger()
        found.append((member, await stage.join(member, "nurses", ref)))
    return found


async def test_everyone_gets_it_once_and_finds_it_again(stage, three):
    notice = await approved(stage, content())
    assert notice.status is Status.RUNNING
    report = await send_all(stage, notice)
    assert report.notice.status is Status.FINISHED
    assert report.notice.of(Outcome.SENT) == report.notice.total == 3
    member, _ = three[0]
    view = await notice_inbox.look(stage.deps, member, notice.id)
    assert view.sent_at is not None
    view = await notice_inbox.answer(stage.deps, member, notice.id, "yes", stage.cause())
    assert view.answer == "yes"
    assert (await reporting.report(stage.deps, "nurses", notice.id)).answers == {"yes": 1}
    listed = await history.sent_to(stage.deps, member, search="evening")
    assert [one.notice_id for one in listed.notices] == [notice.id]
    page, more = await reporting.deliveries(stage.deps, "nurses", notice.id, 0, 10)
    assert [one.outcome for one in page] == ["sent"] * 3
    assert more is None


async def test_someone_of_another_mid_never_sees_it(stage, three):
    notice = await approved(stage, content())
    await send_all(stage, notice)
    outsider = await stage.stranger()
    await stage.join(outsider, "translators", "T-0001")
    with pytest.raises(NotFoundError):
        await notice_inbox.look(stage.deps, outsider, notice.id)


async def test_at_night_nobody_is_woken_but_for_a_breach(stage, three):
    stage.clock.at = datetime(2026, 11, 21, 23, tzinfo=UTC)
    report = await send_all(stage, await approved(stage, content()))
    assert report.waiting == {"night": 3}
    breach = content(kind=NoticeKind.BREACH, urgent=True, answers=())
    report = await send_all(stage, await approved(stage, breach))
    assert report.notice.of(Outcome.SENT) == 3


async def test_what_waits_for_the_morning_goes_out_in_the_morning(stage, three):
    stage.clock.at = datetime(2026, 11, 21, 23, tzinfo=UTC)
    notice = await approved(stage, content())
    await send_all(stage, notice)
    stage.clock.at += timedelta(hours=9)
    turn = await due_again(stage.deps, notice, 10)
    assert len(turn.send) == 3


async def test_more_than_the_weekly_number_waits_for_one_message(stage, three):
    for _ in range(3):
        stage.clock.tick()
        await send_all(stage, await approved(stage, content()))
    fourth = await send_all(stage, await approved(stage, content()))
    fifth = await send_all(stage, await approved(stage, content()))
    assert fourth.waiting == fifth.waiting == {"digest": 3}
    stage.clock.at += timedelta(days=7, seconds=1)
    found = await digests.digests(stage.deps, fourth.notice.mid, 10)
    assert [len(one.notices) for one in found] == [2, 2, 2]


async def test_who_mutes_a_mid_hears_nothing_and_who_leaves_is_counted(stage, three):
    (first, one), (second, two), _ = three
    await notice_inbox.mute(stage.deps, first, one.id, stage.cause(), on=True)
    notice = await approved(stage, content())
    stage.clock.tick()
    await people.leave(stage.deps, second, two.id, stage.cause())
    report = await send_all(stage, notice)
    assert report.notice.of(Outcome.MUTED) == 1
    assert report.notice.of(Outcome.LEFT) == 1
    assert report.notice.of(Outcome.SENT) == 1


async def test_only_who_is_in_gets_what_is_for_those_inside(stage, three):
    member, _ = three[1]
    await stage.yes(member, "lifting-robot")
    made = content(audience=Audience(licences=("lifting-robot",), standing="in"))
    notice = await approved(stage, made)
    assert notice.total == 1
    report = await send_all(stage, notice)
    assert report.notice.of(Outcome.SENT) == 1


async def test_who_was_sent_it_before_a_crash_is_not_forgotten_and_who_is_in_doubt_is_known(
    stage, three
):
    notice = await approved(stage, content())
    turn = await next_people(stage.deps, notice, 0, 10)
    first, second, _third = turn.send
    batch = Batch(
        settled=(Settled(number=first.number, outcome=Outcome.SENT, language="en", message_id=1),),
        floor=first.number,
        intent=second.number,
    )
    await delivery.settle(stage.deps, {notice.id: batch}, {notice.id: notice.epoch})
    again = await delivery.take_over(stage.deps, notice.id)
    turn = await next_people(stage.deps, again, again.floor, 10)
    assert [one.in_doubt for one in turn.send] == [True, False]
    with pytest.raises(delivery.LostError):
        await delivery.settle(stage.deps, {notice.id: batch}, {notice.id: notice.epoch})


EVERYBODY_MEANT = (
    Audience(everyone=True),
    Audience(refs=("N-0001", "N-0003", "N-0004")),
    *(
        Audience(licences=licences, standing=standing, refs=refs)
        for licences in (("sepsis-warning",), ("sepsis-warning", "lifting-robot"))
        for standing in ("in", "out", "any")
        for refs in ((), ("N-0003",))
    ),
)


@pytest.mark.parametrize("whom", EVERYBODY_MEANT, ids=str)
async def test_what_is_counted_is_whom_each_persons_own_state_says(stage, three, whom):
    (ana, _), (ben, _), (cleo, one) = three
    for member, slug in ((ana, "sepsis-warning"), (ben, "sepsis-warning"), (ana, "lifting-robot")):
        await stage.yes(member, slug)
    await stage.turn(ben, NEVER)
    await people.leave(stage.deps, cleo, one.id, stage.cause())
    await stage.join(await stage.stranger(), "nurses", "N-0003")
    made = content(audience=whom)
    notice = await authoring.draft(stage.deps, "nurses", made, by="ada")
    counted = await authoring.count(stage.deps, "nurses", notice.id)
    async with stage.deps.db.read() as conn:
        everybody = await read_people(
            conn, notice.mid, stage.clock.now(), licences=whom.licences, upto=10**6, limit=100
        )
    meant = [person.number for person in everybody if rules.matches(whom, person)]
    assert counted.total == len(meant)
    assert 0 < len(meant) < len(everybody)
    gone = tuple(person.number for person in everybody if person.left)
    assert counted.numbers == (gone if whom.everyone else tuple(meant))


async def test_a_number_that_changed_is_not_approved(stage, three):
    notice = await authoring.draft(stage.deps, "nurses", content(), by="ada")
    with pytest.raises(authoring.CountChangedError):
        await authoring.approve(stage.deps, "nurses", notice.id, "ada", 2)


async def test_a_draft_may_be_empty_and_is_then_never_approved(stage, three):
    made = content(text={}, audience=Audience())
    notice = await authoring.draft(stage.deps, "nurses", made, by="ada")
    assert (await authoring.count(stage.deps, "nurses", notice.id)).total == 0
    for changed in ({"audience": Audience(everyone=True)}, {"text": content().text}):
        await authoring.redraft(stage.deps, "nurses", notice.id, made.model_copy(update=changed))
        counted = await authoring.count(stage.deps, "nurses", notice.id)
        with pytest.raises(authoring.NoticeRefusedError, match="says nothing or reaches nobody"):
            await authoring.approve(stage.deps, "nurses", notice.id, "ada", counted.total)


async def test_what_was_changed_after_it_was_looked_at_is_not_approved(stage, three):
    notice = await authoring.draft(stage.deps, "nurses", content(), by="ada")
    counted = await authoring.count(stage.deps, "nurses", notice.id)
    seen = digest(notice.content)
    other = content(text={"en": NoticeText(title="Closed evening", body="Do not come.")})
    await authoring.redraft(stage.deps, "nurses", notice.id, other)
    assert (await authoring.read(stage.deps, "nurses", notice.id)).counted == {}
    with pytest.raises(authoring.TextChangedError):
        await authoring.approve(stage.deps, "nurses", notice.id, "ada", counted.total, seen=seen)
    seen = digest(other)
    done = await authoring.approve(
        stage.deps, "nurses", notice.id, "ada", counted.total, seen=seen
    )
    assert done.status is Status.SCHEDULED


async def test_who_left_before_it_was_written_does_not_end_it_for_those_after_them(stage, three):
    (member, one), _, _ = three
    await people.leave(stage.deps, member, one.id, stage.cause())
    stage.clock.tick()
    report = await send_all(stage, await approved(stage, content()))
    assert report.notice.total == report.notice.of(Outcome.SENT) == 2


async def test_who_was_in_doubt_and_is_asleep_is_still_in_doubt_in_the_morning(stage, three):
    notice = await approved(stage, content())
    first = (await next_people(stage.deps, notice, 0, 1)).send[0]
    begun = Batch(intent=first.number)
    await delivery.settle(stage.deps, {notice.id: begun}, {notice.id: notice.epoch})
    notice = await delivery.take_over(stage.deps, notice.id)
    stage.clock.at = datetime(2026, 11, 21, 23, tzinfo=UTC)
    await send_all(stage, notice)
    stage.clock.at += timedelta(hours=9)
    turn = await due_again(stage.deps, notice, 10)
    assert [one.in_doubt for one in turn.send] == [True, False, False]


async def test_a_commit_whose_answer_was_lost_counts_nobody_twice(stage, three):
    notice = await approved(stage, content())
    turn = await next_people(stage.deps, notice, 0, 10)
    sent = tuple(taken(one.number) for one in turn.send)
    for batch in (Batch(settled=sent[:2]), Batch(settled=sent, floor=turn.upto, again=True)):
        await delivery.settle(stage.deps, {notice.id: batch}, {notice.id: notice.epoch})
    report = await reporting.report(stage.deps, "nurses", notice.id)
    assert report.notice.of(Outcome.SENT) == 3


async def test_a_former_text_that_arrives_late_is_still_edited(stage, three):
    notice = await approved(stage, content())
    first = (await next_people(stage.deps, notice, 0, 1)).send[0]
    text = {"en": NoticeText(title="Open evening", body="Come at 19:00.")}
    notice = await authoring.correct(stage.deps, "nurses", notice.id, text)
    assert await corrections.begin(stage.deps, notice) is None
    late = replace(taken(first.number), rev=1)
    await delivery.settle(
        stage.deps, {notice.id: Batch(settled=(late,))}, {notice.id: notice.epoch}
    )
    (again,) = await delivery.due(stage.deps)
    assert again.edited_rev == 1
    assert await corrections.begin(stage.deps, notice) == (1, [(first.number, late.message_id)])


async def test_a_person_erased_while_a_digest_waits_for_them_does_not_hold_it_up(stage, three):
    for _ in range(3):
        stage.clock.tick()
        await send_all(stage, await approved(stage, content()))
    await send_all(stage, notice := await approved(stage, content()))
    member, one = three[0]
    await erasure.erase_membership(stage.deps, member, one.id)
    stage.clock.at += timedelta(days=7, seconds=1)
    found = await digests.digests(stage.deps, notice.mid, 10)
    assert [one.other[notice.id].outcome for one in found if not one.notices] == [Outcome.LEFT]


async def test_what_was_written_commit_by_commit_is_put_together_at_the_end(stage, three):
    await send_all(stage, notice := await approved(stage, content()))
    async with stage.deps.db.read() as conn:
        rows = list(await conn.execute(select(segments).where(segments.c.notice_id == notice.id)))
    assert len(rows) == 1
    assert len(rows[0].body) == 3 * 9


async def all_but(stage, notice, missing):
    """What a sender does that overlooks somebody, up to the end."""
    turn = await next_people(stage.deps, notice, 0, 10)
    sent = tuple(taken(one.number) for one in turn.send if one.number != missing)
    batch = Batch(settled=sent, floor=turn.upto, intent=turn.upto)
    await delivery.settle(stage.deps, {notice.id: batch}, {notice.id: notice.epoch})


@pytest.mark.parametrize(
    "audience", [Audience(everyone=True), Audience(refs=("N-0001", "N-0002", "N-0004"))]
)
async def test_a_member_who_was_overlooked_holds_the_end_up_and_gets_it_once_it_goes_on(
    stage, three, audience
):
    notice = await approved(stage, content(audience=audience))
    missing = (await next_people(stage.deps, notice, 0, 10)).send[1].number
    await all_but(stage, notice, missing)
    assert await completion.finish(stage.deps, notice) == 1
    report = await reporting.report(stage.deps, "nurses", notice.id)
    assert (report.notice.status, report.notice.halt) == (Status.PAUSED, Halt.MISSED)
    assert report.notice.of(Outcome.LEFT) == 0
    await authoring.resume(stage.deps, "nurses", notice.id)
    again = await delivery.take_over(stage.deps, notice.id)
    turn = await next_people(stage.deps, again, again.floor, 10)
    assert [one.number for one in turn.send] == [missing]
    report = await send_all(stage, again)
    assert report.notice.status is Status.FINISHED
    assert report.notice.of(Outcome.SENT) == report.notice.total == 3


@pytest.mark.parametrize("erase", [True, False])
async def test_a_member_who_was_overlooked_and_is_none_any_more_has_left(stage, three, erase):
    member, one = three[1]
    notice = await approved(stage, content())
    missing = (await next_people(stage.deps, notice, 0, 10)).send[1].number
    await all_but(stage, notice, missing)
    stage.clock.tick()
    if erase:
        await erasure.erase_membership(stage.deps, member, one.id)
    else:
        await people.leave(stage.deps, member, one.id, stage.cause())
    assert await completion.finish(stage.deps, notice) == 0
    report = await reporting.report(stage.deps, "nurses", notice.id)
    assert report.notice.status is Status.FINISHED
    assert (report.notice.of(Outcome.SENT), report.notice.of(Outcome.LEFT)) == (2, 1)


async def test_who_left_before_it_was_approved_is_not_in_it_even_when_they_come_back(stage, three):
    (first, one), (second, two), _ = three
    draft = await authoring.draft(stage.deps, "nurses", content(), by="ada")
    stage.clock.tick()
    for member, membership in ((first, one), (second, two)):
        await people.leave(stage.deps, member, membership.id, stage.cause())
    await authoring.approve(stage.deps, "nurses", draft.id, "ada", 1)
    assert await people.undo_leave(stage.deps, second, two.id, stage.cause())
    report = await send_all(stage, await delivery.take_over(stage.deps, draft.id))
    assert report.notice.status is Status.FINISHED
    assert report.notice.settled == report.notice.of(Outcome.SENT) == 1
    with pytest.raises(NotFoundError):
        await notice_inbox.look(stage.deps, second, draft.id)
