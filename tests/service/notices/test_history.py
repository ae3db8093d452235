"""Pages of notices that a member was sent; their cost does not grow with the years."""

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
from tests.service.notices.test_outcomes import accepted, approved, content, send_all

EVERYONE = Audience(everyone=True)
ANA, BO = "N-0001", "N-0002"


@dataclass
class Work:
    """SQL statements, and on SQLite hundreds of steps of its engine: every row takes some."""

    statements: int = 0
    steps: int = 0


@contextmanager
def counted(db):
    """Count what the database does in this block."""
    work, engine = Work(), db.reading.sync_engine

    def step():
        work.steps += 1
        return False

    def before(*_):
        work.statements += 1

    event.listen(engine, "before_cursor_execute", before)
    try:
        with pytest.MonkeyPatch.context() as patch:
            # In place of the handler that stops a read that takes too long.
            patch.setattr(inline_sqlite, "_stop", step)
            patch.setattr(inline_sqlite, "_STEPS", 100)
            yield work
    finally:
        event.remove(engine, "before_cursor_execute", before)


@dataclass
class Years:
    """Writes years of notices of a MID."""

    stage: object
    numbers: dict[str, int]
    count: int = 0

    async def tell(self, times, *, to, audience=EVERYONE, title="Open evening", **changed):
        """Store notices as if they had been sent to some members, a minute apart."""
        template = content(audience=audience, answers=())
        text = {"en": template.text["en"].model_copy(update={"title": title})}
        doc = template.model_copy(update={"text": text}).model_dump_json()
        top = max(self.numbers.values())
        recipients = sorted(self.numbers[ref] for ref in to)
        rows, ends, ids = [], [], []
        for _ in range(times):
            self.count += 1
            self.stage.clock.at += timedelta(minutes=1)
            at, notice_id = self.stage.clock.now(), f"ntc_{self.count:016}"
            ids.append(notice_id)
            row = {
                "id": notice_id, "mid_id": "nurses", "status": NoticeStatus.FINISHED.value,
                "doc": doc, "rev": 1, "edited_rev": 1, "created_by": "ada",
                "counted": {"en": len(recipients)}, "foreign_readers": {}, "upper": top,
                "floor": top, "intent": top, "epoch": 1, "outcomes": {},
                "wave_passed": False, "created_at": at, "started_at": at, "ended_at": at,
            }  # fmt: skip
            rows.append(row | changed)
            body = pack_outcomes((number, NoticeOutcome.SENT, 7) for number in recipients)
            if recipients:
                end = {
                    "n": 1,
                    "rev": 1,
                    "at": at,
                    "lo": recipients[0],
                    "hi": recipients[-1],
                    "body": body,
                }
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
    members = {}
    for ref in (ANA, BO):
        member = await stage.stranger()
        await stage.join(member, "nurses", ref)
        members[ref] = member
    return members


@pytest.fixture
async def years(stage, joined):
    numbers = {}
    async with stage.deps.db.read() as conn:
        for ref, member in joined.items():
            ((number, _),) = (await audience_members.read_numbers(conn, member)).values()
            numbers[ref] = number
    return Years(stage, numbers)


async def read_page(stage, member, **how):
    return await history.list_received(stage.deps, member, **how)


def ids_of(page):
    return [notice.notice_id for notice in page.notices]


async def read_all_pages(stage, member, search=""):
    """Read every page from the newest to the last, and all the way back."""
    page = await read_page(stage, member, search=search)
    forward, back = [page], []
    while page.older:
        page = await read_page(stage, member, than=page.older, search=search)
        forward.append(page)
    while page.newer:
        page = await read_page(stage, member, than=page.newer, newer=True, search=search)
        back.append(page)
    return forward, back


