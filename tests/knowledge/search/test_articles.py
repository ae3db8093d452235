"""Articles are complete in every language, and an error in a file says what is wrong."""

import re
from collections import Counter

import pytest

from knowledge.search.articles import (
    FEWEST_EXAMPLES,
    ArticleError,
    load_articles,
    load_off_topic,
    parse_article,
)
from locales.negotiate import SHIPPED

GOOD = """---
id: pause
title: Pausing
version: 2
reviewed: 2026-11-22
facts: [licences]
actions: [pause, human]
examples: [one, two, three, four, five]
---
You can pause at any time.
"""


def words_in(text, language):
    """Words; two characters of Chinese are about as long as a word."""
    han = len(re.findall("[\u4e00-\u9fff]", text))
    return (
        han / 1.6 + len(re.findall(r"[^\W\d_]+", text))
        if language == "zh_Hans"
        else len(text.split())
    )


def test_every_topic_has_an_article_with_enough_examples_in_every_language():
    articles = load_articles()
    assert len({article.id for article in articles}) >= 40
    per_topic = Counter(article.id for article in articles)
    assert set(per_topic.values()) == {len(SHIPPED)}
    assert all(len(article.examples) >= FEWEST_EXAMPLES for article in articles)


def test_the_languages_of_a_topic_offer_the_same_facts_and_actions():
    english = {article.id: article for article in load_articles() if article.language == "en"}
    for article in load_articles():
        source = english[article.id]
        assert (article.facts, article.actions, article.version) == (
            source.facts,
            source.actions,
            source.version,
        ), f"{article.id}/{article.language}"


def test_no_article_is_longer_than_120_words():
    # Other languages need more, and shorter, words for the same thing.
    most = {language: 120 if language == "en" else 150 for language in SHIPPED}
    long = {
        f"{article.id}/{article.language}": round(words_in(article.text, article.language))
        for article in load_articles()
        if words_in(article.text, article.language) > most[article.language]
    }
    assert long == {}


def test_the_off_topic_bank_has_questions_in_every_language():
    assert {entry.language for entry in load_off_topic()} == set(SHIPPED)


def test_a_valid_article_is_parsed():
    article = parse_article("pause/en.md", "pause", "en", GOOD)
    assert (article.id, article.version, article.text) == (
        "pause",
        2,
        "You can pause at any time.",
    )
    assert [str(fact) for fact in article.facts] == ["licences"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("---\nid", "id", "begin with a front matter"),
        ("id: pause", "id: stop", "not the folder's name"),
        ("version: 2\n", "", "version"),
        ("version: 2", "version: new", "a number from 1"),
        ("facts: [licences]", "facts: [shoe_size]", "none of licences"),
        ("actions: [pause, human]", "actions: [dance]", "none of licences"),
        ("[one, two, three, four, five]", "[one, two]", "at least 5"),
        ("[one, two, three, four, five]", "[one, one, two, three, four, five]", "there twice"),
        ("You can pause at any time.", "", "empty"),
        ("examples: [", "examples: [[", "pause/en.md"),
        ("id: pause", "also: 1\nid: pause", "unknown fields: also"),
    ],
)
def test_an_invalid_article_is_refused_with_its_file_name(old, new, says):
    assert old in GOOD
    with pytest.raises(ArticleError, match=re.escape(says)) as error:
        parse_article("pause/en.md", "pause", "en", GOOD.replace(old, new, 1))
    assert str(error.value).startswith("pause/en.md")


def test_a_language_that_is_not_shipped_is_refused():
    with pytest.raises(ArticleError, match="not a shipped language"):
        parse_article("pause/xx.md", "pause", "xx", GOOD)


def test_a_topic_needs_english(tmp_path):
    (tmp_path / "pause").mkdir()
    (tmp_path / "pause" / "es.md").write_text(GOOD, "utf-8")
    with pytest.raises(ArticleError, match=r"no en\.md"):
        load_articles(tmp_path)


def test_an_invalid_off_topic_bank_is_refused(tmp_path):
    bank = tmp_path / "bank.yaml"
    bank.write_text("- {text: hello}\n", "utf-8")
    with pytest.raises(ArticleError, match="a language and a text"):
        load_off_topic(bank)
