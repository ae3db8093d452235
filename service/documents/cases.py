"""Use cases of what MIDs hand in as documents."""

from typing import Any

from service.deps import Deps
from service.documents import store


async def articles(deps: Deps) -> list[tuple[str, dict[str, Any]]]:
    """Every article of every MID, with the MID's id, in one order."""
    async with deps.db.read() as conn:
        return await store.read_all(conn, "article")
