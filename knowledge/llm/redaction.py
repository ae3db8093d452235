"""Redaction of questions: numbers and names that identify a person are replaced by marks.

It cannot be complete: a name in small letters that nothing announces passes. So nothing is sent
without the member's consent, and ``/privacy`` shows what was sent.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from knowledge.llm.names import hide

SHORTEST_SECRET = 3
"""Values with fewer characters are not redacted: they would match by chance."""
FEWEST_LETTERS = 6
"""Fewer letters than this cannot be a question; a Chinese character counts as three."""

_SEP = r"[\s.\-/()·\u00a0\u2009\u202f]"
# A month is part of many questions; a whole date may be a birthday.
_MONTH = r"(?:\d{1,2}[/.\-]20\d\d|20\d\d[/.\-]\d{1,2})(?![\d/.\-])"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("link", r"\b[a-z][a-z0-9+.\-]{1,15}://\S+|\bwww\.\S+|\bt\.me/\S+"),
        ("e-mail", r"[\w.+\-]+\s?@\s?[\w\-]+(?:\.[\w\-]+)+"),
        ("name", r"[@＠]\w{2,}"),
        ("account", rf"\b[a-z]{{2}}\d{{2}}(?:{_SEP}?[a-z0-9]{{2,4}}){{3,8}}\b"),
        ("wallet", r"\b0x[0-9a-f]{16,}\b|\b(?:bc1|ltc1|[13]|t1|addr1)[a-z0-9]{24,}\b"),
        ("id", r"\b[a-z]{2,5}_[a-z0-9]{6,}\b"),
        ("code", r"\b(?=[a-z\d_\-]*\d)(?=[a-z\d_\-]*[a-z])[a-z\d_\-]{12,}\b"),
        ("number", rf"(?!{_MONTH})\+?\(?\d(?:{_SEP}{{0,3}}\d){{5,}}"),
    )
)
_MARK = "[{}]"
_MARKED = re.compile(r"\[(?:link|e-mail|name|account|wallet|id|code|number|value)\]")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with marks in place of what was hidden, and the kind of each mark."""

    text: str
    hidden: tuple[str, ...]

    @property
    def too_short(self) -> bool:
        """Whether too little is left to be understood."""
        letters = 0
        for char in _MARKED.sub("", self.text):
            wide = unicodedata.east_asian_width(char) in {"W", "F"}
            letters += (3 if wide else 1) if char.isalpha() else 0
        return letters < FEWEST_LETTERS


def redact(
    text: str, values: Iterable[str] = (), *, known: Collection[str] | None = None
) -> Redacted:
    """Replace whatever identifies a person, and each of the member's own ``values``, by marks.

    With ``known``, the words that may leave, names are replaced too.
    """
    text = _plain(text)
    hidden: list[str] = []
    for value in sorted({_plain(value).strip() for value in values}, key=len, reverse=True):
        if len(value) >= SHORTEST_SECRET:
            text = _hide(text, "value", _as_written(value), hidden)
    for kind, pattern in _RULES:
        text = _hide(text, kind, pattern, hidden)
    if known is not None:
        text, count = hide(text, known)
        hidden += ["name"] * count
    return Redacted(text.strip(), tuple(hidden))


def _hide(text: str, kind: str, pattern: re.Pattern[str], hidden: list[str]) -> str:
    text, count = pattern.subn(_MARK.format(kind), text)
    hidden += [kind] * count
    return text


def _as_written(value: str) -> re.Pattern[str]:
    """Matches a value with or without its spaces, but not inside a longer word or number."""
    inner = r"\s?".join(re.escape(part) for part in value.split())
    return re.compile(rf"(?<!\w){inner}(?!\w)", re.IGNORECASE)


def _plain(text: str) -> str:
    """NFKC with Western digits and no invisible characters, which would evade the patterns."""
    text = unicodedata.normalize("NFKC", text)
    kept: list[str] = []
    for char in text:
        digit = unicodedata.decimal(char, None)
        if digit is not None:
            kept.append(str(digit))
        elif char in "\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"}:
            kept.append(char)
        elif char.isspace():
            kept.append(" ")
    return "".join(kept)
