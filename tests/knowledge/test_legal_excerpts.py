"""Excerpts of legal texts are found by the name of a licence, and only for its members."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.book import samples
from knowledge.legal_excerpts import LONGEST, MOST, find_excerpts, split_text
from knowledge.llm.prompt import estimate_text_tokens
from knowledge.values import Tier
from locales.words import SHIPPED, words

EN = words("en")
LONG = "\n\n".join(
    f"Article {n}. The buyer keeps records of shift {n} on its own machines. "
    + "This sentence says little and is here to fill the article. " * 9
    for n in range(1, 9)
)


def standings(**texts):
    """The sample member's licences, some with a legal text of their own."""
    standings = []
    for standing in samples.portfolio().standings:
        licence = standing.holding.licence
        if text := texts.get(licence.slug.replace("-", "_")):
            terms = licence.terms.model_copy(update={"legal_text": {"en": text}})
            standing = replace(  # noqa: PLW2901
                standing, holding=replace(standing.holding, licence=replace(licence, terms=terms))
            )
        standings.append(standing)
    return standings


def test_a_licence_named_by_its_title_gives_excerpts_of_its_text():
    excerpts = find_excerpts(
        "what may the lifting robots do with shift 7?", standings(lifting_robot=LONG), EN
    )
    assert len(excerpts) == MOST
    assert {excerpt.tier for excerpt in excerpts} == {Tier.LICENCE}
    assert {excerpt.mid_id for excerpt in excerpts} == {"nurses"}
    assert any("Article 7." in excerpt.text for excerpt in excerpts), (
        "the excerpt that the question is about"
    )
    assert excerpts[0].title == "Teach lifting robots: legal text"


@pytest.mark.parametrize("asked", ["what is my price?", "", "???", "which licences am I in"])
def test_a_question_that_names_no_licence_gets_no_excerpt(asked):
    assert find_excerpts(asked, standings(), EN) == ()


def test_a_single_licence_can_be_named_by_any_word():
    single = [s for s in standings() if s.holding.licence.slug == "lifting-robot"]
    assert find_excerpts("what does the lifting contract say", single, EN)
    assert not find_excerpts("what is my price", single, EN)


def test_excerpts_are_of_one_mid_alone():
    shared = "Tell me about robots and translations, lifting and grading"
    excerpts = find_excerpts(shared, standings(), EN)
    assert len({excerpt.mid_id for excerpt in excerpts}) <= 1


@pytest.mark.parametrize("language", SHIPPED)
def test_excerpts_exist_in_every_language(language):
    (first, *_) = find_excerpts("Careful Robotics", standings(lifting_robot=LONG), words(language))
    assert first.language == "en"


@given(st.text(max_size=3000))
def test_pieces_are_short_and_lose_no_word(text):
    pieces = split_text(text)
    assert all(estimate_text_tokens(piece) <= LONGEST + 2 for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
