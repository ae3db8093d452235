"""Checks on single values of a bundle; each refusal says why and what to write instead.

Bundles are written by hand, so nothing is guessed: a number with a point that was not put in
quotes has already lost its exact value and is refused.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, Self, TypeVar
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from service.control_chars import first_control_char, is_blank
from service.licences import dpv

_FOREVER: Final = re.compile(
    r"perpet|forever|for ever|unlimited|indefinite|permanent|never|none|open.?ended|endless"
    r"|until (revoked|withdrawn|further notice)",
    re.IGNORECASE,
)
"""Ways to write "no end" where a day belongs (mission P3a)."""

QUOTED: Final = 40
"""How much of a foreign text is quoted, in letters."""

DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Codes that Babel lists although they name no place that a law applies to.
_NO_PLACE = frozenset({"ZZ", "XA", "XB", "QO"})

Word = TypeVar("Word", bound=str)


class Refusal(PydanticCustomError):  # noqa: N818 - what is said, not whose mistake
    """Why a value is refused and how to mend it, both plain sentences without their full stop."""

    def __new__(cls, reason: str, mend: str) -> Self:
        """Carry both sentences through pydantic, which keeps only a template and its context."""
        return super().__new__(cls, "refusal", "{reason}", {"reason": reason, "mend": mend})


def _characters(text: str, allowed: str) -> str:
    """Refuse characters that steer a terminal or a line of text instead of being read."""
    char = first_control_char(text, allowed)
    if char == "\n":
        raise Refusal("this text must fit one line", "take the line break out")
    if char is not None:
        raise Refusal(f"the text holds the control character U+{ord(char):04X}", "take it out")
    if is_blank(text):
        raise Refusal("the text is blank", "write the text, or leave this language out")
    return text


def one_line(text: str) -> str:
    """Keep a text for one line of a screen."""
    return _characters(text, "")


def lines(text: str) -> str:
    """Keep a text that may have paragraphs."""
    return _characters(text, "\n\t")


def decimal(value: Any) -> Decimal:
    """Read an exact number from a string or a whole number."""
    if isinstance(value, float):
        raise Refusal(
            f"{value} without quotes is not an exact number", f'write it in quotes: "{value}"'
        )
    if isinstance(value, Decimal):
        return value
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(written, str) or not DECIMAL.fullmatch(written.strip()):
        raise Refusal(
            f"{shown(value)} is not a number this field can take",
            'write digits with at most 6 after the point, in quotes: "2.40"',
        )
    return Decimal(written.strip())


def clean(text: str) -> str:
    """Cut foreign text short and take out what a terminal would obey."""
    printable = "".join(char if char.isprintable() else " " for char in text[: QUOTED + 1])
    return f"{printable[:QUOTED]}…" if len(text) > QUOTED else printable


def shown(value: Any) -> str:
    """Write a value of any kind as part of a sentence, quoted, cut short when it is long."""
    if isinstance(value, dict):
        return "a block of fields"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "an empty value"
    return f'"{clean(str(value).lower() if isinstance(value, bool) else str(value))}"'


def between(low: str, high: str | None) -> Callable[[Decimal], Decimal]:
    """Build a check that low <= value <= high."""
    floor, ceiling = Decimal(low), None if high is None else Decimal(high)

    def check(value: Decimal) -> Decimal:
        if value < floor or (ceiling is not None and value > ceiling):
            if ceiling is None:
                raise Refusal(f"{value} is below {floor}", f"write {floor} or more")
            raise Refusal(
                f"{value} is not between {floor} and {ceiling}",
                f"write a number from {floor} to {ceiling}",
            )
        return value

    return check


def above_zero(value: Decimal) -> Decimal:
    """Keep a number above 0."""
    if value <= 0:
        raise Refusal(f"{value} is not above 0", "write a number above 0")
    return value


def day(value: Any) -> date:
    """Read a calendar day written 2028-06-30."""
    if type(value) is date:
        return value
    mend = "write the day as 2028-06-30"
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Refusal(f"{shown(value)} is not a day", mend)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refusal(f"{shown(value)} is not in the calendar", mend) from None


def last_day(value: Any) -> date:
    """Read the day a licence ends; an empty one or a word for "for ever" is refused (P3a)."""
    if value is None or (isinstance(value, str) and _FOREVER.search(value)):
        raise Refusal(
            f"{shown(value)} is no end; data is never licensed for ever",
            "write the last day as 2028-06-30",
        )
    return day(value)


def moment(value: Any) -> datetime:
    """Read a moment with its zone, written 2026-12-02T18:00:00Z."""
    mend = "write it with its zone, as 2026-12-02T18:00:00Z or 2026-12-02T19:00:00+01:00"
    if isinstance(value, str) and _MOMENT.fullmatch(value.strip()):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise Refusal(f"{shown(value)} is not in the calendar", mend) from None
    if not isinstance(value, datetime):
        raise Refusal(f"{shown(value)} is not a moment", mend)
    if value.tzinfo is None:
        raise Refusal(f"{shown(value)} names no time zone", mend)
    return value


def place(code: str) -> str:
    """Keep the code of a place a law applies to: EU, ES, US-CA."""
    country = code.partition("-")[0]
    if country in _NO_PLACE or country not in Locale("en").territories:
        raise Refusal(f"{shown(code)} names no place", "write EU or a country's two letters: ES")
    return code


def currency(code: str) -> str:
    """Keep an ISO 4217 code."""
    if code not in list_currencies():
        raise Refusal(
            f"{shown(code)} is no ISO 4217 currency", "write its three letters, such as EUR"
        )
    return code


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_known(name: str) -> bool:
    """Tell whether `name` is an IANA time zone."""
    return name in _zones()


def zone(name: str) -> str:
    """Keep an IANA time zone."""
    if not zone_known(name):
        raise Refusal(
            f"{shown(name)} is no time zone", "write an IANA name, such as Europe/Madrid"
        )
    return name


def _term(term: str, *, known: Callable[[str], bool], kind: dpv.TermKind, example: str) -> str:
    if not known(term):
        near = ", ".join(dpv.nearest(term, kind))
        raise Refusal(
            f"{shown(term)} is no DPV {kind}",
            f"write one of the nearest: {near}" if near else f"write one like {example}",
        )
    return term


def purpose(term: str) -> str:
    """Keep a purpose of DPV; otherwise the nearest are named."""
    return _term(term, known=dpv.is_purpose, kind="purpose", example="dpv:ImproveHealthcare")


def category(term: str) -> str:
    """Keep a data category of DPV; otherwise the nearest are named."""
    return _term(term, known=dpv.is_category, kind="category", example="pd:WorkHistory")


def patterned(pattern: str, what: str, mend: str) -> AfterValidator:
    """Build a check on a whole string whose refusal says what it should have been."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise Refusal(f"{shown(value)} is not {what}", mend)
        return value

    return AfterValidator(check)


def unique(values: list[Word]) -> list[Word]:
    """Refuse a list that names the same thing twice."""
    seen = set()
    for value in values:
        if value in seen:
            raise Refusal(f"{shown(value)} is named twice", "name it once")
        seen.add(value)
    return values
