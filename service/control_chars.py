"""Characters that steer a terminal or a line of text instead of being read."""

import unicodedata

# Embedding, override and isolate marks: one of them in a MID's text would reorder what follows.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Unicode categories: control, half a surrogate pair, line and paragraph separator.
_STEERING = frozenset({"Cc", "Cs", "Zl", "Zp"})


def steering(text: str, allowed: str = "") -> str | None:
    """The first character of a text that steers and is not allowed to; None without one."""
    for char in text:
        steers = char in _BIDI_CONTROLS or unicodedata.category(char) in _STEERING
        if steers and char not in allowed:
            return char
    return None


def blank(text: str) -> bool:
    """Whether there is nothing to see in a text."""
    return not any(char.isprintable() and not char.isspace() for char in text)
