"""Facts about a member hold exactly the numbers of the store, in every language."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.book import questions, samples
from knowledge import facts
from knowledge.search import mentions
from knowledge.values import FactKey
from locales.words import SHIPPED, words
from service.statements.values import LineState

amounts = st.decimals(min_value="0.01", max_value="99999.99", places=2)
some_lines = st.lists(
    st.builds(
        lambda net, month, state: replace(
            questions.statement_lines()[0], net=net, period=date(2026, month, 1), state=state
        ),
        amounts,
        st.integers(1, 12),
        st.sampled_from(list(LineState)),
    ),
    max_size=facts.MOST_SENTENCES,
)


@settings(max_examples=60, deadline=None)
@given(some_lines, st.sampled_from(SHIPPED))
def test_every_amount_is_a_statement_line_or_the_sum_of_the_members_lines(lines, lang):
    w = words(lang)
    about = replace(questions.about_member(), lines=tuple(lines))
    (fact,) = facts.build_facts([FactKey.EARNINGS], about, "", w)
    allowed = {w.money(line.net, line.currency) for line in lines}
    owned = [line.net for line in lines if line.state is not LineState.REVERSED]
    allowed.add(w.money(sum(owned, Decimal(0)), "EUR"))
    assert set(fact.values.values()) <= allowed
    text = " ".join(fact.lines)
    for line in lines:
        text = text.replace(w.month(line.period), "")
    for title in {w.pick(line.title).text for line in lines if line.title}:
        text = text.replace(title, "")
    digits = {re.sub(r"\D", "", amount) for amount in allowed}
    assert {re.sub(r"\D", "", n) for n in re.findall(r"\d[\d.,\s\u00a0\u202f]*", text)} <= digits


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", "what did I earn in September?"),
        ("es", "¿qué gané en septiembre?"),
        ("fr", "combien en septembre ?"),
        ("pt_BR", "quanto ganhei em setembro"),
        ("ru", "сколько я заработала в сентябре"),
        ("ar", "كم ربحت في سبتمبر"),
        ("hi", "सितंबर में कितना मिला"),
        ("zh_Hans", "9月我赚了多少"),
    ],
)
def test_a_month_is_recognized_by_its_name(language, asked):
    known = [date(2026, month, 1) for month in range(1, 13)]
    assert mentions.mentioned_months(asked, known, words(language)) == {date(2026, 9, 1)}


def test_a_buyer_narrows_the_facts_to_its_licence():
    about = questions.about_member()
    (only,) = mentions.mentioned_licences(
        "am I in the insurer's one?", about.portfolio.standings, words("en")
    )
    assert only.holding.licence.slug == samples.TERMS[2].slug
    assert not mentions.mentioned_licences("what is this", about.portfolio.standings, words("en"))


def test_a_word_of_the_mids_name_mentions_no_licence():
    standings = list(questions.about_member().portfolio.standings)
    holding = standings[0].holding
    mid = holding.membership.mid
    terms = holding.licence.terms
    collector = terms.collector.model_copy(update={"name": "Nurses' Data Co-op"})
    terms = terms.model_copy(update={"collector": collector})
    licence = replace(holding.licence, terms=terms)
    membership = replace(
        holding.membership, mid=mid.model_copy(update={"name": {"en": "Nurses' Data Co-op"}})
    )
    collected = replace(holding, licence=licence, membership=membership)
    standings[0] = replace(standings[0], holding=collected)
    assert not mentions.mentioned_licences("did you hand my data on", standings, words("en"))


def with_buyers(*parties):
    """The licences of the samples, each with one of these buyers: a name and a class."""
    found = []
    for standing, (name, kind) in zip(
        questions.about_member().portfolio.standings, parties, strict=False
    ):
        terms = standing.holding.licence.terms
        buyer = terms.buyers[0].model_copy(update={"id": f"p{len(found)}", "name": name})
        buyer = buyer.model_copy(update={"kind": kind})
        terms = terms.model_copy(update={"buyers": (buyer,), "via": ()})
        licence = replace(standing.holding.licence, terms=terms)
        found.append(replace(standing, holding=replace(standing.holding, licence=licence)))
    return found


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", "who has my data"),
        ("en", "is another group like this one"),
        ("en", "which company has it"),
        ("es", "cómo me salgo, no como antes"),
        ("es", "quién tiene mis datos"),
        ("fr", "qui a mes données"),
        ("fr", "comment faire"),
        ("pt_BR", "quem tem meus dados"),
        ("ru", "у кого мои данные"),
        ("zh_Hans", "哪个公司有我的数据"),
    ],
)
def test_an_ordinary_word_names_no_licence_whatever_a_buyer_is_called(language, asked):
    standings = with_buyers(
        ("Data Like Como", "data_broker"), ("Institut des données", "mid"), ("Acme", "company")
    )
    assert not mentions.mentioned_licences(asked, standings, words(language))


@pytest.mark.parametrize(
    ("asked", "buyer"),
    [
        ("what does Institut des données do with it", "Institut des données"),
        ("and is acme in", "Acme"),
        ("does data like como pay", "Data Like Como"),
        ("why does the bank want it", "Vault"),
    ],
)
def test_a_licence_is_named_by_the_name_or_the_class_of_its_buyer(asked, buyer):
    standings = with_buyers(("Data Like Como", "mid"), ("Institut des données", "mid"))
    standings += with_buyers(("Acme", "company"), ("Vault", "bank"))
    (only,) = mentions.mentioned_licences(asked, standings, words("en"))
    assert only.holding.licence.terms.buyers[0].name == buyer
