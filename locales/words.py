"""Translation and formatting for one language: texts, numbers, money, dates, lists, names.

Numerals are Western digits in every language, which is Babel's default for all eight. Arabic
speaking countries differ in their digits and all read Western ones; MIDs' texts have them too, and
Babel writes dates with no others, so one screen never mixes two kinds.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from math import inf
from pathlib import Path
from typing import Literal, NamedTuple
from unicodedata import bidirectional
from zoneinfo import ZoneInfo, available_timezones

from babel import dates, lists, numbers
from babel.core import Locale

from locales.bidi import LRM, RLM, Raw, inserted, isolate
from locales.compile import HERE, built, is_fresh
from locales.fill import fill, fits
from locales.negotiate import SHIPPED, SOURCE, name_in, nearest, negotiate, own_name, widen

__all__ = ["SHIPPED", "Picked", "Raw", "Words", "mark", "negotiate", "own_name", "words"]

_MINUS = "\u2212"
_COUNT = frozenset({"n"})
# The source is written in British English: "30 June 2028", "18:00", "US$5.00".
_FORMATS = {SOURCE: "en_GB"}

# CLDR ends a Russian date with "г.", whose stop would double at the end of a sentence.
_DATES = {"ru": "d MMMM y"}
_LETTERS = frozenset({"L", "R", "AL"})
_PLACE = re.compile(r"\{\w*\}")
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_OPENING = re.compile(
    r"(?P<first>{days})-(?P<last>{days}) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d) "
    r"(?P<zone>[\w/+-]+)".format(days="|".join(_DAYS))
)
_SPANISH_I = re.compile(r"[\u2066-\u2069]*h?[ií](?![ae])", re.IGNORECASE)

_SECONDS = dict(dates.TIMEDELTA_UNITS)

Unit = Literal["minute", "hour", "day", "week", "month", "year"]


class Picked(NamedTuple):
    """A MID's text, its language, and whether it is in another language than asked for."""

    text: str
    locale: str
    original: bool


def mark(msgid: str) -> str:
    """Return the message unchanged: marks a constant for translation, to be translated later."""
    return msgid


@lru_cache(maxsize=32)
def words(locale: str) -> "Words":
    """The words of a shipped language.

    Raises:
        KeyError: the language is not shipped; use `negotiate` on what comes from outside.
    """
    if locale not in SHIPPED:
        raise KeyError(f"no language {locale!r}; shipped: {', '.join(SHIPPED)}")
    return Words(locale, load_chain(locale))


def load_chain(locale: str, root: Path = HERE) -> NullTranslations:
    """Load a language's catalogue, with its fallbacks: what it is a variety of, then English."""
    parts = locale.split("_")
    names = ["_".join(parts[:length]) for length in range(len(parts), 0, -1)]
    first: NullTranslations = NullTranslations()
    for name in reversed([name for name in names if name != SOURCE]):
        if catalogue := _load(name, root):
            catalogue.add_fallback(first)
            first = catalogue
    return first


def _load(locale: str, root: Path) -> GNUTranslations | None:
    """Load one catalogue, from the .po file if the .mo file is stale; None where there is none."""
    po = root / locale / "LC_MESSAGES" / "messages.po"
    mo = po.with_suffix(".mo")
    if po.is_file() and not is_fresh(po, mo):
        return GNUTranslations(BytesIO(built(po.read_bytes())))
    if mo.is_file():
        return GNUTranslations(BytesIO(mo.read_bytes()))
    return None


def _open_first(text: str) -> bool:
    """Whether the direction of a right-to-left text would follow its first placeholder.

    It does where no letter of its own stands before it: browsers look into isolates, and the line
    would run the wrong way. An English text in place of a translation keeps its own direction.
    """
    own = (bidirectional(c) for c in _PLACE.sub("", text))
    begins = any(bidirectional(c) in _LETTERS for c in text.partition("{")[0])
    return not begins and next((kind for kind in own if kind in _LETTERS), "") != "L"


def _digits(value: int | Decimal, locale: Locale) -> str:
    return numbers.format_decimal(value, locale=locale, decimal_quantization=False)


# Decimals are left out: 1.0 and 1.00 are equal, and written differently.
_counted = lru_cache(maxsize=4096)(_digits)


