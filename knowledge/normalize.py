"""Text normalization for search: one form for texts that read the same."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

LONGEST: Final = 500
"""Characters of a question that are read. More would take seconds, and add little."""

LETTER: Final = r"(?:[^\W\d_]|[\u0900-\u0963])"
"""A pattern: a letter of any script, the vowel signs of Hindi too, which are none to Python."""

_SPACES: Final = re.compile(r"\s+")
# A year, a month or an amount is part of many questions; seven digits and more are of a phone.
_LONG_NUMBER: Final = re.compile(r"\+?\(?\d(?:[\s.\-/()]{0,3}\d){6,}")
# Joiners change how Hindi letters join, so they stay; other invisible characters can hide words.
_JOINERS: Final = frozenset("\u200c\u200d")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Only Latin, Greek and Cyrillic accents: the rest of category Mn holds the vowels of Hindi.
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_TASHKEEL: Final = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d]")
_LETTERS: Final = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "ё": "е",
        "ı": "i",
    }
)


class ReadText(NamedTuple):
    """A text as it is read, and whether its end was cut off."""

    text: str
    shortened: bool


def clean(text: str) -> str:
    """The text on one line in NFKC, without invisible characters.

    Line ends and tabs become spaces, so that words stay apart.
    """
    line = _SPACES.sub(" ", unicodedata.normalize("NFKC", text))
    if line.isprintable():
        return line.strip()
    kept = (c for c in line if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE)
    return _SPACES.sub(" ", "".join(kept)).strip()


def read_question(text: str) -> ReadText:
    """Clean a question, and cut it to ``LONGEST`` characters."""
    # NFKC can turn one character into eighteen, so the length is bounded before and after.
    whole = clean(text[: LONGEST * 4])
    return ReadText(
        whole[:LONGEST].rstrip(), shortened=len(whole) > LONGEST or len(text) > LONGEST * 4
    )


def without_numbers(text: str) -> str:
    """The text without phone numbers and the like: they say nothing of what is asked."""
    left = _SPACES.sub(" ", _LONG_NUMBER.sub(" ", text)).strip()
    return left if any(char.isalpha() for char in left) else text


def without_names(text: str, names: Iterable[str]) -> str:
    """The text without these names, however their case; empty where it is nothing else."""
    for name in sorted(names, key=len, reverse=True):
        if plain := clean(name):
            text = re.sub(rf"(?<!\w){re.escape(plain)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return _SPACES.sub(" ", text).strip()


def fold(text: str) -> str:
    """Fold a text for lexical comparison: case, accents, variants of Arabic letters."""
    plain = clean(text).casefold().translate(_LETTERS)
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", _TASHKEEL.sub("", plain)))
    return unicodedata.normalize("NFC", bare)
