"""Corrections: which sent messages show an older text of a notice and have to be edited."""

from service.deps import Deps
from service.notices import outcome_store as outcomes
from service.notices import rules, store
from service.notices.audience import read_audience_members
from service.notices.codec import unpack_outcomes
from service.notices.delivery_values import Recipient
from service.notices.values import Notice, NoticeOutcome


async def read_outdated(
    deps: Deps, notice: Notice, after: int = 0
) -> tuple[int, list[tuple[int, int]]] | None:
    """Read the next segment after ``after`` whose people see an older text.

    Returns its number and (number, message id) of everybody who was sent the notice. None: all
    messages show the current text, which is then stored.
    """
    async with deps.db.write() as conn:
        rows = await outcomes.read_next_outdated_segment(conn, notice.id, notice.rev, after)
        if not rows and after:
            rows = await outcomes.read_next_outdated_segment(conn, notice.id, notice.rev, 0)
        if not rows:
            await store.update_notice(conn, notice.id, edited_rev=notice.rev)
            return None
        row = rows[0]
    return row.n, [
        (number, message_id)
        for number, outcome, message_id in unpack_outcomes(row.body)
        if outcome == NoticeOutcome.SENT.value
    ]


async def mark_corrected(deps: Deps, notice: Notice, n: int) -> None:
    """Store that the people of a segment see the current text now."""
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice.id, lock=True)
        if row is not None and row.epoch == notice.epoch:
            await outcomes.set_segment_rev(conn, notice.id, n, notice.rev)


async def read_recipient(deps: Deps, notice: Notice, number: int) -> Recipient | None:
    """Read a person who was sent a notice, by number; None: they have left or were erased."""
    async with deps.db.read() as conn:
        members = await read_audience_members(
            conn, notice.mid, deps.clock.now(), licences=(), numbers=[number]
        )
    return rules.as_recipient(members[0]) if members and not members[0].left else None
