"""Filling `{named}` places in a text, and nothing else that `str.format` would do.

A translation comes from outside the code, so it must not reach attributes or items, and a value
that itself holds braces must stay as it is.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

_PIECE = re.compile(r"\{\{|\}\}|\{([a-z_][a-z0-9_]*)\}|[{}]")


class BrokenTemplateError(ValueError):
    """A text with a brace that is neither a `{name}` nor doubled."""


@lru_cache(maxsize=4096)
def fields(template: str) -> frozenset[str]:
    """The names of the places in a template.

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
    """Whether a translation has the places of its source; those in `spare` may come or go."""
    try:
        return fields(translation) - spare == fields(source) - spare
    except BrokenTemplateError:
        return False


def fill(template: str, params: Mapping[str, str]) -> str:
    """The template with its places filled.

    Raises:
        KeyError: a place has no parameter.
    """
    if missing := fields(template) - params.keys():
        raise KeyError(f"{template!r} needs {sorted(missing)}")
    return _PIECE.sub(lambda piece: params[piece[1]] if piece[1] else piece[0][0], template)
