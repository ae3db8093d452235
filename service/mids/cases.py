"""Use cases that read MIDs."""

from service.deps import Deps
from service.mids import store
from service.mids.values import Mid


async def read_mids(deps: Deps) -> list[Mid]:
    """Every MID, ordered by id."""
    async with deps.db.read() as conn:
        return await store.read_mids(conn)