class Words:
    """One language. All texts that it returns are plain: the caller escapes them.

    Parameters are named. A str is cleaned and isolated as in `locales.bidi`; an int, a Decimal or
    a date is formatted for the language; a `Raw` is inserted unchanged.
    """

    def __init__(self, locale: str, catalogue: NullTranslations) -> None:
        self.locale = locale
        self._catalogue = catalogue
        self._format = Locale.parse(_FORMATS.get(locale, locale))
        self.rtl = self._format.text_direction == "rtl"

    def t(self, msgid: str, /, **params: object) -> str:
        """Translate a text and fill its placeholders.

        The source is used where a translation is missing, or has other placeholders.

        Raises:
            KeyError: the source has a placeholder without a parameter.
            TypeError: a parameter is of a type that has no default format.
        """
        return self._filled(self._catalogue.gettext(msgid), msgid, params)

    def n(self, singular: str, plural: str, n: int, /, **params: object) -> str:
        """Translate a text in the plural form of `n`; `{n}` is that number. Raises as `t` does."""
        source = singular if n == 1 else plural
        text = self._catalogue.ngettext(singular, plural, n)
        return self._filled(text, source, {"n": n, **params}, spare=_COUNT)

    def p(self, context: str, msgid: str, /, **params: object) -> str:
        """Translate a short text whose meaning depends on a context. Raises as `t` does."""
        return self._filled(self._catalogue.pgettext(context, msgid), msgid, params)

    def has(self, msgid: str) -> bool:
        """Whether a text without context is translated in this language, not by fallback."""
        # The fallback returns the very object; a translation may be equal to it.
        return self.locale == SOURCE or self._catalogue.gettext(msgid) is not msgid

    def _filled(
        self,
        text: str,
        source: str,
        params: Mapping[str, object],
        spare: frozenset[str] = frozenset(),
    ) -> str:
        shown = {name: self._shown(name, value) for name, value in params.items()}
        chosen = text if fits(text, source, spare) else source
        if self.rtl and _PLACE.sub("", chosen).strip() and _open_first(chosen):
            chosen = RLM + chosen
        return fill(chosen, shown)

    def _shown(self, name: str, value: object) -> str:
        match value:
            case Raw():
                return value
            case str():
                return inserted(value, rtl=self.rtl)
            case bool() | datetime():
                pass
            case int() | Decimal():
                return inserted(self.number(value), rtl=self.rtl)
            case date():
                return inserted(self.date(value), rtl=self.rtl)
        raise TypeError(f"{{{name}}} is a {type(value).__name__}; say how to write it")

    def number(self, value: int | Decimal) -> str:
        """A number with all its digits."""
        digits = _counted if isinstance(value, int) else _digits
        return self._signs(digits(value, self._format))

    def signed(self, value: int) -> str:
        """A number with its sign: "+3", "−3" with a real minus, "0"."""
        if value == 0:
            return self.number(0)
        sign = "+" if value > 0 else _MINUS
        return f"{LRM if self.rtl else ''}{sign}{self.number(abs(value))}"

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with at least the currency's usual decimals, and none cut off.

        Raises:
            ValueError: the amount is not finite.
        """
        if not amount.is_finite():
            raise ValueError(f"no amount: {amount}")
        return self._signs(
            numbers.format_currency(
                amount.normalize(), currency, locale=self._format, decimal_quantization=False
            )
        )

    def percent(self, share: Decimal) -> str:
        """A share of one in hundredths: 0.8 is 80 %."""
        return self._signs(
            numbers.format_percent(share, locale=self._format, decimal_quantization=False)
        )

    def _signs(self, text: str) -> str:
        # Between right-to-left letters a bare sign would move behind its number.
        return text.replace(LRM, "").replace("-", f"{LRM}{_MINUS}" if self.rtl else _MINUS)

    def month(self, first: date) -> str:
        """A month of a year by its first day: "September 2026"."""
        return dates.format_skeleton("yMMMM", first, locale=self._format)

    def date(self, d: date) -> str:
        """A day in full: "30 June 2028"."""
        return dates.format_date(d, _DATES.get(self.locale, "long"), locale=self._format)

    def moment(self, at: datetime, zone: str) -> str:
        """A date and a time in a time zone, which is named by its city.

        Raises:
            ValueError: the moment has no time zone.
            KeyError: no such zone.
        """
        if at.tzinfo is None:
            raise ValueError("a moment needs its zone")
        place = ZoneInfo(zone)
        local = at.astimezone(place)
        # NOTE: A date, a time, and the city that names the time zone, such as Madrid or UTC.
        return self.t(
            "{date}, {time} ({city} time)",
            date=local.date(),
            time=format(local, "%H:%M"),
            city=self.city(zone),
        )

    def short_moment(self, at: datetime, zone: str) -> str:
        """A date and a time without year and zone, for a button: "Tue 24 Nov 09:00".

        Raises:
            KeyError: no such zone.
        """
        local = at.astimezone(ZoneInfo(zone))
        day = dates.format_skeleton("MMMEd", local.date(), locale=self._format)
        return f"{day} {local:%H:%M}"

    def city(self, zone: str) -> str:
        """The city that names a time zone: "Madrid".

        Raises:
            KeyError: no such zone.
        """
        return dates.get_timezone_location(ZoneInfo(zone), locale=self._format, return_city=True)

    def hours(self, opening: str) -> str:
        """Format office hours such as "Mo-Fr 09:00-17:00 Europe/Madrid"; others are unchanged.

        The form is the simplest one of OpenStreetMap's opening hours, followed by a time zone.
        """
        match = _OPENING.fullmatch(opening.strip())
        if match is None or match["zone"] not in available_timezones():
            return opening
        names = dates.get_day_names("wide", locale=self._format)
        # NOTE: Office hours: "Monday to Friday, 09:00 to 17:00 (Madrid time)".
        return self.t(
            "{first} to {last}, {opens} to {closes} ({city} time)",
            first=names[_DAYS.index(match["first"])],
            last=names[_DAYS.index(match["last"])],
            opens=match["opens"],
            closes=match["closes"],
            city=self.city(match["zone"]),
        )

    def duration(self, n: int, unit: Unit) -> str:
        """A length of time: "30 days", "1 hour"."""
        # `format_unit` of Babel 2.18 loses long forms that CLDR shares with the short ones.
        length = timedelta(seconds=n * _SECONDS[unit])
        return dates.format_timedelta(length, granularity=unit, threshold=inf, locale=self._format)

    def duration_days(self, n: int) -> str:
        """A number of days: "30 days"."""
        return self.duration(n, "day")

    def join(self, items: Sequence[str], style: Literal["and", "or"] = "and") -> str:
        """Join names to a list: "a, b and c"."""
        parts = [inserted(item, rtl=self.rtl) for item in items]
        joined = lists.format_list(parts, "or" if style == "or" else "standard", self._format)
        last = parts[-1] if len(parts) > 1 else ""
        # Babel's lists lack CLDR's Spanish rule: "y" turns into "e" before the sound of i.
        if self.locale == "es" and style == "and" and _SPANISH_I.match(last):
            joined = f"{joined[: -len(last)].removesuffix(' y ')} e {last}"
        return joined

    def sentences(self, parts: Sequence[str]) -> str:
        """Join whole sentences: with spaces, except in Chinese."""
        return ("" if self.locale.startswith("zh") else " ").join(parts)

    def country(self, code: str) -> str:
        """The name of a country by its ISO 3166 code; an unknown code is returned."""
        return str(self._format.territories.get(code.upper(), code))

    def region(self, code: str) -> str:
        """The name of a country or of a group of countries: "DE", "EU", "EEA", "419"."""
        if code.upper() == "EEA":
            return self.t("European Economic Area")
        return self.country(code)

    def language_name(self, locale: str) -> str:
        """The name of a language in this one, for the middle of a sentence."""
        return name_in(locale, self._format)

    def language_label(self, locale: str) -> str:
        """The name of a language in this one, for the start of a line."""
        name = self.language_name(locale)
        return name[:1].upper() + name[1:]

    def pick(self, texts: Mapping[str, str]) -> Picked:
        """A MID's text in this language, else the English one, else the first.

        A variety of this language counts as this language unless it is in another script.

        Raises:
            ValueError: there is no text at all.
        """
        if not texts:
            raise ValueError("no text in any language")
        key = nearest(self.locale, texts) or nearest(SOURCE, texts) or next(iter(texts))
        own, picked = widen(self.locale), widen(key)
        return Picked(
            texts[key], key, original=own is None or picked is None or own[:2] != picked[:2]
        )

    def isolate(self, s: str) -> str:
        """Isolate a name or number, so that it and the text around it keep their directions."""
        return isolate(s)
