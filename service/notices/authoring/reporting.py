"""Reports: the counts of a notice's outcomes, and each person's outcome under a pseudonym."""

from service.deps import Deps
from service.errors import NotFoundError
from service.mids import store as mid_store
from service.notices import deferred_store, rules, store
from service.notices import outcome_store as outcomes
from service.notices.authoring.cases import read_notice
from service.notices.values import ENDED, Notice, NoticeDelivery, NoticeOutcome, NoticeReport


async def read_report(deps: Deps, mid_id: str, notice_id: str) -> NoticeReport:
    """Read a notice with the counts of outcomes, deferred people and answers.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.read() as conn:
        notice = await read_notice(conn, mid_id, notice_id)
        waits = notice.status not in ENDED and not notice.content.bypasses_limits
        return NoticeReport(
            notice=notice,
            waiting=await deferred_store.count_by_reason(conn, notice_id),
            answers=await store.count_answers(conn, notice_id),
            morning=rules.mid_quiet_hours_until(notice.mid, deps.clock.now()) if waits else None,
        )


async def list_deliveries(
    deps: Deps, mid_id: str, notice_id: str, after: int, limit: int
) -> tuple[list[NoticeDelivery], int | None]:
    """List what became of a notice for each person, under pseudonyms, a page at a time.

    ``after`` is the cursor, 0 for the first page. Returns the page and the next cursor, None
    after the last page. A page leaves out members without an outcome, so it may be short.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.read() as conn:
        await read_notice(conn, mid_id, notice_id)
        rows = await outcomes.read_deliveries(conn, mid_id, notice_id, after, limit)
    page = [
        NoticeDelivery(
            pseudonym=row["pseudonym"],
            outcome=NoticeOutcome(row["outcome"]).name.lower() if row["outcome"] else row["why"],
            at=row["at"],
            answer=row["answer"],
        )
        for row in rows
        if row["outcome"] or row["why"]
    ]
    return page, rows[-1]["number"] if len(rows) == limit else None


async def read_mid_id(deps: Deps, notice_id: str) -> str:
    """Read the id of the MID that a notice is of, for callers that know only the notice.

    Raises:
        NotFoundError: there is no such notice.
    """
    async with deps.db.read() as conn:
        row = await store.read_row(conn, notice_id)
    if row is None:
        raise NotFoundError(f"no notice {notice_id!r}")
    return str(row.mid_id)


async def list_newest(deps: Deps, mid_id: str, limit: int = 20) -> list[Notice]:
    """List the newest notices of a MID, drafts included."""
    async with deps.db.read() as conn:
        mid = await mid_store.require_mid(conn, mid_id)
        rows = await store.read_newest(conn, mid_id, limit)
    return [store.build_notice(row, mid) for row in rows]
