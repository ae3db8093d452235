"""The legal text of a licence is opened by name, in pieces, and for nobody else."""

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
    found = []
    for one in samples.portfolio().standings:
        licence = one.holding.licence
        if text := texts.get(licence.slug.replace("-", "_")):
            terms = licence.terms.model_copy(update={"legal_text": {"en": text}})
            one = replace(  # noqa: PLW2901
                one, holding=replace(one.holding, licence=replace(licence, terms=terms))
            )
        found.append(one)
    return found


def test_a_licence_named_by_its_title_gives_pieces_of_its_own_text():
    found = find_excerpts(
        "what may the lifting robots do with shift 7?", standings(lifting_robot=LONG), EN
    )
    assert len(found) == MOST
    assert {one.tier for one in found} == {Tier.LICENCE}
    assert {one.mid_id for one in found} == {"nurses"}
    assert any("Article 7." in one.text for one in found), "the piece that the question is about"
    assert found[0].title == "Teach lifting robots: legal text"


@pytest.mark.parametrize("asked", ["what is my price?", "", "???", "which licences am I in"])
def test_a_question_that_names_no_licence_opens_none(asked):
    assert find_excerpts(asked, standings(), EN) == ()


def test_who_has_one_licence_may_name_it_too():
    one = [s for s in standings() if s.holding.licence.slug == "lifting-robot"]
    assert find_excerpts("what does the lifting contract say", one, EN)
    assert not find_excerpts("what is my price", one, EN)


def test_no_two_mids_stand_in_one_answer():
    shared = "Tell me about robots and translations, lifting and grading"
    found = find_excerpts(shared, standings(), EN)
    assert len({one.mid_id for one in found}) <= 1


@pytest.mark.parametrize("language", SHIPPED)
def test_every_language_is_told_of_the_same_text(language):
    (first, *_) = find_excerpts("Careful Robotics", standings(lifting_robot=LONG), words(language))
    assert first.language == "en"


@given(st.text(max_size=3000))
def test_no_piece_is_long_and_no_word_is_lost(text):
    found = split_text(text)
    assert all(estimate_text_tokens(one) <= LONGEST + 2 for one in found)
    assert "".join("".join(found).split()) == "".join(text.split())
