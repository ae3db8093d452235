"""A flood guard in front of the store: one sender's flood costs no other sender anything."""

import time
from collections.abc import Callable

import structlog

from bot.token_bucket import TokenBuckets
from bot.updates.inbox_store import IncomingUpdate

log = structlog.get_logger()

# Nobody taps thirty times at once, or three times a second for long, to read or to decide.
BURST = 30.0
PER_SECOND = 3.0


class FloodGuard:
    """A token bucket per sender. Opt-outs (``IncomingUpdate.protects``) always pass, for free."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._buckets = TokenBuckets(BURST, PER_SECOND, now=now)

    def allows(self, update: IncomingUpdate) -> bool:
        """Take a token of the sender's; False when there is none: the update is to be dropped."""
        allowed = update.protects or self._buckets.take(_sender_of(update))
        if not allowed:
            log.info("flood", dropped_update=update.update_id)
        return allowed

    def give_back(self, update: IncomingUpdate) -> None:
        """Return the token of an update that could not be stored and will come again."""
        if not update.protects:
            self._buckets.give_back(_sender_of(update))


def _sender_of(update: IncomingUpdate) -> str:
    """The sender's id: a sender's questions and taps share one bucket."""
    return update.lane.rstrip("?")
