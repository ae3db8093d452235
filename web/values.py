"""What the HTTP edge is given by the process: services to call, and their errors."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class StoreUnavailableError(Exception):
    """Updates cannot be stored at the moment; the sender has to send them again."""


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """The address that Telegram calls, and the secret that its calls carry."""

    url: str
    host: str
    path: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the process can do its work. ``problems``: why not, without secrets or details."""

    problems: tuple[str, ...] = ()


class StoreUpdates(Protocol):
    """Stores updates, each as JSON; when the call returns they may be acknowledged.

    A body that is no update is set aside.

    Raises:
        StoreUnavailableError: nothing was stored.
    """

    async def __call__(self, bodies: Sequence[bytes]) -> None:
        """Store all of them or none."""
        ...


@dataclass(frozen=True, slots=True)
class EdgeServices:
    """What the server calls. ``metrics``: the text for Prometheus. ``webhook``: None: no route."""

    store_updates: StoreUpdates
    ready: Callable[[], Awaitable[Readiness]]
    metrics: Callable[[], Awaitable[bytes]]
    webhook: WebhookConfig | None = None
