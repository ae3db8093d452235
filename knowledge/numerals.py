"""Finds the numbers in a text, in every script, to check that an answer adds none of its own."""

import re
import unicodedata
from functools import cache
from importlib import resources

import yaml

_NUMBER = re.compile(r"\d+(?:[.,'’٫٬]\d+|[\u00a0\u2009\u202f ]\d{3}(?!\d))*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’٬ ]\d{3})+")
_PERCENT = re.compile(r"\s?[%٪‰]")
_HAN = re.compile(
    r"百分之[零一二三四五六七八九十百千万两]+|[零一二三四五六七八九两十百千万亿]*[十百千万亿][零一二三四五六七八九十百千万亿]*"
    r"|[一二三四五六七八九]成|[一两]半|一半|翻倍"
)
WORD = re.compile(r"(?:[^\W\d_]|[\u064b-\u065f\u0900-\u0903\u093a-\u0963])+")
"""A word: letters, with the vowel signs of Arabic and Hindi, which ``\\w`` leaves out."""


def find_numbers(text: str) -> frozenset[str]:
    """The numbers of a text, each in one spelling; percentages keep their sign, words count."""
    text = western_digits(text)
    numbers = {
        _spelled(match[0]) + ("%" if _PERCENT.match(text, match.end()) else "")
        for match in _NUMBER.finditer(text)
    }
    numbers |= {char for char in text if unicodedata.category(char) in {"No", "Nl"}}
    numbers |= {match[0] for match in _HAN.finditer(text) if len(match[0]) > 1}
    return frozenset(numbers | (_words_of(text) & _number_words()))


def western_digits(text: str) -> str:
    """The text with every decimal digit as 0-9."""
    return "".join(
        char if (digit := unicodedata.decimal(char, None)) is None else str(digit) for char in text
    )


def _spelled(number: str) -> str:
    """One spelling for each grouping: ``1.500``, ``1 500`` and ``1500`` are the same number."""
    if _GROUPED.fullmatch(re.sub(r"[\u00a0\u2009\u202f]", " ", number)):
        return re.sub(r"\D", "", number)
    return re.sub(r"\D", ".", number)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.casefold()))


@cache
def _number_words() -> frozenset[str]:
    text = resources.files("knowledge").joinpath("number_words.yaml").read_text("utf-8")
    lists: dict[str, str] = yaml.safe_load(text)
    return frozenset(word for words in lists.values() for word in words.casefold().split())
