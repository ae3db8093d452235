"""Words(locale): everything that depends on a language, and the only place that knows its rules.

Numerals are Western digits in every language, which is Babel's default for all eight. In Arabic
the two halves of the Arab world differ and both read Western digits; MID texts, prices and dates
carry them too, and Babel writes dates with no others, so one page never mixes two kinds.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from math import inf
from typing import Literal, NamedTuple
from unicodedata import bidirectional
from zoneinfo import ZoneInfo, available_timezones

from babel import dates, lists, numbers
from babel.core import Locale

from locales.bidi import LRM, RLM, Raw, inserted, isolate
from locales.catalogue import chain
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
    """A MID's text, its language, and whether it is an original shown for want of ours."""

    text: str
    locale: str
    original: bool


def mark(msgid: str) -> str:
    """The message itself: marks a constant for translation where no language is at hand yet."""
    return msgid


@lru_cache(maxsize=32)
def words(locale: str) -> "Words":
    """The words of a shipped language.

    Raises:
        KeyError: the language is not shipped; use `negotiate` on what comes from outside.
    """
    if locale not in SHIPPED:
        raise KeyError(f"no language {locale!r}; shipped: {', '.join(SHIPPED)}")
    return Words(locale, chain(locale))


def _open_first(text: str) -> bool:
    """Whether a text that is to run from right to left leaves its direction to its first place.

    It does so without a letter of its own before it: browsers look into isolates, and the line
    would read backwards. A source text that stands in for a translation keeps its own direction.
    """
    own = (bidirectional(c) for c in _PLACE.sub("", text))
    begins = any(bidirectional(c) in _LETTERS for c in text.partition("{")[0])
    return not begins and next((one for one in own if one in _LETTERS), "") != "L"


def _digits(value: int | Decimal, locale: Locale) -> str:
    return numbers.format_decimal(value, locale=locale, decimal_quantization=False)


# Decimals are left out: 1.0 and 1.00 are equal, and written differently.
_counted = lru_cache(maxsize=4096)(_digits)


class Words:
    """One language. All texts that it gives are plain: escaping is for whoever shows them.

    Parameters are named. A str is cleaned and isolated as `locales.bidi` says, an int, a Decimal
    or a date is written the way of the language, a `Raw` is left alone.
    """

    def __init__(self, locale: str, catalogue: NullTranslations) -> None:
        self.locale = locale
        self._catalogue = catalogue
        self._format = Locale.parse(_FORMATS.get(locale, locale))
        self.rtl = self._format.text_direction == "rtl"

    def t(self, msgid: str, /, **params: object) -> str:
        """A text with its places filled.

        A translation that is missing, or whose places are not those of the source, gives way to
        the source.

        Raises:
            KeyError: the source has a place without a parameter.
            TypeError: a parameter is of a kind that has no one way to be written.
        """
        return self._filled(self._catalogue.gettext(msgid), msgid, params)

    def n(self, one: str, many: str, n: int, /, **params: object) -> str:
        """A text in the form that goes with a number; `{n}` is that number. Raises as `t` does."""
        source = one if n == 1 else many
        text = self._catalogue.ngettext(one, many, n)
        return self._filled(text, source, {"n": n, **params}, spare=_COUNT)

    def p(self, context: str, msgid: str, /, **params: object) -> str:
        """A short text whose meaning depends on where it stands. Raises as `t` does."""
        return self._filled(self._catalogue.pgettext(context, msgid), msgid, params)

    def has(self, msgid: str) -> bool:
        """Whether a text without context is there in this language, and not by fallback."""
        # The end of the chain hands back the very object; a translation may well be equal to it.
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
        """A number that says its direction: "+3", "−3" with a real minus, "0"."""
        if value == 0:
            return self.number(0)
        sign = "+" if value > 0 else _MINUS
        return f"{LRM if self.rtl else ''}{sign}{self.number(abs(value))}"

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount in the currency's own form: at least its usual decimals, and none cut off.

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
        """A day and a time in a zone, which is named by its city.

        Raises:
            ValueError: the moment has no zone of its own.
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
        """The same for a button of the next weeks: "Tue 24 Nov 09:00". The text names the zone.

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
        """Office hours such as "Mo-Fr 09:00-17:00 Europe/Madrid"; what is written otherwise stays.

        The form is the simplest one of OpenStreetMap's opening hours, with a time zone behind it.
        """
        found = _OPENING.fullmatch(opening.strip())
        if found is None or found["zone"] not in available_timezones():
            return opening
        names = dates.get_day_names("wide", locale=self._format)
        # NOTE: Office hours: "Monday to Friday, 09:00 to 17:00 (Madrid time)".
        return self.t(
            "{first} to {last}, {opens} to {closes} ({city} time)",
            first=names[_DAYS.index(found["first"])],
            last=names[_DAYS.index(found["last"])],
            opens=found["opens"],
            closes=found["closes"],
            city=self.city(found["zone"]),
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
        """Several names as one: "a, b and c"."""
        parts = [inserted(item, rtl=self.rtl) for item in items]
        joined = lists.format_list(parts, "or" if style == "or" else "standard", self._format)
        last = parts[-1] if len(parts) > 1 else ""
        # Babel's lists lack CLDR's Spanish rule: "y" turns into "e" before the sound of i.
        if self.locale == "es" and style == "and" and _SPANISH_I.match(last):
            joined = f"{joined[: -len(last)].removesuffix(' y ')} e {last}"
        return joined

    def sentences(self, parts: Sequence[str]) -> str:
        """Whole sentences one after the other: with a space, but for Chinese."""
        return ("" if self.locale.startswith("zh") else " ").join(parts)

    def country(self, code: str) -> str:
        """The name of a country by its ISO 3166 code; an unknown code stays as it is."""
        return str(self._format.territories.get(code.upper(), code))

    def region(self, code: str) -> str:
        """The name of a country or of a group of countries: "DE", "EU", "EEA", "419"."""
        if code.upper() == "EEA":
            return self.t("European Economic Area")
        return self.country(code)

    def language_name(self, locale: str) -> str:
        """The name of a language in this one, to stand inside a sentence."""
        return name_in(locale, self._format)

    def language_label(self, locale: str) -> str:
        """The name of a language in this one, to begin a line with."""
        name = self.language_name(locale)
        return name[:1].upper() + name[1:]

    def pick(self, texts: Mapping[str, str]) -> Picked:
        """A MID's text in this language, or else its original: English, or the first given.

        A variety of this language counts as this language unless it is in another script.

        Raises:
            ValueError: there is no text at all.
        """
        if not texts:
            raise ValueError("no text in any language")
        key = nearest(self.locale, texts) or nearest(SOURCE, texts) or next(iter(texts))
        ours, given = widen(self.locale), widen(key)
        return Picked(
            texts[key], key, original=ours is None or given is None or ours[:2] != given[:2]
        )

    def isolate(self, s: str) -> str:
        """A name or number that no text around it can turn, and that turns none."""
        return isolate(s)
