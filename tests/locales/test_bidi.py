"""No inserted name, however hostile, can change the direction of the sentence around it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.bidi import FSI, PDI, Raw, clean, isolate
from locales.words import words

OPENERS = "\u2066\u2067\u2068"
BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n\u2029\x1b"
# Names of hostile characters: direction marks, both directions, braces, digits and anything else.
names = st.text(st.sampled_from(BIDI + "aZ9 {}אب-") | st.characters(), max_size=12)


def left_open(text):
    depth = 0
    for char in text:
        if char in OPENERS:
            depth += 1
        elif char == PDI:
            depth -= 1
            assert depth >= 0, ascii(text)
    return depth


@pytest.mark.parametrize("locale", ["ar", "en"])
@given(
    name=names,
    other=names,
    number=st.integers(-(10**20), 10**20) | st.decimals(-9999, 9999, places=4),
)
def test_every_isolate_that_is_opened_is_closed(locale, name, other, number):
    text = words(locale).t("A {name} b {other} c {number}.", name=name, other=other, number=number)
    assert left_open(text) == 0
    assert text.startswith("A ")
    assert text.endswith(".")
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\n\u2029\x1b")


@pytest.mark.parametrize("locale", ["ar", "en"])
@given(items=st.lists(names, max_size=4), style=st.sampled_from(["and", "or"]))
def test_a_list_of_names_stays_closed_when_it_is_inserted(locale, items, style):
    w = words(locale)
    text = w.t("{names}", names=w.join(items, style))
    assert left_open(text) == 0


@given(names)
def test_nothing_is_isolated_twice(name):
    once = isolate(name)
    assert isolate(once) == once
    assert words("ar").t("{x}", x=once) == once
    assert clean(clean(name)) == clean(name)


def test_names_are_isolated_in_right_to_left_text_or_if_they_are_right_to_left():
    assert words("ar").t("{x}", x="Ana") == f"{FSI}Ana{PDI}"
    assert words("en").t("{x}", x="Ana") == "Ana"
    assert words("en").t("{x}", x="نور") == f"{FSI}نور{PDI}"
    assert words("en").t("{x}", x="José 😀") == "José 😀"
    assert words("ar").t("{x}", x="") == ""


def test_two_adjacent_isolates_are_not_taken_for_one():
    pair = f"{FSI}a{PDI} {FSI}b{PDI}"
    assert isolate(pair) == f"{FSI}{pair}{PDI}"


def test_a_name_cannot_fake_a_line_or_reverse_its_letters():
    assert words("en").t("Who: {x}", x="Acme\nYou get: 100") == "Who: Acme You get: 100"
    assert words("en").t("{x}", x="\u202egnp.exe") == "gnp.exe"
    assert words("en").t("{x}", x=f"Acme{PDI}{PDI}") == "Acme"


def test_joiners_of_hindi_and_emoji_are_kept():
    assert clean("क्\u200dष 👩\u200d⚕️") == "क्\u200dष 👩\u200d⚕️"


def test_braces_in_a_name_stay_braces():
    assert words("en").t("{a} {b}", a="{b}", b="{{a}}") == "{b} {{a}}"


def test_raw_text_is_inserted_unchanged():
    assert words("ar").t("{x}", x=Raw("one\ntwo")) == "one\ntwo"


def test_inserted_numbers_and_dates_are_formatted_for_the_language():
    assert words("es").t("{n}; {d}", n=18400, d=date(2028, 6, 30)) == "18.400; 30 de junio de 2028"
    assert words("fr").t("{n}", n=Decimal("2.45")) == "2,45"


@pytest.mark.parametrize("value", [None, 2.4, True, object(), ["a"]])
def test_a_parameter_without_a_default_format_is_refused(value):
    with pytest.raises(TypeError, match=r"\{x\} is a "):
        words("en").t("{x}", x=value)
