"""One form of a text, so that the same words look the same to a search."""

import re
import unicodedata
from typing import Final, NamedTuple

LONGEST: Final = 500
"""Characters of a question that are read. More would cost seconds, and tell little."""

_SPACES: Final = re.compile(r"\s+")
# Joiners change how Hindi letters join, and so stay; other invisible marks can hide words.
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


class Cut(NamedTuple):
    """A text as it is read, and whether something of it was left out."""

    text: str
    shortened: bool


def clean(text: str) -> str:
    """The text as one line of compatible characters, without what cannot be seen.

    Line ends and tabs become spaces, so that words stay apart.
    """
    one = _SPACES.sub(" ", unicodedata.normalize("NFKC", text))
    if one.isprintable():
        return one.strip()
    kept = (c for c in one if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE)
    return _SPACES.sub(" ", "".join(kept)).strip()


def cut(text: str) -> Cut:
    """A question as it is read: clean, and at most as long as is read."""
    # One character can become eighteen, so what is read is bounded before and after.
    whole = clean(text[: LONGEST * 4])
    return Cut(whole[:LONGEST].rstrip(), shortened=len(whole) > LONGEST or len(text) > LONGEST * 4)


def folded(text: str) -> str:
    """A text for comparing by letters: no case, no accents, one form of each Arabic letter."""
    plain = clean(text).casefold().translate(_LETTERS)
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", _TASHKEEL.sub("", plain)))
    return unicodedata.normalize("NFC", bare)
