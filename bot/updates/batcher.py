"""Questions gathered: what is asked while one round is under way goes into the next, together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Gathered(Generic[Asked, Told]):
    """Answers many questions by one call of ``work``, which keeps their order."""

    def __init__(self, work: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]]) -> None:
        self._work = work
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._filled = asyncio.Event()

    async def ask(self, one: Asked) -> Told:
        """The answer, or what the round it was in raised.

        Who is cancelled before the round begins has not asked.
        """
        return await self.put(one)

    def put(self, one: Asked) -> asyncio.Future[Told]:
        """Ask, and wait for the answer later or never."""
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answer))
        self._filled.set()
        return answer

    async def run(self) -> None:
        """Answer round after round, for ever."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            round_ = [one for one in self._waiting if not one[1].cancelled()]
            self._waiting = []
            if round_:
                await self._answer(round_)

    async def _answer(self, round_: list[tuple[Asked, asyncio.Future[Told]]]) -> None:
        try:
            told = await self._work([asked for asked, _ in round_])
        except Exception as error:  # noqa: BLE001  # whoever asked decides what it means
            for _, answer in round_:
                if not answer.done():
                    answer.set_exception(error)
                    # Nobody may be left waiting for it; then it is not an error of this task.
                    answer.exception()
        else:
            for (_, answer), one in zip(round_, told, strict=True):
                if not answer.done():
                    answer.set_result(one)
