"""The catalogues: every text is translated in every language, and passes the style checks."""

import json
import os
import warnings

import polib
import pytest

from locales import check, po, style
from locales.compile import HERE
from locales.negotiate import SHIPPED, SOURCE
from locales.style import Entry

TRANSLATED = [locale for locale in SHIPPED if locale != SOURCE]


def problems_of(locale, rule):
    return [problem for entry in check.entries(locale) for problem in rule(entry)]


def refuse_in_ci(problems):
    """A text without its translation is refused in CI, and a warning to whoever still works."""
    if os.environ.get("CI"):
        assert problems == []
    for problem in problems:
        warnings.warn(f"{problem}; CI refuses it", stacklevel=2)


@pytest.mark.filterwarnings("default")
def test_the_template_is_current():
    refuse_in_ci(check.template_current())


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_catalogue_has_the_messages_of_the_template(locale):
    refuse_in_ci(check.same_messages(locale))


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_catalogue_has_the_plural_rule_of_its_language(locale):
    assert check.header(locale) == []


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_text_is_translated(locale):
    refuse_in_ci(problems_of(locale, check.complete))


@pytest.mark.filterwarnings("default")
def test_a_missing_translation_is_refused_in_ci_and_warned_of_elsewhere(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError):
        refuse_in_ci(["es: 'Yes': not translated"])
    monkeypatch.delenv("CI")
    with pytest.warns(UserWarning, match="CI refuses it"):
        refuse_in_ci(["es: 'Yes': not translated"])


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_translated_text_passes_the_checks(locale):
    def sound(entry):
        rules = (
            check.placeholders,
            check.whitespace,
            style.typography,
            style.banned,
            style.lengths,
        )
        ready = not check.complete(entry)
        return [problem for rule in rules if ready for problem in rule(entry)]

    assert problems_of(locale, sound) == []


@pytest.mark.parametrize("locale", SHIPPED)
def test_sentences_are_short_and_english_is_easy(locale):
    assert style.reading(locale, check.entries(locale)) == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_gettext_can_read_the_catalogue(locale):
    assert polib.pofile(str(po.po_path(locale))).metadata["Language"] == locale


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_language_has_its_own_list_of_banned_words(locale):
    listed = json.loads((HERE / "banned.json").read_text("utf-8"))[locale]["words"]
    assert len(listed) == len(set(listed)) >= 40


@pytest.mark.parametrize("locale", SHIPPED)
def test_the_banned_words_do_not_ban_the_glossary(locale):
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
