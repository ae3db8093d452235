"""aiogram with models that are built at their first use.

Telegram has some 450 types, and aiogram builds a validator for each of them when it is imported:
two thirds of a start and half of the memory, for types of which this bot meets a few. Here the
import only notes what their names stand for, and pydantic builds what is used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel


@contextmanager
def built_at_first_use() -> Iterator[None]:
    """What is imported of aiogram within this builds its models later.

    It has no effect on what was imported before.
    """
    rebuild = BaseModel.__dict__["model_rebuild"]
    names: dict[str, Any] = {}

    def note(_: type[BaseModel], /, **how: Any) -> None:
        names.update(how.get("_types_namespace") or {})

    # aiogram calls it for every type once all are there, with what their annotations name.
    BaseModel.model_rebuild = classmethod(note)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
        for model in _below(BaseModel):
            if model.__module__.startswith("aiogram.") and not model.__pydantic_complete__:
                model.__pydantic_parent_namespace__ = names


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in model.__subclasses__():
        yield one
        yield from _below(one)
