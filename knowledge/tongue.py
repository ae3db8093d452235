"""Whether a text is in the language that was asked for: by script, then a detector, then words."""

import unicodedata
from collections import Counter
from collections.abc import Callable

from babel import Locale, UnknownLocaleError

from knowledge.numerals import WORD

Detector = Callable[[str], tuple[str, float]]
"""A text's language as a tag, and how sure that is, from 0 to 1."""

SURE = 0.8
FEWEST_LETTERS = 20
"""A detector is not asked about less: it would guess."""

SHARE = 0.4
"""Of the letters, how many must be in the language's script: names and terms may be in another."""

HAN_WEIGHS = 3
"""Letters that a Chinese character stands for."""

_SCRIPTS = {
    "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "ps": "ARABIC",
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "be": "CYRILLIC", "sr": "CYRILLIC",
    "mk": "CYRILLIC", "kk": "CYRILLIC", "mn": "CYRILLIC",
    "hi": "DEVANAGARI", "mr": "DEVANAGARI", "ne": "DEVANAGARI",
    "zh": "CJK", "ja": "CJK", "ko": "HANGUL", "el": "GREEK", "he": "HEBREW", "th": "THAI",
    "ta": "TAMIL", "te": "TELUGU", "bn": "BENGALI", "gu": "GUJARATI", "pa": "GURMUKHI",
    "ka": "GEORGIAN", "hy": "ARMENIAN", "am": "ETHIOPIC",
}  # fmt: skip
_KANA = {"HIRAGANA", "KATAKANA"}

# The commonest words that tell the shipped languages in Latin letters apart.
_COMMON = {
    "en": "the of and to is are you your it that this not they with what have been be in for",
    "es": "el los las y es tu tus una con lo del al se está están puedes hay tienes en que por",
    "fr": "le les des et est vous votre vos ne pas une avec du au qui ce dans peut êtes que par",
    "pt": "e é você seu sua seus não uma com do da ao em se está estão pode há que por são na",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
TWICE, THRICE = 2, 3


def primary(tag: str) -> str:
    """The language of a tag: ``pt`` of ``pt_BR``."""
    return tag.replace("_", "-").split("-")[0].lower()


def name_of(tag: str) -> str:
    """What English calls a language, for a prompt; the tag itself where it is unknown."""
    try:
        named = Locale.parse(tag.replace("-", "_")).get_display_name("en")
    except (ValueError, UnknownLocaleError):
        named = None
    return named or tag


def is_in(text: str, language: str, detector: Detector | None = None) -> bool:
    """Whether a text may pass for one in this language; doubt counts for it."""
    asked = primary(language)
    scripts = _scripts(text)
    letters = sum(scripts.values())
    if not letters:
        return True
    wanted = _SCRIPTS.get(asked, "LATIN")
    mine = scripts[wanted] + (scripts["KANA"] if asked == "ja" else 0)
    if mine / letters < SHARE or (asked == "zh" and scripts["KANA"]):
        return False
    if letters < FEWEST_LETTERS:
        return True
    # Without kana Chinese characters are Chinese; detectors take one sentence in 24 for others.
    if detector is not None and wanted != "CJK":
        found, sure = detector(text)
        if sure >= SURE:
            return primary(found) == asked
    return asked not in _WORDS or _by_words(text, asked)


def _scripts(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for char in text:
        if char.isalpha():
            script = unicodedata.name(char, "?").split(" ", 1)[0].split("-", 1)[0]
            name = "KANA" if script in _KANA else script
            found[name] += HAN_WEIGHS if name in {"CJK", "KANA", "HANGUL"} else 1
    return found


def _by_words(text: str, asked: str) -> bool:
    """Whether no other of these languages has clearly more of its words in the text."""
    words = WORD.findall(text.casefold())
    counts = {
        language: sum(word in common for word in words) for language, common in _WORDS.items()
    }
    best = max(counts.values())
    if counts[asked] == 0:
        return best < TWICE
    return counts[asked] * TWICE > best or best < THRICE
