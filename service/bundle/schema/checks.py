"""Checks on single values of a file; each refusal says why and what to write instead.

Files are written by hand, so nothing is guessed: a number with a point that is not in quotes has
lost its exact value when YAML is read, and is refused.
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
"""Ways to write "no end" where a day belongs. Data is never licensed for ever."""

QUOTED: Final = 40
"""The most characters of a file that an error quotes."""

DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Codes that Babel lists although no law applies to a place of that name.
_NO_PLACE = frozenset({"ZZ", "XA", "XB", "QO"})

Text = TypeVar("Text", bound=str)


class FieldRefusedError(PydanticCustomError):
    """A value is refused: why, and what to write instead, as sentences without a full stop."""

    def __new__(cls, reason: str, mend: str) -> Self:
        """Carry both sentences through pydantic, which keeps only a template and its context."""
        return super().__new__(cls, "refusal", "{reason}", {"reason": reason, "mend": mend})


def _check_characters(text: str, allowed: str) -> str:
    """Refuse control characters except `allowed`, and a blank text."""
    char = first_control_char(text, allowed)
    if char == "\n":
        raise FieldRefusedError("this text must fit one line", "take the line break out")
    if char is not None:
        raise FieldRefusedError(
            f"the text holds the control character U+{ord(char):04X}", "take it out"
        )
    if is_blank(text):
        raise FieldRefusedError("the text is blank", "write the text, or leave this language out")
    return text


def one_line(text: str) -> str:
    """Check a text that must fit one line."""
    return _check_characters(text, "")


def lines(text: str) -> str:
    """Check a text that may have paragraphs."""
    return _check_characters(text, "\n\t")


def decimal(value: Any) -> Decimal:
    """Read an exact number from a string or a whole number."""
    if isinstance(value, float):
        raise FieldRefusedError(
            f"{value} without quotes is not an exact number", f'write it in quotes: "{value}"'
        )
    if isinstance(value, Decimal):
        return value
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(written, str) or not DECIMAL.fullmatch(written.strip()):
        raise FieldRefusedError(
            f"{quote(value)} is not a number this field can take",
            'write digits with at most 6 after the point, in quotes: "2.40"',
        )
    return Decimal(written.strip())


def safe_excerpt(text: str) -> str:
    """Shorten a text from a file for an error, without its control characters."""
    printable = "".join(char if char.isprintable() else " " for char in text[: QUOTED + 1])
    return f"{printable[:QUOTED]}…" if len(text) > QUOTED else printable


def quote(value: Any) -> str:
    """Quote a value of any type within a sentence; a long one is shortened."""
    if isinstance(value, dict):
        return "a block of fields"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "an empty value"
    return f'"{safe_excerpt(str(value).lower() if isinstance(value, bool) else str(value))}"'


def between(low: str, high: str | None) -> Callable[[Decimal], Decimal]:
    """Build a check that low <= value <= high."""
    floor, ceiling = Decimal(low), None if high is None else Decimal(high)

    def check(value: Decimal) -> Decimal:
        if value < floor or (ceiling is not None and value > ceiling):
            if ceiling is None:
                raise FieldRefusedError(f"{value} is below {floor}", f"write {floor} or more")
            raise FieldRefusedError(
                f"{value} is not between {floor} and {ceiling}",
                f"write a number from {floor} to {ceiling}",
            )
        return value

    return check


def above_zero(value: Decimal) -> Decimal:
    """Check that a number is above 0."""
    if value <= 0:
        raise FieldRefusedError(f"{value} is not above 0", "write a number above 0")
    return value


def day(value: Any) -> date:
    """Read a calendar day written 2028-06-30."""
    if type(value) is date:
        return value
    mend = "write the day as 2028-06-30"
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise FieldRefusedError(f"{quote(value)} is not a day", mend)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise FieldRefusedError(f"{quote(value)} is not in the calendar", mend) from None


def last_day(value: Any) -> date:
    """Read the day a licence ends; nothing, or a word for "for ever", is refused."""
    if value is None or (isinstance(value, str) and _FOREVER.search(value)):
        raise FieldRefusedError(
            f"{quote(value)} is no end; data is never licensed for ever",
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
            raise FieldRefusedError(f"{quote(value)} is not in the calendar", mend) from None
    if not isinstance(value, datetime):
        raise FieldRefusedError(f"{quote(value)} is not a moment", mend)
    if value.tzinfo is None:
        raise FieldRefusedError(f"{quote(value)} names no time zone", mend)
    return value


def place(code: str) -> str:
    """Check the code of a place a law applies to: EU, ES, US-CA."""
    country = code.partition("-")[0]
    if country in _NO_PLACE or country not in Locale("en").territories:
        raise FieldRefusedError(
            f"{quote(code)} names no place", "write EU or a country's two letters: ES"
        )
    return code


def currency(code: str) -> str:
    """Check an ISO 4217 code."""
    if code not in list_currencies():
        raise FieldRefusedError(
            f"{quote(code)} is no ISO 4217 currency", "write its three letters, such as EUR"
        )
    return code


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_known(name: str) -> bool:
    """Tell whether `name` is an IANA time zone."""
    return name in _zones()


def zone(name: str) -> str:
    """Check that a name is an IANA time zone."""
    if not zone_known(name):
        raise FieldRefusedError(
            f"{quote(name)} is no time zone", "write an IANA name, such as Europe/Madrid"
        )
    return name


def _check_term(
    term: str, *, known: Callable[[str], bool], kind: dpv.TermKind, example: str
) -> str:
    if not known(term):
        near = ", ".join(dpv.nearest(term, kind))
        raise FieldRefusedError(
            f"{quote(term)} is no DPV {kind}",
            f"write one of the nearest: {near}" if near else f"write one like {example}",
        )
    return term


def purpose(term: str) -> str:
    """Check a purpose of the vocabulary DPV; a refusal names the nearest ones."""
    return _check_term(term, known=dpv.is_purpose, kind="purpose", example="dpv:ImproveHealthcare")


def category(term: str) -> str:
    """Check a data category of the vocabulary DPV; a refusal names the nearest ones."""
    return _check_term(term, known=dpv.is_category, kind="category", example="pd:WorkHistory")


def patterned(pattern: str, what: str, mend: str) -> AfterValidator:
    """Build a check that a whole string matches; a refusal says that it is not `what`."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise FieldRefusedError(f"{quote(value)} is not {what}", mend)
        return value

    return AfterValidator(check)


def unique(values: list[Text]) -> list[Text]:
    """Refuse a list that names the same thing twice."""
    seen = set()
    for value in values:
        if value in seen:
            raise FieldRefusedError(f"{quote(value)} is named twice", "name it once")
        seen.add(value)
    return values
