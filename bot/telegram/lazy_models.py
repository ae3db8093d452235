"""aiogram with models that are built at their first use.

Telegram has some 450 types, and aiogram builds a validator for each of them when it is imported:
two thirds of the start-up time and half of the memory, for types of which this bot uses a few.
Here the import only records what the names in annotations stand for, and pydantic builds a model
when it is used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel


@contextmanager
def built_at_first_use() -> Iterator[None]:
    """Defer building the models of the aiogram modules that are first imported in this block."""
    rebuild = BaseModel.__dict__["model_rebuild"]
    names: dict[str, Any] = {}

    def record_names(_: type[BaseModel], /, **how: Any) -> None:
        names.update(how.get("_types_namespace") or {})

    # aiogram calls this for every type once all are defined, with the names in annotations.
    BaseModel.model_rebuild = classmethod(record_names)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
        for model in _subclasses(BaseModel):
            if model.__module__.startswith("aiogram.") and not model.__pydantic_complete__:
                model.__pydantic_parent_namespace__ = names


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for subclass in model.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
