"""pydantic's findings into sentences that a MID's staff can act on.

A schema is the JSON Schema of the whole file: its descriptions explain a field that is missing.
"""

import difflib
from typing import Any, Final

from service.bundle.files.yaml_lines import Loc
from service.bundle.schema.checks import shown

Schema = dict[str, Any]

_SHAPES: Final = {
    "string_type": ("text", "write text; put numbers and true or false in quotes"),
    "int_type": ("a whole number", "write it in digits, without quotes and without a point"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "list_type": ("a list", "write it in brackets, [a, b], or one a line after a dash"),
    "dict_type": ("a block of fields", "write it as key: value; a text as {en: ...}"),
    "model_type": ("a block of fields", "write it as key: value"),
}
_BOUNDS: Final = {
    "greater_than_equal": ("below", "ge", "or more"),
    "less_than_equal": ("above", "le", "or less"),
}


def sentences(error: Any, loc: Loc, schema: Schema) -> tuple[str, str]:
    """Say why a value at `loc` was refused and what to write instead.

    Args:
        error: one entry of `ValidationError.errors()`.
        loc: its place without pydantic's own marks.
        schema: of the whole file.
    """
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "refusal":
        return context["reason"], context["mend"]
    if kind == "missing":
        return f"{loc[-1]} is missing", _add(loc, schema)
    if kind == "extra_forbidden":
        return _unknown_key(loc, schema)
    if kind == "literal_error":
        return _not_among(error["loc"], loc, value, schema)
    if kind in _SHAPES:
        shape, mend = _SHAPES[kind]
        return f"{shown(value)} is not {shape}", mend
    return _size(kind, value, context)


def _size(kind: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    """Say that a number, a text or a list is too large or too small."""
    if kind in _BOUNDS:
        side, bound, more = _BOUNDS[kind]
        limit = context[bound]
        return f"{shown(value)} is {side} {limit}", f"write {limit} {more}"
    if kind == "string_too_long":
        length, limit = len(value.strip()), context["max_length"]
        return (
            f"the text has {length} characters, {limit} is the most",
            f"cut {length - limit} of them",
        )
    if kind == "string_too_short":
        return "the text is blank", "write the text, or leave this language out"
    if kind == "too_long":
        most = context["max_length"]
        return f"there are {len(value)}, {most} is the most", f"keep {most}"
    if kind == "too_short":
        return "this is empty", "name at least one"
    return f"{shown(value)} is not what this field takes", "see its schema in docs"


def _add(loc: Loc, schema: Schema) -> str:
    meaning = _schema_at(loc, schema).get("description")
    return f"add {loc[-1]}: {meaning}" if meaning else f"add {loc[-1]}"


def _unknown_key(loc: Loc, schema: Schema) -> tuple[str, str]:
    """Refuse a key the format does not have; name the one that was probably meant."""
    allowed = list(_schema_at(loc[:-1], schema).get("properties", ()))
    near = difflib.get_close_matches(str(loc[-1])[:100], allowed, n=1, cutoff=0.6)
    if near:
        return f"{shown(loc[-1])} is no field here", f"write {near[0]}, the nearest one"
    return f"{shown(loc[-1])} is no field here", f"take it out; there are {', '.join(allowed)}"


def _not_among(raw_loc: tuple[Any, ...], loc: Loc, value: Any, schema: Schema) -> tuple[str, str]:
    """Refuse a word outside a fixed set; name the nearest and all of them."""
    found = (
        _schema_at(loc[:-1], schema).get("propertyNames", {})
        if raw_loc[-1] == "[key]"
        else (_schema_at(loc, schema))
    )
    allowed = [str(word) for word in found.get("enum", [found.get("const")])]
    near = difflib.get_close_matches(str(value)[:100].lower().replace("-", "_"), allowed, n=1)
    listed = f"write one of {', '.join(allowed)}" if len(allowed) > 1 else f"write {allowed[0]}"
    return (
        f"{shown(value)} is not known here",
        f"{listed}; the nearest is {near[0]}" if near and len(allowed) > 1 else listed,
    )


def _schema_at(loc: Loc, schema: Schema) -> Schema:
    """The part of the JSON Schema that describes `loc`, or an empty one."""
    here = schema
    for step in loc:
        here = _resolved(here, schema)
        inner = (
            here.get("items")
            if isinstance(step, int)
            else (here.get("properties", {}).get(step, here.get("additionalProperties")))
        )
        here = inner if isinstance(inner, dict) else {}
    return _resolved(here, schema)


def _resolved(part: Schema, schema: Schema) -> Schema:
    """Follow a reference and the "or nothing" of an optional field; keep its own description."""
    for option in part.get("anyOf", ()):
        if option.get("type") != "null":
            part = {**option, **{k: v for k, v in part.items() if k != "anyOf"}}
            break
    if "$ref" in part:
        target = schema["$defs"][part["$ref"].rpartition("/")[2]]
        part = {**target, **{k: v for k, v in part.items() if k != "$ref"}}
    return part
