"""Filters that aiogram does not have."""

from aiogram.filters import Filter
from aiogram.types import CallbackQuery

from dialogs.callbacks import Go, Place


class To(Filter):
    """A button that leads to one of the named places.

    An async filter on plain strings: a bare ``F.data`` filter would run in a thread and cost
    fifteen times as much.
    """

    def __init__(self, *places: Place) -> None:
        self._data = frozenset(Go(place=place).pack() for place in places)

    async def __call__(self, query: CallbackQuery) -> bool:
        """Whether the button is one of them."""
        return query.data in self._data
