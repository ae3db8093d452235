"""Every tag that Telegram, a browser or a MID writes is negotiated to a shipped language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.negotiate import SHIPPED, nearest, negotiate, own_name, widen
from locales.words import words


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh-hans", "zh_Hans"),
        ("zh-CN", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("zh-TW", "zh_Hans"),
        ("cmn", "zh_Hans"),
        ("pt-br", "pt_BR"),
        ("pt", "pt_BR"),
        ("pt-PT", "pt_BR"),
        ("es-419", "es"),
        ("EN_us", "en"),
        ("ar-MA", "ar"),
        ("ru_RU.UTF-8", "ru"),
        ("hi-Latn", "hi"),
        ("", "en"),
        (None, "en"),
        ("tlh", "en"),
        ("no language at all", "en"),
        ("🙂", "en"),
    ],
)
def test_a_tag_is_negotiated_to_a_shipped_language(tag, locale):
    assert negotiate(tag) == locale


def test_the_mids_default_is_used_for_an_unknown_tag():
    assert negotiate("xx", default="ru") == "ru"
    assert negotiate("xx", default="yy") == "en"


@given(st.none() | st.text(max_size=20))
def test_any_text_is_negotiated_to_a_shipped_language(tag):
    assert negotiate(tag) in SHIPPED


def test_a_second_variety_is_chosen_by_script_then_by_territory():
    both = ("zh_Hans", "zh_Hant", "pt_BR", "pt_PT", "es", "es_MX")
    assert nearest("zh-TW", both) == "zh_Hant"
    assert nearest("zh-SG", both) == "zh_Hans"
    assert nearest("pt-pt", both) == "pt_PT"
    assert nearest("pt-AO", both) == "pt_BR"
    assert nearest("es-AR", both) == "es"
    assert nearest("es-MX", both) == "es_MX"
    assert nearest("ca", both) is None


def test_a_tag_keeps_its_own_script_and_territory():
    assert widen("sr-Latn-ME") == ("sr", "Latn", "ME")
    assert widen("qq") == ("qq", "", "")


def test_all_eight_languages_are_shipped_with_the_source_first():
    assert SHIPPED[0] == "en"
    assert {"ar", "en", "es", "fr", "hi", "pt_BR", "ru", "zh_Hans"} <= set(SHIPPED)
    assert all(words(locale).locale == locale for locale in SHIPPED)


def test_a_language_that_is_not_shipped_is_an_error_that_names_it():
    with pytest.raises(KeyError, match="no language 'tlh'; shipped: en"):
        words("tlh")


def test_every_language_calls_itself_by_its_own_name():
    names = {locale: own_name(locale) for locale in ("es", "pt_BR", "zh_Hans", "ar", "hi")}
    assert names == {
        "es": "Español",
        "pt_BR": "Português (Brasil)",
        "zh_Hans": "简体中文",
        "ar": "العربية",
        "hi": "हिन्दी",
    }


def test_languages_have_names_in_each_other_language():
    assert words("es").language_name("ar") == "árabe"
    assert words("es").language_label("ar") == "Árabe"
    assert words("ru").language_name("pt-BR") == "бразильский португальский"
    assert words("en").language_name("ca") == "Catalan"
    assert words("en").language_name("qqq") == "qqq"
