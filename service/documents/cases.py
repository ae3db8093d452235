"""Use cases that read documents."""

from typing import Any

from service.deps import Deps
from service.documents import store


async def read_articles(deps: Deps) -> list[tuple[str, dict[str, Any]]]:
    """(MID id, article) of every MID, ordered by MID and key."""
    async with deps.db.read() as conn:
        return await store.read_of_all_mids(conn, "article")
