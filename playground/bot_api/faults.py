"""Faults that a test plans: what goes wrong on the way to Telegram and back."""

from dataclasses import dataclass
from typing import Final

from playground.errors import ApiError, Json

ANY: Final = "*"


@dataclass(slots=True)
class SimulatedFault:
    """One planned fault.

    Attributes:
        method: the method it applies to, `*` for any but getUpdates.
        chat_id: only calls about this chat; None: any.
        error: answer with this instead of executing the call.
        hang: seconds to delay the call before it is executed.
        drop: break the connection before the call is executed.
        lost: execute it, then break the connection: the answer never arrives.
        garbage: execute it, then answer with a body that is not JSON.
        skip: how many matching calls pass first.
        times: how many calls it hits; None: all that follow.
        met: how many calls it has hit so far.
    """

    method: str
    chat_id: int | None = None
    error: ApiError | None = None
    hang: float = 0
    drop: bool = False
    lost: bool = False
    garbage: bool = False
    skip: int = 0
    times: int | None = 1
    met: int = 0

    def matches(self, method: str, values: Json) -> bool:
        """Whether it applies to this call."""
        names = (ANY, method) if method != "getUpdates" else (method,)
        return self.method in names and self.chat_id in (None, values.get("chat_id"))


class FaultPlan:
    """The planned faults; of several that match a call the first planned is taken."""

    def __init__(self) -> None:
        self._planned: list[SimulatedFault] = []

    def next(
        self,
        method: str = ANY,
        *,
        error: tuple[int, str] | ApiError | None = None,
        retry_after: int | None = None,
        hang: float = 0,
        drop: bool = False,
        lost: bool = False,
        garbage: bool = False,
        chat_id: int | None = None,
        skip: int = 0,
        times: int | None = 1,
    ) -> SimulatedFault:
        """Plan a fault for the next calls of `method`.

        Args:
            method: as the docs spell it, or `*` for any method but getUpdates.
            error: (code, full description), for example `(502, "Bad Gateway")`.
            retry_after: shorthand for a 429 that asks to wait so many seconds.
            hang: seconds to delay the call; it is executed afterwards.
            drop: break the connection before the call is executed.
            lost: execute it, then break the connection.
            garbage: execute it, then answer with something that is not JSON.
            chat_id: only for calls about this chat.
            skip: let so many matching calls pass first.
            times: how many calls it hits; None for all until `clear`.

        Returns:
            The planned fault; its `met` counts the calls it has hit.
        """
        if retry_after is not None:
            description = f"Too Many Requests: retry after {retry_after}"
            error = ApiError(429, description, {"retry_after": retry_after})
        if isinstance(error, tuple):
            error = ApiError(*error)
        fault = SimulatedFault(method, chat_id, error, hang, drop, lost, garbage, skip, times)
        self._planned.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all planned faults."""
        self._planned.clear()

    def take(self, method: str, values: Json) -> SimulatedFault | None:
        """The fault for this call, if any; it counts as a hit."""
        for fault in self._planned:
            if not fault.matches(method, values):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.met += 1
            if fault.times is not None and fault.met >= fault.times:
                self._planned.remove(fault)
            return fault
        return None
