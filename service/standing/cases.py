"""Use cases that read a member's standing."""

from service.deps import Deps
from service.standing import rules
from service.standing import store as standing_store
from service.standing.values import PortfolioView


async def read_portfolio(deps: Deps, member_id: str) -> PortfolioView:
    """Every licence of a member with its standing, across all their MIDs.

    Raises:
        NotFoundError: there is no such person.
    """
    async with deps.db.read() as conn:
        snapshot = await standing_store.read_snapshot(conn, member_id, deps.clock.now())
    return PortfolioView(snapshot=snapshot, standings=rules.standings(snapshot))
