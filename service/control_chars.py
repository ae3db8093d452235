"""Characters that control a terminal or the direction of text instead of being displayed."""

import unicodedata

# Bidirectional embedding, override and isolate controls: one of them in a MID's text would
# reorder whatever is displayed after it.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Unicode general categories: control, surrogate, line separator, paragraph separator.
_CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def first_control_char(text: str, allowed: str = "") -> str | None:
    """The first control character of a text that is not in ``allowed``; None if there is none."""
    for char in text:
        is_control = char in _BIDI_CONTROLS or unicodedata.category(char) in _CONTROL_CATEGORIES
        if is_control and char not in allowed:
            return char
    return None


def is_blank(text: str) -> bool:
    """Whether a text has no visible character."""
    return not any(char.isprintable() and not char.isspace() for char in text)
