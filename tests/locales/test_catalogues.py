"""The catalogues as they are: each text in each language, and none that Midline would not say."""

import json

import polib
import pytest

from locales import check, po, style
from locales.compile import HERE
from locales.entry import Entry
from locales.negotiate import SHIPPED, SOURCE

TRANSLATED = [locale for locale in SHIPPED if locale != SOURCE]


def found(locale, rule):
    return [problem for entry in check.entries(locale) for problem in rule(entry)]


def test_the_template_holds_what_the_code_says():
    assert check.template_current() == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_catalogue_is_in_step_and_has_its_plural_rule(locale):
    assert check.in_step(locale) + check.header(locale) == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated(locale):
    assert found(locale, check.complete) == []


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_translated_text_is_sound(locale):
    def sound(entry):
        rules = (check.places, check.edges, style.typography, style.banned, style.lengths)
        ready = not check.complete(entry)
        return [problem for rule in rules if ready for problem in rule(entry)]

    assert found(locale, sound) == []


@pytest.mark.parametrize("locale", SHIPPED)
def test_sentences_are_short_and_english_is_easy(locale):
    assert style.reading(locale, check.entries(locale)) == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_other_tools_can_read_the_catalogue(locale):
    assert polib.pofile(str(po.po_path(locale))).metadata["Language"] == locale


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_language_has_its_own_list_of_banned_words(locale):
    listed = json.loads((HERE / "banned.json").read_text("utf-8"))[locale]["words"]
    assert len(listed) == len(set(listed)) >= 40


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_banned_words_would_not_ban_the_glossary(locale):
    readme = (HERE / "README.md").read_text("utf-8")
    table = readme.split("## Glossary")[1].split("## Working")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in table if line.startswith("| ")]
    column = ["English", "es", "fr", "pt_BR", "ru", "ar", "hi", "zh_Hans"].index(
        "English" if locale == SOURCE else locale
    )
    assert len(rows) > 30
    for row in rows:
        word = row[column]
        assert style.banned(Entry(locale, "", (word,), (word,), fuzzy=False)) == []
