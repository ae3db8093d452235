"""Use cases of an edge that shows texts which a member may agree to."""

from service.deps import Deps
from service.journal import store
from service.journal.values import Proof


async def record_text(
    deps: Deps, member_id: str, proof: Proof, *, locale: str, text_hash: str
) -> None:
    """Record a text before it is sent. No yes to it counts until ``confirm_text``."""
    async with deps.db.write() as conn:
        await store.put_shown(conn, member_id, proof, locale, text_hash, deps.clock.now())


async def confirm_text(deps: Deps, nonce: str, message_id: int) -> None:
    """Record that the text was delivered as ``message_id``: from now on a yes to it counts."""
    async with deps.db.write() as conn:
        await store.confirm_shown(conn, nonce, message_id, deps.clock.now())


async def rebuild_latest(deps: Deps) -> None:
    """Derive the cached state of every member from the events again."""
    async with deps.db.write() as conn:
        await store.rebuild_latest(conn)
