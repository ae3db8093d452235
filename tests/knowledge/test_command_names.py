"""A command that is typed otherwise is the command that was meant, and no other text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from knowledge.command_names import _WORDS, _names, with_known_command


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/licenses", "/licences"),
        ("/Licences", "/licences"),
        ("/HELP", "/help"),
        ("/precio", "/price"),
        ("/stop.", "/stop"),
        ("/STOP!", "/stop"),
        ("/стоп", "/stop"),
        ("/arrêter", "/stop"),
        ("/توقف", "/stop"),
        ("/停止", "/stop"),
        ("/price +3", "/price +3"),
        ("/Language fr", "/language fr"),
        ("/notcies vote", "/notices vote"),
        ("/setings", "/settings"),
        ("/Price@midline_bot", "/price@midline_bot"),
        ("/start abcDEF_-123", "/start abcDEF_-123"),
    ],
)
def test_other_spellings_of_a_command_are_that_command(typed, meant):
    assert with_known_command(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["stop", "hello", "/", "/ stop", "//stop", "/pizza", "/stp", "/x", "what is /price", ""],
)
def test_what_is_no_command_of_ours_stays_as_it_is(text):
    assert with_known_command(text) == text


@given(some.text(max_size=80))
def test_a_text_without_a_leading_slash_is_never_changed(text):
    if not text.startswith("/"):
        assert with_known_command(text) == text


@given(some.text(max_size=60))
def test_naming_a_command_twice_changes_nothing_more(rest):
    once = with_known_command(f"/{rest}")
    assert with_known_command(once) == once


def test_no_spelling_stands_for_two_commands():
    spellings = [word for words in _WORDS.values() for word in words.split()]
    assert len(spellings) == len(set(spellings))
    assert set(_names().values()) == set(_WORDS)
