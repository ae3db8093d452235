"""A second opinion on every outgoing call: the Bot API as data, where CI has it at hand."""

import json
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from playground import BotCall

SPEC = "MIDLINE_BOTAPI_SPEC"
"""Names the file with the Bot API's methods and types; unset, nothing is checked here."""

_PLAIN: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
}


@lru_cache
def entries() -> dict[str, dict[str, Any]]:
    path = os.environ.get(SPEC)
    if not path:
        return {}
    api = json.loads(Path(path).read_text(encoding="utf-8"))
    return {entry["name"]: entry for item in api["items"] for entry in item["children"]}


def check_calls(calls: Iterable[BotCall]) -> None:
    """Every parameter of every call is known, of a right type, and none required is missing."""
    for call in calls if entries() else ():
        wrong = list(_fields(call.method, call.params))
        assert not wrong, f"{call.method}: {wrong}"


def _fields(name: str, values: dict[str, Any]) -> Iterable[str]:
    known = {one["name"]: one for one in entries()[name]["annotations"]}
    for key, value in values.items():
        if key not in known:
            yield f"{name} has no {key}"
        elif not _fits(value, known[key]["type"]):
            yield f"{name}.{key} is {value!r}, not {known[key]['type']}"
    for key, one in known.items():
        if one.get("required") and key not in values:
            yield f"{name}.{key} is missing"


def _fits(value: Any, type_: str) -> bool:
    if " or " in type_ or ", " in type_:
        return any(_fits(value, one) for one in type_.replace(", ", " or ").split(" or "))
    if type_.startswith("Array of "):
        inner = type_.removeprefix("Array of ")
        return isinstance(value, list) and all(_fits(one, inner) for one in value)
    if type_ in _PLAIN:
        return isinstance(value, _PLAIN[type_]) and (type_ in {"Boolean", "True"}) == isinstance(
            value, bool
        )
    entry = entries()[type_]
    if not entry["annotations"]:
        return isinstance(value, dict)
    return isinstance(value, dict) and not list(_fields(type_, value))
