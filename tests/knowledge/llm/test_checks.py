"""The checks after the model, by themselves: what must pass, and what must not."""

import re
from functools import cache

import pytest

from knowledge.language import detector, is_in, name_of
from knowledge.llm.checks import Fault, Rules, fault_of_claim
from knowledge.llm.schema import Said, whole_claims
from knowledge.numerals import numbers
from knowledge.search.articles import load
from knowledge.values import Action, Article, Passage
from tests.support.model_bench import TEXTS
from tests.support.model_server import reply

ENDS = re.compile(r"(?<=[.!?。।؟])\s*")


@cache
def shipped(language):
    return [one for one in load() if one.language == language]


def fault_in(text, article, language=None, values=(), told_by=None):
    rules = Rules(
        passages=[Passage(alias="s1", article=article)],
        values=dict(values),
        actions=[Action.HUMAN],
        language=language or article.language,
        detector=told_by,
    )
    return fault_of_claim(Said.model_construct(text=text, cites=("s1",)), rules)


@pytest.mark.parametrize("told_by", [None, detector()], ids=["words", "detector"])
@pytest.mark.parametrize("language", TEXTS)
def test_what_an_article_says_word_for_word_may_be_said(language, told_by):
    said = [
        (sentence, article)
        for article in shipped(language)
        for sentence in ENDS.split(" ".join(article.text.split()))
        if sentence
    ]
    assert len(said) > 250
    found = ((s, fault_in(s, article, told_by=told_by)) for s, article in said)
    refused = [(s, fault) for s, fault in found if fault]
    assert not refused


@pytest.mark.parametrize("language", TEXTS)
def test_a_whole_article_in_another_language_is_told(language):
    for article in shipped(language):
        assert is_in(article.text, language)
        assert not [other for other in TEXTS if other != language and is_in(article.text, other)]


def test_a_detector_that_is_sure_decides_and_one_that_is_not_does_not():
    text = "Tu MID paga y se queda con una parte del dinero por su trabajo."
    assert not is_in(text, "es", lambda _text: ("pt", 0.9))
    assert is_in(text, "es", lambda _text: ("pt", 0.5))
    assert is_in("Ok.", "es", lambda _text: ("pt", 0.9)), "a detector guesses at so little"
    assert is_in(text, "pt-BR", lambda _text: ("pt", 0.9))


def test_the_detector_that_is_shipped_tells_three_of_four_sentences_more():
    told_by = detector()
    assert told_by is not None
    said = [(s, article.language) for one in TEXTS for article in shipped(one)
            for s in ENDS.split(" ".join(article.text.split())) if s]  # fmt: skip
    pairs = [(s, other) for s, own in said for other in TEXTS if other != own]
    passed = sum(is_in(s, other) for s, other in pairs)
    now = sum(is_in(s, other, told_by) for s, other in pairs)
    assert now < 0.35 * passed, (now, passed, len(pairs))


SOURCE = Article(
    id="x", language="en", title="Money", mid_id=None,
    text="Your MID keeps 15 % of 1,500 euros and pays 4 times a year. Send /statement to see it.",
)  # fmt: skip

CLAIMS = {
    "Your MID keeps 15 %.": None,
    "Your MID keeps 15% of 1500 euros.": None,
    "Your MID keeps 15 % of 1.500 euros.": None,
    "Your MID pays 4 times a year, see /statement to see it.": None,
    "Your MID pays {{fact:earnings.total}} 4 times a year.": None,
    "Your MID keeps 15 euros.": Fault.NUMBER,
    "Your MID keeps 4 %.": Fault.NUMBER,
    "Your MID keeps 1 % of 500 euros.": Fault.NUMBER,
    "Your MID keeps fifteen percent.": Fault.NUMBER,
    "Your MID keeps ½ of the money.": Fault.NUMBER,
    "Your MID pays ٥ times a year.": Fault.NUMBER,
    "Your MID pays 4 times a year, see /delete to see it.": Fault.LINK,
    "Your MID pays 4 times a year. {{fact:earnings.other}}": Fault.PLACEHOLDER,
    "Your MID pays {{earnings}} 4 times a year.": Fault.PLACEHOLDER,
    "Your MID pays 4 times a year}}": Fault.PLACEHOLDER,
    "# Your MID pays 4 times a year.": Fault.MARKUP,
    "- Your MID pays 4 times a year.": Fault.MARKUP,
    "Your MID pays 4 times\na year.": Fault.MARKUP,
    "…": Fault.EMPTY,
}


@pytest.mark.parametrize("text", CLAIMS)
def test_a_sentence_is_held_to_its_source(text):
    assert fault_in(text, SOURCE, values={"earnings.total": "€5"}) is CLAIMS[text]


def test_a_command_of_a_mids_own_text_is_no_command():
    own = Article(id="x", language="en", title="Money", mid_id="mid_a", text=SOURCE.text)
    assert fault_in("Your MID pays 4 times a year, see /statement.", own) is Fault.LINK


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.500 / 1 500 / 1,500 / 1500", {"1500"}),
        ("2.5 and 2,5", {"2.5"}),
        ("١٥٪ and १५ % and 15%", {"15%"}),
        ("1, 2 and 3 on 5 May 2026", {"1", "2", "3", "5", "2026"}),
        ("पंद्रह लाख", {"पंद्रह", "लाख"}),
        ("百分之十五，一个人，十个", {"百分之十五"}),
        ("one of them, no number", set()),
    ],
)
def test_numbers_are_found_in_every_writing(text, found):
    assert numbers(text) == found


def test_sentences_of_a_reply_are_read_while_it_is_written():
    body = reply(claims=[("One.", ["s1"]), ("Two.", ["s1", "s2"]), ("Three.", ["s1"])])
    seen = [whole_claims(body[:end]) for end in range(len(body) + 1)]
    assert max(map(len, seen)) == 2, "the last may go on"
    assert {claim.cites for claims in seen for claim in claims} == {("s1",), ("s1", "s2")}
    assert not any(
        whole_claims(reply("not_found", [("One.", ["s1"])] * 2)[:end]) for end in (60, 90)
    )
    assert whole_claims("nonsense") == whole_claims("[]") == whole_claims('{"status": 1}') == ()


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("pt_BR", "Portuguese (Brazil)"),
        ("zh_Hans", "Chinese (Simplified)"),
        ("de", "German"),
        ("??", "??"),
    ],
)
def test_languages_have_names_for_a_prompt(tag, name):
    assert name_of(tag) == name
