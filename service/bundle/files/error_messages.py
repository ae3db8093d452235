"""pydantic's validation errors as sentences that a MID's staff can act on.

The JSON Schema of the whole file is used for it: its descriptions explain a missing field.
"""

import difflib
from typing import Any, Final

from service.bundle.files.yaml_lines import Loc
from service.bundle.schema.checks import quote

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


def describe_error(error: Any, loc: Loc, schema: Schema) -> tuple[str, str]:
    """Say why the value at `loc` was refused, and what to write instead.

    Args:
        error: one entry of `ValidationError.errors()`.
        loc: the place of the value, without pydantic's own markers.
        schema: the JSON Schema of the whole file.
    """
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "refusal":
        return context["reason"], context["mend"]
    if kind == "missing":
        return f"{loc[-1]} is missing", _describe_missing(loc, schema)
    if kind == "extra_forbidden":
        return _describe_unknown_key(loc, schema)
    if kind == "literal_error":
        return _describe_unknown_word(error["loc"], loc, value, schema)
    if kind in _SHAPES:
        shape, mend = _SHAPES[kind]
        return f"{quote(value)} is not {shape}", mend
    return _describe_size(kind, value, context)


def _describe_size(kind: str, value: Any, context: dict[str, Any]) -> tuple[str, str]:
    """Explain that a number, a text or a list is too large or too small."""
    if kind in _BOUNDS:
        side, bound, more = _BOUNDS[kind]
        limit = context[bound]
        return f"{quote(value)} is {side} {limit}", f"write {limit} {more}"
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
    return f"{quote(value)} is not what this field takes", "see its schema in docs"


def _describe_missing(loc: Loc, schema: Schema) -> str:
    meaning = _schema_at(loc, schema).get("description")
    return f"add {loc[-1]}: {meaning}" if meaning else f"add {loc[-1]}"


def _describe_unknown_key(loc: Loc, schema: Schema) -> tuple[str, str]:
    """Explain a key that the format does not have; suggest the nearest one."""
    allowed = list(_schema_at(loc[:-1], schema).get("properties", ()))
    near = difflib.get_close_matches(str(loc[-1])[:100], allowed, n=1, cutoff=0.6)
    if near:
        return f"{quote(loc[-1])} is no field here", f"write {near[0]}, the nearest one"
    return f"{quote(loc[-1])} is no field here", f"take it out; there are {', '.join(allowed)}"


def _describe_unknown_word(
    raw_loc: tuple[Any, ...], loc: Loc, value: Any, schema: Schema
) -> tuple[str, str]:
    """Explain a word outside a fixed set; list the set and suggest the nearest one."""
    part = (
        _schema_at(loc[:-1], schema).get("propertyNames", {})
        if raw_loc[-1] == "[key]"
        else (_schema_at(loc, schema))
    )
    allowed = [str(word) for word in part.get("enum", [part.get("const")])]
    near = difflib.get_close_matches(str(value)[:100].lower().replace("-", "_"), allowed, n=1)
    listed = f"write one of {', '.join(allowed)}" if len(allowed) > 1 else f"write {allowed[0]}"
    return (
        f"{quote(value)} is not known here",
        f"{listed}; the nearest is {near[0]}" if near and len(allowed) > 1 else listed,
    )


def _schema_at(loc: Loc, schema: Schema) -> Schema:
    """The part of the JSON Schema that describes `loc`, empty if there is none."""
    part = schema
    for step in loc:
        part = _resolve(part, schema)
        inner = (
            part.get("items")
            if isinstance(step, int)
            else (part.get("properties", {}).get(step, part.get("additionalProperties")))
        )
        part = inner if isinstance(inner, dict) else {}
    return _resolve(part, schema)


def _resolve(part: Schema, schema: Schema) -> Schema:
    """Follow a `$ref` and the `anyOf` of an optional field; the field's own description stays."""
    for option in part.get("anyOf", ()):
        if option.get("type") != "null":
            part = {**option, **{k: v for k, v in part.items() if k != "anyOf"}}
            break
    if "$ref" in part:
        target = schema["$defs"][part["$ref"].rpartition("/")[2]]
        part = {**target, **{k: v for k, v in part.items() if k != "$ref"}}
    return part
