"""What a member is told they were sent, and that it costs the same after ten years."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from service.db import inline_sqlite
from service.notices.audience import read_due_deferred
from service.notices.audience_store import pack_audience, put_numbers
from service.notices.codec import pack_outcomes
from service.notices.delivery import cases as delivery
from service.notices.delivery_values import OutcomeBatch
from service.notices.inbox import history
from service.notices.outcome_store import segments
from service.notices.store import notices
from service.notices.values import Audience, NoticeOutcome, NoticeStatus
from service.people import audience_store as audience_members
from tests.service.notices.test_outcomes import approved, content, send_all, taken

EVERYONE = Audience(everyone=True)
ANA, BO = "N-0001", "N-0002"


@dataclass
class Work:
    """Statements, and on SQLite hundreds of its engine's steps: each row looked at takes some."""

    statements: int = 0
    steps: int = 0


@contextmanager
def counted(db):
    """What is asked of the store meanwhile."""
    work, engine = Work(), db.reading.sync_engine

    def step():
        work.steps += 1
        return False

    def before(*_):
        work.statements += 1

    event.listen(engine, "before_cursor_execute", before)
    try:
        with pytest.MonkeyPatch.context() as patch:
            # In place of what stops a reading that takes long.
            patch.setattr(inline_sqlite, "_stop", step)
            patch.setattr(inline_sqlite, "_STEPS", 100)
            yield work
    finally:
        event.remove(engine, "before_cursor_execute", before)


@dataclass
class Years:
    """A MID that has told its members a lot."""

    stage: object
    numbers: dict[str, int]
    count: int = 0

    async def tell(self, times, *, to, audience=EVERYONE, title="Open evening", **changed):
        """As if so many notices had gone out, a minute after each other, to some of the MID."""
        said = content(audience=audience, answers=())
        text = {"en": said.text["en"].model_copy(update={"title": title})}
        doc = said.model_copy(update={"text": text}).model_dump_json()
        top = max(self.numbers.values())
        whom = sorted(self.numbers[one] for one in to)
        rows, ends, ids = [], [], []
        for _ in range(times):
            self.count += 1
            self.stage.clock.at += timedelta(minutes=1)
            at, notice_id = self.stage.clock.now(), f"ntc_{self.count:016}"
            ids.append(notice_id)
            told = {
                "id": notice_id, "mid_id": "nurses", "status": NoticeStatus.FINISHED.value, "doc": doc,
                "rev": 1, "edited_rev": 1, "created_by": "ada", "counted": {"en": len(whom)},
                "foreign_readers": {}, "upper": top, "floor": top, "intent": top, "epoch": 1,
                "outcomes": {}, "wave_passed": False, "created_at": at, "started_at": at,
                "ended_at": at,
            }  # fmt: skip
            rows.append(told | changed)
            body = pack_outcomes((number, NoticeOutcome.SENT, 7) for number in whom)
            if whom:
                end = {"n": 1, "rev": 1, "at": at, "lo": whom[0], "hi": whom[-1], "body": body}
                ends.append({"notice_id": notice_id, **end})
        async with self.stage.deps.db.write() as conn:
            await conn.execute(insert(notices), rows)
            if ends:
                await conn.execute(insert(segments), ends)
        return ids


@pytest.fixture
async def joined(stage):
    """Two nurses."""
    await stage.bring_examples()
    found = {}
    for ref in (ANA, BO):
        member = await stage.stranger()
        await stage.join(member, "nurses", ref)
        found[ref] = member
    return found


@pytest.fixture
async def years(stage, joined):
    numbers = {}
    async with stage.deps.db.read() as conn:
        for ref, member in joined.items():
            ((number, _),) = (await audience_members.read_numbers(conn, member)).values()
            numbers[ref] = number
    return Years(stage, numbers)


async def listed(stage, member, **how):
    return await history.list_received(stage.deps, member, **how)


def ids_of(page):
    return [one.notice_id for one in page.notices]


async def leafed(stage, member, search=""):
    """Every page from the newest to the last, and the way back."""
    page = await listed(stage, member, search=search)
    forth, back = [page], []
    while page.older:
        page = await listed(stage, member, than=page.older, search=search)
        forth.append(page)
    while page.newer:
        page = await listed(stage, member, than=page.newer, newer=True, search=search)
        back.append(page)
    return forth, back


