"""Isolates names and numbers in a sentence, so that they cannot change its direction.

Source: Unicode Standard Annex 9 (bidirectional algorithm), isolates in section 2.4.
"""

import re
import unicodedata

FSI, PDI = "\u2068", "\u2069"
LRM = "\u200e"
RLM = "\u200f"

_OPENERS = "\u2066\u2067\u2068"
_ISOLATES = re.compile(f"[{_OPENERS}{PDI}]")
# A line break ends every open isolate, and would let a name fake a line of the screen.
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# Embeddings, overrides, deprecated shaping controls, byte order marks and other controls.
# ZWJ and ZWNJ stay (Hindi and emoji need them), and so do LRM, RLM and ALM, which end nothing.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u206a-\u206f\ufeff\ud800-\udfff]")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


class Raw(str):
    """A parameter that is inserted unchanged: text that Midline itself has composed."""

    __slots__ = ()


def clean(text: str) -> str:
    """The text on one line, without control characters that affect what follows it.

    Balanced isolates stay, because a list of names already has them.
    """
    text = _UNWANTED.sub("", _BREAKS.sub(" ", text))
    return text if _balanced(text) else _ISOLATES.sub("", text)


def isolate(text: str) -> str:
    """The cleaned text between FSI and PDI, unless it is isolated already."""
    text = clean(text)
    return text if not text or _wrapped(text) else f"{FSI}{text}{PDI}"


def inserted(text: str, *, rtl: bool) -> str:
    """The text as it is inserted into a sentence: cleaned, and isolated where that is needed."""
    text = clean(text)
    return isolate(text) if rtl or _has_right_to_left(text) else text


def _has_right_to_left(text: str) -> bool:
    return not text.isascii() and any(
        unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text
    )


def _depths(text: str) -> list[int]:
    depth, depths = 0, []
    for char in _ISOLATES.findall(text):
        depth += -1 if char == PDI else 1
        depths.append(depth)
    return depths


def _balanced(text: str) -> bool:
    depths = _depths(text)
    return not depths or (depths[-1] == 0 and min(depths) >= 0)


def _wrapped(text: str) -> bool:
    """Whether the first character opens the isolate that the last one closes."""
    if text[0] not in _OPENERS or text[-1] != PDI:
        return False
    return all(depth > 0 for depth in _depths(text)[:-1])
