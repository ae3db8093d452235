"""Lines of statements, read from what the MIDs handed in. This topic has no table of its own."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from service.licences.values import Licence
from service.money.values import Line, LineState
from service.papers import store as papers
from service.people.values import Membership

STATEMENTS_READ = 12


async def read_lines(
    conn: AsyncConnection, memberships: Collection[Membership], licences: Collection[Licence]
) -> tuple[Line, ...]:
    """What the last statements say about these memberships, newest month first.

    A line is found by the MID and the reference there: nobody else's is looked at.
    """
    titles = {(one.mid_id, one.slug): one.terms.title for one in licences}
    refs = {one.mid.id: one for one in memberships}
    docs = await papers.read_newest(conn, refs, "statement", STATEMENTS_READ)
    found = [
        Line(
            mid_id=mid_id,
            mid_name=refs[mid_id].mid.name,
            licence=line["licence"],
            title=titles.get((mid_id, line["licence"])),
            period=date.fromisoformat(f"{doc['period']}-01"),
            net=Decimal(line["net"]),
            gross=Decimal(line["gross"]),
            currency=doc["currency"],
            state=LineState(line["state"]),
        )
        for mid_id, statements in docs.items()
        for doc in statements
        for line in doc["lines"]
        if line["ref"] == refs[mid_id].ref
    ]
    return tuple(sorted(found, key=lambda line: line.period, reverse=True))