@pytest.mark.parametrize("many", [0, 1, 5, 6, 7, 12, 13, 31])
async def test_leafing_through_shows_each_notice_once_in_order(stage, joined, years, many):
    sent = await years.tell(many, to=(ANA, BO)) if many else []
    forth, back = await leafed(stage, joined[ANA])
    assert [one for page in forth for one in ids_of(page)] == sent[::-1]
    assert len(forth) == max(1, -(-many // history.PER_PAGE))
    if back:
        assert ids_of(back[-1]) == ids_of(forth[0])
        assert not back[-1].newer


async def test_two_that_began_at_one_moment_are_both_shown(stage, joined, years):
    sent = await years.tell(20, to=(ANA,), started_at=stage.clock.now())
    forth, _ = await leafed(stage, joined[ANA])
    assert [one for page in forth for one in ids_of(page)] == sorted(sent, reverse=True)


async def test_a_page_costs_the_same_after_ten_years(stage, joined, years):
    async def cost(**how):
        with counted(stage.deps.db) as work:
            await listed(stage, joined[ANA], **how)
        return work

    await years.tell(40, to=(ANA, BO))
    middle = (await listed(stage, joined[ANA])).older
    middle = (await listed(stage, joined[ANA], than=middle)).older
    cases = [{}, {"than": middle}, {"than": middle, "newer": True}, {"search": "evening"}]
    few = [await cost(**one) for one in cases]
    await years.tell(5000, to=(ANA, BO))
    many = [await cost(**one) for one in cases]
    assert [one.statements for one in many] == [one.statements for one in few]
    assert max(one.statements for one in many) <= 12
    if stage.deps.db.embedded:
        assert min(one.steps for one in few) > 0
    for before, after in zip(few, many, strict=True):
        assert after.steps <= before.steps * 1.2 + 2


async def test_one_of_few_among_thousands_for_others_is_reached_in_bounded_steps(
    stage, joined, years
):
    (first,) = await years.tell(1, to=(ANA,))
    await years.tell(1000, to=(BO,), audience=Audience(refs=(BO,)))
    most = history.READS * history.PER_READ
    pages, seen, than = 0, [], ""
    while not pages or than:
        with counted(stage.deps.db) as work:
            page = await listed(stage, joined[ANA], than=than)
        assert work.statements <= 8 + 2 * history.READS
        assert work.steps <= 40 * most
        seen += ids_of(page)
        assert page.older == "" or page.upto is not None
        pages, than = pages + 1, page.older
    assert seen == [first]
    assert pages == -(-1001 // most)


async def test_a_search_goes_on_where_it_stopped(stage, joined, years):
    (wanted,) = await years.tell(1, to=(ANA,), title="The vote on pay")
    await years.tell(400, to=(ANA,))
    page = await listed(stage, joined[ANA], search="vote")
    assert not page.notices
    assert page.upto is not None
    while page.older and not page.notices:
        page = await listed(stage, joined[ANA], than=page.older, search="vote")
    assert ids_of(page) == [wanted]
    back = await listed(stage, joined[ANA], than=page.newer, newer=True, search="vote")
    assert not back.notices
    while back.newer:
        back = await listed(stage, joined[ANA], than=back.newer, newer=True, search="vote")
    assert back.older or ids_of(back) == [wanted]


async def test_who_joins_late_is_not_led_through_the_years_before(stage, joined, years):
    await years.tell(1000, to=(ANA, BO))
    stage.clock.at += timedelta(days=2)
    late = await stage.stranger()
    await stage.join(late, "nurses", "N-0004")
    with counted(stage.deps.db) as work:
        page = await listed(stage, late)
    assert not page.notices
    assert not page.older
    assert work.statements <= 8


async def test_one_who_is_under_way_is_listed_and_who_is_not_meant_is_not(stage, joined, years):
    running = {"status": NoticeStatus.RUNNING.value, "ended_at": None}
    (everyone,) = await years.tell(1, to=(), **running)
    (named,) = await years.tell(1, to=(), audience=Audience(refs=(ANA,)), **running)
    async with stage.deps.db.write() as conn:
        await put_numbers(conn, named, pack_audience(named, [years.numbers[ANA]]))
    (yet,) = await years.tell(1, to=(), floor=0, intent=0, **running)
    assert ids_of(await listed(stage, joined[ANA])) == [named, everyone]
    assert ids_of(await listed(stage, joined[BO])) == [everyone]
    assert yet


async def test_what_waits_for_the_morning_is_listed_once_it_was_sent(stage, joined):
    stage.clock.at = stage.clock.at.replace(hour=23)
    notice = await approved(stage, content())
    await send_all(stage, notice)
    assert not (await listed(stage, joined[ANA])).notices
    stage.clock.at += timedelta(hours=9)
    turn = await read_due_deferred(stage.deps, notice, 10)
    sent = tuple(taken(one.number) for one in turn.send)
    batch = OutcomeBatch(settled=sent, put_off=tuple(one.number for one in sent))
    await delivery.write_outcomes(stage.deps, {notice.id: batch}, {notice.id: notice.epoch})
    assert ids_of(await listed(stage, joined[ANA])) == [notice.id]
