"""The reading grade of an English text, by the Flesch-Kincaid formula (1975).

`textstat` has it too, but counts syllables with a dictionary that it downloads; here they are
counted by the spelling.
"""

import re

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|[0-9][0-9.,:]*")
_END = re.compile(r"[.?!]+(?=\s|$)|\n+")
_GROUPS = re.compile("[aeiouy]+")
# Neighbours that are two syllables: "material", "idea", "period", "buyer", "earlier", "client".
_APART = re.compile(
    "ia(?!l)|(?<![ct])ial|(?<=[dr])eas?$|(?<![tscglnx])ion|io(?![nu])|iu|(?<!m)eo(?![pu])"
    "|(?<![gq])ua|uou|ying|eing|yer|iers?$|iet|^sci|clien|^creat"
)
# Vowels that are written and not spoken: "price", "rules", "called", "something", "safely".
_SILENT = re.compile(
    "(?:[^aeiouyl]|[aeiouy]l)e$|(?:[^aeiouylszxcgh]|[aeiouy]l|th)es$"
    "|(?<![bcdfgkptz]l)(?<![aeiouytd])ed$"
    "|[aeiouy][^aeiouy]+e(?=(?:ly|ments?|thing|times?|ful|fully|less)$)|^busi"
)


def grade(text: str) -> float:
    """The US school grade that a text is readable for; below 0 for the very easiest."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = sum(bool(_WORD.search(part)) for part in _END.split(text))
    total = sum(map(syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * total / len(words) - 15.59


def syllables(word: str) -> int:
    """Count the syllables of an English word by its spelling; a number counts as one."""
    word = re.sub("[^a-z]", "", word.lower())
    count = len(_GROUPS.findall(word)) + len(_APART.findall(word)) - len(_SILENT.findall(word))
    return max(count, 1)
