"""What became of a notice: how far it has come, and for each person under their pseudonym."""

from service.deps import Deps
from service.errors import NotFoundError
from service.mids import store as mid_store
from service.notices import deferred_store, rules, store
from service.notices import outcome_store as outcomes
from service.notices.authoring.cases import read_notice
from service.notices.values import OVER, Delivery, Notice, Outcome, Report


async def report(deps: Deps, mid_id: str, notice_id: str) -> Report:
    """How far a notice has come and what became of it, from counters.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.read() as conn:
        notice = await read_notice(conn, mid_id, notice_id)
        waits = notice.status not in OVER and not notice.content.passes
        return Report(
            notice=notice,
            waiting=await deferred_store.count_held(conn, notice_id),
            answers=await store.count_answers(conn, notice_id),
            morning=rules.mids_morning(notice.mid, deps.clock.now()) if waits else None,
        )


async def deliveries(
    deps: Deps, mid_id: str, notice_id: str, after: int, limit: int
) -> tuple[list[Delivery], int | None]:
    """What became of a notice for each person, a page by private number, under pseudonyms.

    Returns the page and where the next one starts, None after the last.

    Raises:
        NotFoundError: the MID has no such notice.
    """
    async with deps.db.read() as conn:
        await read_notice(conn, mid_id, notice_id)
        found = await outcomes.read_deliveries(conn, mid_id, notice_id, after, limit)
    page = [
        Delivery(
            pseudonym=row["pseudonym"],
            outcome=Outcome(row["outcome"]).name.lower() if row["outcome"] else row["why"],
            at=row["at"],
            answer=row["answer"],
        )
        for row in found
        if row["outcome"] or row["why"]
    ]
    return page, found[-1]["number"] if len(found) == limit else None


async def owner(deps: Deps, notice_id: str) -> str:
    """The MID whose notice this is, for an operator who names only the notice.

    Raises:
        NotFoundError: there is no such notice.
    """
    async with deps.db.read() as conn:
        row = await store.read_row(conn, notice_id)
    if row is None:
        raise NotFoundError(f"no notice {notice_id!r}")
    return str(row.mid_id)


async def listed(deps: Deps, mid_id: str, limit: int = 20) -> list[Notice]:
    """The MID's notices, newest first."""
    async with deps.db.read() as conn:
        mid = await mid_store.require_mid(conn, mid_id)
        rows = await store.read_newest(conn, mid_id, limit)
    return [store.notice_of(row, mid) for row in rows]
