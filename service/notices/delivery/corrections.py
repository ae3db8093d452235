"""What the sender needs to put a correction into the messages that were sent before it."""

from service.deps import Deps
from service.notices import outcome_store as outcomes
from service.notices import rules, store
from service.notices.audience import read_people
from service.notices.codec import unpack_outcomes
from service.notices.delivery_values import Recipient
from service.notices.values import Notice, Outcome


async def begin(
    deps: Deps, notice: Notice, after: int = 0
) -> tuple[int, list[tuple[int, int]]] | None:
    """The next segment whose people see an older text: its number, and (number, message id).

    None when everybody sees the present one, which is then remembered.
    """
    async with deps.db.write() as conn:
        rows = await outcomes.read_segments(conn, notice.id, notice.rev, after)
        if not rows and after:
            rows = await outcomes.read_segments(conn, notice.id, notice.rev, 0)
        if not rows:
            await store.change(conn, notice.id, edited_rev=notice.rev)
            return None
        row = rows[0]
    return row.n, [
        (number, message_id)
        for number, outcome, message_id in unpack_outcomes(row.body)
        if outcome == Outcome.SENT.value
    ]


async def done(deps: Deps, notice: Notice, n: int) -> None:
    """The people of a segment now see this text of it."""
    async with deps.db.write() as conn:
        row = await store.read_row(conn, notice.id, lock=True)
        if row is not None and row.epoch == notice.epoch:
            await outcomes.set_segment_rev(conn, notice.id, n, notice.rev)


async def reader(deps: Deps, notice: Notice, number: int) -> Recipient | None:
    """A person who was sent a notice, by their number; None once they are gone."""
    async with deps.db.read() as conn:
        found = await read_people(
            conn, notice.mid, deps.clock.now(), licences=(), numbers=[number]
        )
    return rules.recipient(found[0]) if found and not found[0].left else None
