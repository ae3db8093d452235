"""Use cases that read where a member stands."""

from service.deps import Deps
from service.standing import rules
from service.standing import store as standing_store
from service.standing.values import PortfolioView


async def portfolio(deps: Deps, member_id: str) -> PortfolioView:
    """Every licence of a member with its standing, across all their MIDs."""
    async with deps.db.read() as conn:
        picture = await standing_store.read_picture(conn, member_id, deps.clock.now())
    return PortfolioView(picture=picture, standings=rules.standings(picture))
