"""Numbers, money, dates and lists are formatted for each language."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from locales.words import SHIPPED, words

NB, RLM, LRM = "\u00a0", "\u200f", "\u200e"


@pytest.mark.parametrize(
    ("locale", "money", "percent", "day"),
    [
        ("en", "€1.92", "80%", "30 June 2028"),
        ("es", f"1,92{NB}€", f"80{NB}%", "30 de junio de 2028"),
        ("fr", f"1,92{NB}€", f"80{NB}%", "30 juin 2028"),
        ("pt_BR", f"€{NB}1,92", "80%", "30 de junho de 2028"),
        ("ru", f"1,92{NB}€", f"80{NB}%", "30 июня 2028"),
        ("ar", f"{RLM}1.92{NB}€", "80%", "30 يونيو 2028"),
        ("hi", "€1.92", "80%", "30 जून 2028"),
        ("zh_Hans", "€1.92", "80%", "2028年6月30日"),
    ],
)
def test_money_percent_and_dates_are_formatted_for_every_language(locale, money, percent, day):
    w = words(locale)
    assert w.money(Decimal("1.92"), "EUR") == money
    assert w.percent(Decimal("0.8")).replace(LRM, "") == percent
    assert w.date(date(2028, 6, 30)) == day


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_language_writes_western_digits(locale):
    w = words(locale)
    at = datetime(2026, 12, 3, 17, tzinfo=UTC)
    shown = w.number(9876543210) + w.date(at.date()) + w.moment(at, "UTC") + w.signed(-5)
    assert all(char.isascii() for char in shown if char.isdigit())


def test_money_keeps_every_digit_that_matters_and_no_other():
    w = words("en")
    assert w.money(Decimal("0.0125"), "EUR") == "€0.0125"
    assert w.money(Decimal("2.4000000"), "EUR") == "€2.40"
    assert w.money(Decimal(1000), "JPY") == "JP¥1,000"
    assert w.money(Decimal("1234567890.123456789"), "USD") == "US$1,234,567,890.123456789"
    assert w.money(Decimal("-0.5"), "EUR") == "−€0.50"
    assert w.money(Decimal(3), "XXQ") == "XXQ3.00"


def test_an_amount_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="no amount"):
        words("en").money(Decimal("NaN"), "EUR")


def test_percentages_keep_their_decimals():
    assert words("en").percent(Decimal("0.125")) == "12.5%"


def test_steps_of_the_knob_have_a_real_minus_that_stays_in_front():
    assert [words("en").signed(step) for step in (-5, 0, 3)] == ["−5", "0", "+3"]
    assert words("ar").signed(-5) == f"{LRM}−5"
    assert words("ar").t("{x}", x=words("ar").signed(1)) == f"\u2068{LRM}+1\u2069"
    assert words("ru").number(-1840) == f"−1{NB}840"


def test_hindi_numbers_are_grouped_by_lakh():
    assert words("hi").number(1234567) == "12,34,567"


def test_a_moment_names_its_time_zone_by_a_city():
    at = datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert words("en").moment(at, "Europe/Madrid") == "3 December 2026, 18:00 (Madrid time)"
    assert words("en").moment(at, "UTC") == "3 December 2026, 17:00 (UTC time)"
    assert "4 December" in words("en").moment(at, "Asia/Tokyo")


def test_a_moment_on_a_button_is_short():
    at = datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert words("en").short_moment(at, "Europe/Madrid") == "Thu 3 Dec 18:00"
    assert words("zh_Hans").short_moment(at, "Asia/Tokyo") == "12月4日周五 02:00"


def test_a_moment_without_zone_or_in_no_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        words("en").moment(datetime(2026, 12, 3), "UTC")  # noqa: DTZ001
    with pytest.raises(KeyError):
        words("en").moment(datetime(2026, 12, 3, tzinfo=UTC), "Mars/Base")


@pytest.mark.parametrize(
    ("locale", "days"),
    [
        ("en", ["0 days", "1 day", "30 days"]),
        ("pt_BR", ["0 dia", "1 dia", "30 dias"]),
        ("ru", ["0 дней", "1 день", "30 дней"]),
        ("ar", ["0 يوم", "يوم", "30 يومًا"]),
        ("zh_Hans", ["0天", "1天", "30天"]),
    ],
)
def test_numbers_of_days_are_formatted_for_every_language(locale, days):
    assert [words(locale).duration_days(n) for n in (0, 1, 30)] == days


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize("unit", ["minute", "hour", "day", "week", "month", "year"])
def test_every_duration_has_a_unit(locale, unit):
    shown = words(locale).duration(36, unit)
    assert "36" in shown
    assert "duration" not in shown
    assert locale == "en" or unit not in shown.split()


def test_lists_are_joined_for_the_language():
    assert words("en").join(["a", "b", "c"]) == "a, b and c"
    assert words("es").join(["a", "b"], "or") == "a o b"
    assert words("zh_Hans").join(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert words("en").join([]) == ""


def test_countries_and_regions_have_names():
    assert words("es").country("de") == "Alemania"
    assert words("ar").region("EU") == "الاتحاد الأوروبي"
    assert words("en").region("EEA") == "European Economic Area"
    assert words("en").region("419") == "Latin America"
    assert words("en").country("Q0") == "Q0"
