"""The checks of a model's reply by themselves: what must pass, and what must not."""

import re
from functools import cache

import pytest

from knowledge.language import build_detector, english_name, is_in_language
from knowledge.llm.checks import ReplyFault, ReplyRules, find_claim_fault
from knowledge.llm.schema import ModelClaim, complete_claims
from knowledge.numerals import find_numbers
from knowledge.search.articles import load_articles
from knowledge.values import Action, Article, Passage
from tests.support.model_bench import TEXTS
from tests.support.model_server import reply

ENDS = re.compile(r"(?<=[.!?。।؟])\s*")


@cache
def shipped(language):
    return [article for article in load_articles() if article.language == language]


def fault_in(text, article, language=None, values=(), told_by=None):
    rules = ReplyRules(
        passages=[Passage(alias="s1", article=article)],
        values=dict(values),
        actions=[Action.HUMAN],
        language=language or article.language,
        detector=told_by,
    )
    return find_claim_fault(ModelClaim.model_construct(text=text, cites=("s1",)), rules)


@pytest.mark.parametrize("told_by", [None, build_detector()], ids=["words", "detector"])
@pytest.mark.parametrize("language", TEXTS)
def test_sentences_copied_from_an_article_pass_the_checks(language, told_by):
    said = [
        (sentence, article)
        for article in shipped(language)
        for sentence in ENDS.split(" ".join(article.text.split()))
        if sentence
    ]
    assert len(said) > 250
    results = ((s, fault_in(s, article, told_by=told_by)) for s, article in said)
    refused = [(s, fault) for s, fault in results if fault]
    assert not refused


@pytest.mark.parametrize("language", TEXTS)
def test_an_article_in_another_language_is_rejected(language):
    for article in shipped(language):
        assert is_in_language(article.text, language)
        assert not [
            other for other in TEXTS if other != language and is_in_language(article.text, other)
        ]


def test_a_detector_decides_only_where_it_is_certain():
    text = "Tu MID paga y se queda con una parte del dinero por su trabajo."
    assert not is_in_language(text, "es", lambda _text: ("pt", 0.9))
    assert is_in_language(text, "es", lambda _text: ("pt", 0.5))
    assert is_in_language("Ok.", "es", lambda _text: ("pt", 0.9)), (
        "a detector guesses at so little"
    )
    assert is_in_language(text, "pt-BR", lambda _text: ("pt", 0.9))


def test_the_shipped_detector_rejects_most_sentences_of_other_languages():
    told_by = build_detector()
    assert told_by is not None
    said = [(s, article.language) for language in TEXTS for article in shipped(language)
            for s in ENDS.split(" ".join(article.text.split())) if s]  # fmt: skip
    pairs = [(s, other) for s, own in said for other in TEXTS if other != own]
    passed = sum(is_in_language(s, other) for s, other in pairs)
    now = sum(is_in_language(s, other, told_by) for s, other in pairs)
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
    "Your MID keeps 15 euros.": ReplyFault.NUMBER,
    "Your MID keeps 4 %.": ReplyFault.NUMBER,
    "Your MID keeps 1 % of 500 euros.": ReplyFault.NUMBER,
    "Your MID keeps fifteen percent.": ReplyFault.NUMBER,
    "Your MID keeps ½ of the money.": ReplyFault.NUMBER,
    "Your MID pays ٥ times a year.": ReplyFault.NUMBER,
    "Your MID pays 4 times a year, see /delete to see it.": ReplyFault.LINK,
    "Your MID pays 4 times a year. {{fact:earnings.other}}": ReplyFault.PLACEHOLDER,
    "Your MID pays {{earnings}} 4 times a year.": ReplyFault.PLACEHOLDER,
    "Your MID pays 4 times a year}}": ReplyFault.PLACEHOLDER,
    "# Your MID pays 4 times a year.": ReplyFault.MARKUP,
    "- Your MID pays 4 times a year.": ReplyFault.MARKUP,
    "Your MID pays 4 times\na year.": ReplyFault.MARKUP,
    "…": ReplyFault.EMPTY,
}


@pytest.mark.parametrize("text", CLAIMS)
def test_a_sentence_that_its_source_does_not_support_is_rejected(text):
    assert fault_in(text, SOURCE, values={"earnings.total": "€5"}) is CLAIMS[text]


def test_a_command_in_a_mids_text_is_not_allowed():
    own = Article(id="x", language="en", title="Money", mid_id="mid_a", text=SOURCE.text)
    assert fault_in("Your MID pays 4 times a year, see /statement.", own) is ReplyFault.LINK


@pytest.mark.parametrize(
    ("text", "numbers"),
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
def test_numbers_are_found_in_every_script(text, numbers):
    assert find_numbers(text) == numbers


def test_complete_sentences_of_a_partial_reply_are_read():
    body = reply(claims=[("One.", ["s1"]), ("Two.", ["s1", "s2"]), ("Three.", ["s1"])])
    seen = [complete_claims(body[:end]) for end in range(len(body) + 1)]
    assert max(map(len, seen)) == 2, "the last may go on"
    assert {claim.cites for claims in seen for claim in claims} == {("s1",), ("s1", "s2")}
    assert not any(
        complete_claims(reply("not_found", [("One.", ["s1"])] * 2)[:end]) for end in (60, 90)
    )
    assert (
        complete_claims("nonsense")
        == complete_claims("[]")
        == complete_claims('{"status": 1}')
        == ()
    )


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
    assert english_name(tag) == name