@pytest.mark.parametrize("many", [0, 1, 5, 6, 7, 12, 13, 31])
async def test_paging_shows_each_notice_once_in_order(stage, joined, years, many):
    sent = await years.tell(many, to=(ANA, BO)) if many else []
    forward, back = await read_all_pages(stage, joined[ANA])
    assert [notice_id for page in forward for notice_id in ids_of(page)] == sent[::-1]
    assert len(forward) == max(1, -(-many // history.PER_PAGE))
    if back:
        assert ids_of(back[-1]) == ids_of(forward[0])
        assert not back[-1].newer


async def test_notices_started_at_the_same_moment_are_all_shown(stage, joined, years):
    sent = await years.tell(20, to=(ANA,), started_at=stage.clock.now())
    forward, _ = await read_all_pages(stage, joined[ANA])
    assert [notice_id for page in forward for notice_id in ids_of(page)] == sorted(
        sent, reverse=True
    )


async def test_a_page_costs_the_same_after_ten_years(stage, joined, years):
    async def cost(**how):
        with counted(stage.deps.db) as work:
            await read_page(stage, joined[ANA], **how)
        return work

    await years.tell(40, to=(ANA, BO))
    middle = (await read_page(stage, joined[ANA])).older
    middle = (await read_page(stage, joined[ANA], than=middle)).older
    cases = [{}, {"than": middle}, {"than": middle, "newer": True}, {"search": "evening"}]
    few = [await cost(**case) for case in cases]
    await years.tell(5000, to=(ANA, BO))
    many = [await cost(**case) for case in cases]
    assert [work.statements for work in many] == [work.statements for work in few]
    assert max(work.statements for work in many) <= 12
    if stage.deps.db.embedded:
        assert min(work.steps for work in few) > 0
    for before, after in zip(few, many, strict=True):
        assert after.steps <= before.steps * 1.2 + 2


async def test_one_notice_among_thousands_for_others_is_reached_in_bounded_steps(
    stage, joined, years
):
    (first,) = await years.tell(1, to=(ANA,))
    await years.tell(1000, to=(BO,), audience=Audience(refs=(BO,)))
    most = history.READS * history.PER_READ
    pages, seen, than = 0, [], ""
    while not pages or than:
        with counted(stage.deps.db) as work:
            page = await read_page(stage, joined[ANA], than=than)
        assert work.statements <= 8 + 2 * history.READS
        assert work.steps <= 40 * most
        seen += ids_of(page)
        assert page.older == "" or page.upto is not None
        pages, than = pages + 1, page.older
    assert seen == [first]
    assert pages == -(-1001 // most)


async def test_a_search_goes_on_where_it_stopped(stage, joined, years):
    (vote,) = await years.tell(1, to=(ANA,), title="The vote on pay")
    await years.tell(400, to=(ANA,))
    page = await read_page(stage, joined[ANA], search="vote")
    assert not page.notices
    assert page.upto is not None
    while page.older and not page.notices:
        page = await read_page(stage, joined[ANA], than=page.older, search="vote")
    assert ids_of(page) == [vote]
    back = await read_page(stage, joined[ANA], than=page.newer, newer=True, search="vote")
    assert not back.notices
    while back.newer:
        back = await read_page(stage, joined[ANA], than=back.newer, newer=True, search="vote")
    assert back.older or ids_of(back) == [vote]


async def test_a_late_member_is_not_led_through_the_years_before(stage, joined, years):
    await years.tell(1000, to=(ANA, BO))
    stage.clock.at += timedelta(days=2)
    late = await stage.stranger()
    await stage.join(late, "nurses", "N-0004")
    with counted(stage.deps.db) as work:
        page = await read_page(stage, late)
    assert not page.notices
    assert not page.older
    assert work.statements <= 8


async def test_a_notice_in_flight_is_listed_for_its_audience_only(stage, joined, years):
    running = {"status": NoticeStatus.RUNNING.value, "ended_at": None}
    (everyone,) = await years.tell(1, to=(), **running)
    (named,) = await years.tell(1, to=(), audience=Audience(refs=(ANA,)), **running)
    async with stage.deps.db.write() as conn:
        await put_numbers(conn, named, pack_audience(named, [years.numbers[ANA]]))
    (unsent,) = await years.tell(1, to=(), floor=0, intent=0, **running)
    assert ids_of(await read_page(stage, joined[ANA])) == [named, everyone]
    assert ids_of(await read_page(stage, joined[BO])) == [everyone]
    assert unsent


async def test_a_deferred_notice_is_listed_once_it_was_sent(stage, joined):
    stage.clock.at = stage.clock.at.replace(hour=23)
    notice = await approved(stage, content())
    await send_all(stage, notice)
    assert not (await read_page(stage, joined[ANA])).notices
    stage.clock.at += timedelta(hours=9)
    batch = await read_due_deferred(stage.deps, notice, 10)
    sent = tuple(accepted(recipient.number) for recipient in batch.send)
    outcomes = OutcomeBatch(settled=sent, put_off=tuple(outcome.number for outcome in sent))
    await delivery.write_outcomes(stage.deps, {notice.id: outcomes}, {notice.id: notice.epoch})
    assert ids_of(await read_page(stage, joined[ANA])) == [notice.id]
