"""How texts read: typography, words that are never used, lengths, and the level of the English.

The words and the typography of a language are data, in `banned.json`.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from locales.compile import HERE
from locales.entry import Entry
from locales.grade import grade
from locales.negotiate import SOURCE

LONGEST_SENTENCE = 25
MEAN_SENTENCE = 15
LABEL_WIDTH = 32
LABEL_GROWTH = 1.25
HIGHEST_GRADE = 8
GRADED_FROM = 20  # words; the formula says nothing of shorter texts

_PLACE = re.compile(r"\{[a-z_][a-z0-9_]*\}")
_SENTENCE_END = re.compile(r"(?<=[.?!؟।])[\s\u2069]+|(?<=[。？！])|\n+")
_ENDED = re.compile(r"[.?!؟।。？！]")
# Scripts that put no spaces between words; two characters are about a word.
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
# A combining mark belongs to its word, which `\w` forgets in Hindi and in pointed Arabic.
_LETTER = "[\\w\u0300-\u036f\u064b-\u0652\u0900-\u097f]"


def typography(entry: Entry) -> list[str]:
    """What every language avoids, and what this one does."""
    return [
        entry.wrong(f"{reason}: {form!r}")
        for form in entry.forms
        for pattern, reason in _rules(entry.locale)
        if pattern.search(_PLACE.sub("{}", form))
    ]


def banned(entry: Entry) -> list[str]:
    """Words that shame, push, boast or fog, and "selling your data", which no one does here."""
    pattern = _banned(entry.locale)
    return [
        entry.wrong(f"never say {found[0]!r}")
        for form in entry.forms
        if (found := pattern.search(_PLACE.sub(" ", form)))
    ]


def lengths(entry: Entry) -> list[str]:
    """Labels that do not fit their button, and sentences that are too long to follow."""
    found = []
    for form in entry.forms:
        if entry.context == "button":
            cap = LABEL_WIDTH * (1 if entry.locale == SOURCE else LABEL_GROWTH)
            if width(_PLACE.sub("", form)) > cap:
                found.append(entry.wrong(f"wider than {cap:g} for a button: {form!r}"))
        found += [
            entry.wrong(f"{size:g} words in one sentence: {sentence!r}")
            for sentence in sentences(form)
            if (size := count(sentence)) > LONGEST_SENTENCE
        ]
    return found


def reading(locale: str, entries: Iterable[Entry]) -> list[str]:
    """Whether a language as a whole keeps its sentences short, and English stays easy."""
    texts = [entry for entry in entries if _ENDED.search(entry.source[-1])]
    sizes = [count(part) for entry in texts for form in entry.forms for part in sentences(form)]
    found = []
    if sizes and (mean := sum(sizes) / len(sizes)) > MEAN_SENTENCE:
        found.append(f"{locale}: sentences have {mean:.1f} words on average")
    if locale == SOURCE:
        found += [
            entry.wrong(f"reads at grade {level:.1f}")
            for entry in texts
            if count(text := _PLACE.sub("it", entry.source[-1])) >= GRADED_FROM
            and (level := grade(text)) > HIGHEST_GRADE
        ]
    return found


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break ends one too."""
    return [part for part in _SENTENCE_END.split(text) if part and part.strip()]


def count(sentence: str) -> float:
    """How many words there are; where words have no spaces, two characters make one."""
    text = _PLACE.sub(" it ", sentence)
    spaced = _UNSPACED.sub(" ", text).split()
    words = sum(any(char.isalnum() for char in word) for word in spaced)
    return words + len(_UNSPACED.findall(text)) / 2


def width(label: str) -> int:
    """How wide a label is on a screen, in Latin letters."""
    shown = (char for char in label if unicodedata.category(char) not in {"Mn", "Cf"})
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in shown)


@lru_cache
def _data() -> dict[str, dict[str, object]]:
    data: dict[str, dict[str, object]] = json.loads((HERE / "banned.json").read_text("utf-8"))
    return data


@lru_cache
def _rules(locale: str) -> list[tuple[re.Pattern[str], str]]:
    rules: list[tuple[re.Pattern[str], str]] = []
    for part in ("all", locale):
        typed = _data().get(part, {}).get("typography", {})
        assert isinstance(typed, dict)
        rules += [(re.compile(pattern), reason) for pattern, reason in typed.items()]
    return rules


@lru_cache
def _banned(locale: str) -> re.Pattern[str]:
    listed = _data().get(locale, {}).get("words", [])
    assert isinstance(listed, list)
    return re.compile("|".join(map(_bounded, listed)) or r"(?!)", re.IGNORECASE)


def _bounded(word: str) -> str:
    """A listed word as a pattern: whole words, unless a star stands where it may go on."""
    start = "" if word.startswith("*") else f"(?<!{_LETTER})"
    end = "" if word.endswith("*") else f"(?!{_LETTER})"
    return start + re.escape(word.strip("*")) + end
