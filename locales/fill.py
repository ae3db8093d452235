"""Fills `{named}` placeholders in a text, and does nothing else that `str.format` would do.

A translation comes from outside the code, so it must not reach attributes or items, and a value
that holds braces must stay unchanged.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

_PIECE = re.compile(r"\{\{|\}\}|\{([a-z_][a-z0-9_]*)\}|[{}]")


class BrokenTemplateError(ValueError):
    """A text with a brace that is neither a `{name}` nor doubled."""


@lru_cache(maxsize=4096)
def fields(template: str) -> frozenset[str]:
    """The names of the placeholders in a template.

    Raises:
        BrokenTemplateError: a brace stands alone or holds something that is no name.
    """
    names = set()
    for piece in _PIECE.finditer(template):
        if name := piece[1]:
            names.add(name)
        elif len(piece[0]) == 1:
            raise BrokenTemplateError(f"stray {piece[0]!r} in {template!r}")
    return frozenset(names)


def fits(translation: str, source: str, spare: frozenset[str] = frozenset()) -> bool:
    """Whether a translation has the placeholders of its source; those in `spare` are optional."""
    try:
        return fields(translation) - spare == fields(source) - spare
    except BrokenTemplateError:
        return False


def fill(template: str, params: Mapping[str, str]) -> str:
    """Fill a template's placeholders.

    Raises:
        KeyError: a placeholder has no parameter.
    """
    if missing := fields(template) - params.keys():
        raise KeyError(f"{template!r} needs {sorted(missing)}")
    return _PIECE.sub(lambda piece: params[piece[1]] if piece[1] else piece[0][0], template)
