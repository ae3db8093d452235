"""Style checks of texts: typography, banned words, lengths, and the reading grade of the English.

The banned words and typography rules of each language are data, in `banned.json`.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from locales.compile import HERE
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


class Entry(NamedTuple):
    """One message of a language. In the source language ``forms`` is ``source`` itself."""

    locale: str
    context: str
    source: tuple[str, ...]
    forms: tuple[str, ...]
    fuzzy: bool
    single: frozenset[int] = frozenset()
    """The plural forms that stand for a single number, and may write it as a word."""

    def wrong(self, reason: str) -> str:
        """The text of a problem, with enough of the message to find it."""
        return f"{self.locale}: {self.source[0][:70]!r}: {reason}"


def typography(entry: Entry) -> list[str]:
    """Check the typography rules of all languages and of this one."""
    return [
        entry.wrong(f"{reason}: {form!r}")
        for form in entry.forms
        for pattern, reason in _rules(entry.locale)
        if pattern.search(_PLACE.sub("{}", form))
    ]


def banned(entry: Entry) -> list[str]:
    """Check for words that shame, press, boast or obscure, and for "selling your data"."""
    pattern = _banned(entry.locale)
    return [
        entry.wrong(f"never say {match[0]!r}")
        for form in entry.forms
        if (match := pattern.search(_PLACE.sub(" ", form)))
    ]


def lengths(entry: Entry) -> list[str]:
    """Check for labels that do not fit a button, and for sentences that are too long."""
    lines = []
    for form in entry.forms:
        if entry.context == "button":
            cap = LABEL_WIDTH * (1 if entry.locale == SOURCE else LABEL_GROWTH)
            if width(_PLACE.sub("", form)) > cap:
                lines.append(entry.wrong(f"wider than {cap:g} for a button: {form!r}"))
        lines += [
            entry.wrong(f"{size:g} words in one sentence: {sentence!r}")
            for sentence in sentences(form)
            if (size := count(sentence)) > LONGEST_SENTENCE
        ]
    return lines


def reading(locale: str, entries: Iterable[Entry]) -> list[str]:
    """Check the mean length of a language's sentences, and the reading grade of the English."""
    texts = [entry for entry in entries if _ENDED.search(entry.source[-1])]
    sizes = [count(part) for entry in texts for form in entry.forms for part in sentences(form)]
    lines = []
    if sizes and (mean := sum(sizes) / len(sizes)) > MEAN_SENTENCE:
        lines.append(f"{locale}: sentences have {mean:.1f} words on average")
    if locale == SOURCE:
        lines += [
            entry.wrong(f"reads at grade {level:.1f}")
            for entry in texts
            if count(text := _PLACE.sub("it", entry.source[-1])) >= GRADED_FROM
            and (level := grade(text)) > HIGHEST_GRADE
        ]
    return lines


def sentences(text: str) -> list[str]:
    """Split a text into sentences; a line break ends one too."""
    return [part for part in _SENTENCE_END.split(text) if part and part.strip()]


def count(sentence: str) -> float:
    """Count the words of a sentence; without spaces between words, two characters are one."""
    text = _PLACE.sub(" it ", sentence)
    spaced = _UNSPACED.sub(" ", text).split()
    words = sum(any(char.isalnum() for char in word) for word in spaced)
    return words + len(_UNSPACED.findall(text)) / 2


def width(label: str) -> int:
    """The display width of a label in Latin letters; wide characters count twice."""
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
    """The pattern of a banned word: whole words, unless a star says that it may go on there."""
    start = "" if word.startswith("*") else f"(?<!{_LETTER})"
    end = "" if word.endswith("*") else f"(?!{_LETTER})"
    return start + re.escape(word.strip("*")) + end
