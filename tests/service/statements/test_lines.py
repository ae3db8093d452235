"""What a member was credited with: their own lines, the newest, and no more than is needed."""

from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import event, select

from service.people import cases as people
from service.questions import cases as questions
from service.statements.store import MAX_LINES, put_lines, read_lines, statement_lines
from tests.support.stage import Stage, raw

ROBOT = "lifting-robot"


def line(ref: str, net: str = "1.00") -> dict:
    return {"ref": ref, "licence": ROBOT, "gross": "2.00", "net": net, "state": "paid"}


def statement(period: str, *lines: dict, currency: str = "EUR") -> dict:
    return {"period": period, "currency": currency, "lines": list(lines)}


async def lines_of(stage: Stage, member: str):
    return (await questions.read_about_member(stage.deps, member)).lines


async def test_a_member_sees_their_own_lines_newest_first_and_nobody_elses(stage: Stage, nurse):
    async with stage.deps.db.write() as conn:
        months = [f"2026-{month:02}" for month in (3, 1, 2)]
        for n, month in enumerate(months):
            block = statement(month, line("N-0002", "9.00"), line("N-0001", f"{n}.10"))
            await put_lines(conn, "nurses", [block])
        await put_lines(conn, "translators", [statement("2026-08", line("N-0001", "7.77"))])
    found = [
        (stored.period.isoformat()[:7], stored.net) for stored in await lines_of(stage, nurse)
    ]
    assert found == [
        ("2026-09", Decimal("1.92")),
        ("2026-03", Decimal("0.10")),
        ("2026-02", Decimal("2.10")),
        ("2026-01", Decimal("1.10")),
    ]


async def test_a_statement_that_changed_replaces_its_lines_and_no_other_months(stage, nurse):
    bundle = raw("nurses")
    first = bundle["statements"][0]["lines"][0]
    first["net"], first["state"] = "1.50", "reversed"
    await stage.bring(bundle)
    (stored,) = await lines_of(stage, nurse)
    assert (stored.net, stored.counts) == (Decimal("1.50"), False)
    async with stage.deps.db.write() as conn:
        await put_lines(conn, "nurses", [statement("2026-09", currency="USD")])
    assert await lines_of(stage, nurse) == (stored,)


async def test_only_the_newest_statement_lines_are_read(stage: Stage, nurse):
    async with stage.deps.db.write() as conn:
        old = [line("N-0001", f"{n}.00") for n in range(MAX_LINES + 5)]
        await put_lines(conn, "nurses", [statement("2020-01", *old)])
    found = await lines_of(stage, nurse)
    assert len(found) == MAX_LINES
    assert found[0].net == Decimal("1.92")


async def test_statement_lines_of_other_members_are_not_read(stage: Stage, nurse):
    """The store looks a member's lines up by the key, however many others there are."""
    if not stage.deps.db.embedded:
        return
    _, memberships = await people.read_member(stage.deps, nurse)
    asked: list[tuple[str, tuple]] = []

    def note(conn, cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    async with stage.deps.db.read() as conn:
        with listening(stage.deps.db.reading.sync_engine, note):
            await read_lines(conn, memberships, ())
        found = [
            await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", how) for query, how in asked
        ]
    plans = [str(list(rows)) for rows in found]
    assert len(plans) == len(memberships) == 1
    assert "SEARCH statement_lines USING INDEX" in plans[0]
    assert "(mid_id=? AND ref=?)" in plans[0]


@contextmanager
def listening(engine, note):
    event.listen(engine, "before_cursor_execute", note)
    yield
    event.remove(engine, "before_cursor_execute", note)


async def test_amounts_are_stored_to_the_last_digit(stage: Stage, nurse):
    exact = "123456789012.123456"
    async with stage.deps.db.write() as conn:
        await put_lines(conn, "nurses", [statement("2026-10", line("N-0001", exact))])
        kept = await conn.execute(
            select(statement_lines.c.net).where(statement_lines.c.net == exact)
        )
        assert kept.scalar() == exact
    assert (await lines_of(stage, nurse))[0].net == Decimal(exact)
