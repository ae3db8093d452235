"""Recording what is shown, from the edge that shows it."""

from service.deps import Deps
from service.journal import store
from service.journal.values import Proof


async def about_to_show(
    deps: Deps, member_id: str, proof: Proof, *, locale: str, text_hash: str
) -> None:
    """Record a text before it is sent. Until ``was_shown`` it allows nothing."""
    async with deps.db.write() as conn:
        await store.put_shown(conn, member_id, proof, locale, text_hash, deps.clock.now())


async def was_shown(deps: Deps, nonce: str, message_id: int) -> None:
    """Record that the text reached Telegram as ``message_id``: from now on a yes to it counts."""
    async with deps.db.write() as conn:
        await store.confirm_shown(conn, nonce, message_id, deps.clock.now())


async def rebuild(deps: Deps) -> None:
    """Derive every member's state again from the events."""
    async with deps.db.write() as conn:
        await store.rebuild_latest(conn)
