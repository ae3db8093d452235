"""Normalization: texts that read the same are equal, and nothing invisible is left in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalize import LONGEST, clean, fold, read_question


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Ёжик", "ежик"),
        ("العقد مُوقَّع", "العقد موقع"),
        ("أموالي", "اموالي"),
        ("فتوى", "فتوي"),
        ("شركة", "شركه"),
        ("ﻣﺎﻝ", "مال"),
        ("¿Cuánto GANO?", "¿cuanto gano?"),
        ("ＭＩＤ", "mid"),
        ("Straße", "strasse"),
    ],
)
def test_spellings_of_the_same_word_fold_into_one(text, other):
    assert fold(text) == fold(other)


def test_hindi_keeps_its_vowel_signs():
    assert fold("मेरे पैसे") == "मेरे पैसे"
    assert fold("हिन्दी की कीमत") == "हिन्दी की कीमत"


def test_invisible_characters_are_removed():
    assert clean("a\x00b\u202ec\u200bd\ue000e\ud800f\U000e0041g") == "abcdefg"
    assert clean("one\n\ttwo\u2028three") == "one two three"


def test_a_long_question_is_cut_and_marked_as_shortened():
    assert read_question("a" * LONGEST) == ("a" * LONGEST, False)
    assert read_question("a" * (LONGEST + 1)) == ("a" * LONGEST, True)
    assert len(read_question("\ufdfa" * 5000).text) <= LONGEST
    assert read_question(" " * 5000).text == ""


@given(st.text(alphabet=st.characters(), max_size=1200))
def test_any_text_becomes_one_short_clean_line(text):
    question = read_question(text).text
    assert len(question) <= LONGEST
    assert "\n" not in question
    assert "\x00" not in question
    question.encode()
    assert isinstance(fold(question), str)
