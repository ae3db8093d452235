"""What the edge is handed and what it hands on."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class AwayError(Exception):
    """Nothing can be taken in at the moment; whoever sent it has to send it again."""


class NotAnUpdateError(Exception):
    """What was sent is not an update of Telegram."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where Telegram calls, and the secret by which its calls are known."""

    url: str
    host: str
    path: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the process can do its work; ``problems`` says why not, without any detail."""

    problems: tuple[str, ...] = ()


class Take(Protocol):
    """Stores updates, each as JSON; when it returns they may be acknowledged.

    Raises:
        AwayError: nothing was stored.
        NotAnUpdateError: one of them is no update; nothing was stored.
    """

    async def __call__(self, bodies: Sequence[str]) -> None:
        """Store them."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the server calls. Without a hook there is no webhook."""

    take: Take
    ready: Callable[[], Awaitable[Readiness]]
    metrics: Callable[[], Awaitable[bytes]]
    hook: Hook | None = None
