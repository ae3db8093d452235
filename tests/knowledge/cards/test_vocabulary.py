"""The controlled vocabulary: every code has a plain label; none is hard, long or used twice."""

import ast
import inspect
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from knowledge.cards import labels_data, labels_purposes, vocabulary
from knowledge.cards.labels_data import DATA_LABELS
from knowledge.cards.labels_purposes import PURPOSE_LABELS
from knowledge.cards.vocabulary import category_label, has_own_label, purpose_label
from locales import po, style
from locales.grade import grade
from locales.style import Entry
from locales.words import words
from service.bundle.schema.bundle import Bundle, StatementLineSpec
from service.bundle.schema.licence import DataSpec, LicenceSpec
from service.bundle.schema.mid import FundingSpec, MidSpec, PartySpec
from service.bundle.schema.price import PriceSpec
from service.licences import dpv

W = words("en")
ROOT = Path(__file__).parents[3]
LABELS = {**DATA_LABELS, **PURPOSE_LABELS}
LONGEST = 45
HARD = re.compile(
    r"sell\w* (your )?data|profil|optimi[sz]|personali[sz]|biometric|process|third part|vendor|"
    r"personnel|analytic|metadata|leverag|controller|subject|\buser|consumer|monitor|recruit|"
    r"demograph|transaction|enhanc|insight|identifier|valu(e|able)\b",
    re.IGNORECASE,
)


def _terms(kind, prefix):
    tables = json.loads(files("service.licences").joinpath("dpv.json").read_text("utf-8"))
    return [f"{prefix}:{name}" for name in tables[kind]]


CATEGORIES = _terms("categories", "pd")
PURPOSES = _terms("purposes", "dpv")


DEFS = Bundle.model_json_schema()["$defs"]


def _listed(model, field):
    """The codes that a bundle may have in a field."""
    return set(DEFS[model.__name__]["properties"][field]["enum"])


CODES = [
    (vocabulary.origin_label, vocabulary._ORIGINS, _listed(DataSpec, "origin")),
    (vocabulary.class_label, vocabulary._CLASSES, _listed(PartySpec, "class")),
    (vocabulary.legal_form_label, vocabulary._LEGAL_FORMS, _listed(MidSpec, "legal_form")),
    (vocabulary.per_label, vocabulary._PERS, _listed(PriceSpec, "per")),
    (vocabulary.funding_label, vocabulary._FUNDING, _listed(FundingSpec, "kind")),
    (
        vocabulary.remuneration_label,
        vocabulary._REMUNERATION,
        _listed(LicenceSpec, "remuneration") | _listed(StatementLineSpec, "type"),
    ),
]


def test_every_category_has_a_label_more_precise_than_information_about_you():
    assert len(CATEGORIES) == 231
    assert {category_label(term, W) for term in CATEGORIES} <= set(DATA_LABELS.values())


def test_every_purpose_has_a_label_more_precise_than_another_purpose():
    assert {purpose_label(term, W) for term in PURPOSES} <= set(PURPOSE_LABELS.values())


def test_the_top_of_every_branch_has_a_label_of_its_own():
    known = {*CATEGORIES, *PURPOSES}
    tops = {term for term in known if known.isdisjoint(dpv.ancestors(term))}
    assert len(tops) > 20
    assert [term for term in sorted(tops) if not has_own_label(term)] == []


def test_an_unknown_term_gets_the_widest_label():
    assert category_label("pd:Nonsense", W) == "Information about you"
    assert category_label("dpv:PersonalData", W) == "Information about you"
    assert purpose_label("dpv:Purpose", W) == "Another purpose"


def test_the_prefix_of_a_term_may_be_left_out():
    assert category_label("WorkEnvironment", W) == category_label("pd:WorkEnvironment", W)
    assert category_label("WorkEnvironment", W) == "Where you work"
    assert purpose_label("ImproveHealthcare", W) == purpose_label("dpv:ImproveHealthcare", W)


def test_a_term_without_a_label_is_named_by_its_nearest_broader_term():
    assert not has_own_label("pd:CreditCardNumber")
    # Its own parent has none either; of the two above that, one has.
    assert category_label("pd:CreditCardNumber", W) == DATA_LABELS["pd:FinancialAccount"]
    assert category_label("pd:PastEmployment", W) == DATA_LABELS["pd:EmploymentHistory"]
    assert purpose_label("dpv:VendorPayment", W) == PURPOSE_LABELS["dpv:VendorManagement"]


def test_a_nearer_label_wins_over_one_further_up(monkeypatch):
    tree = {"pd:A": ("pd:B", "pd:C"), "pd:B": ("pd:D",), "pd:C": (), "pd:D": ()}
    monkeypatch.setattr(dpv, "_tables", lambda: dpv._Tables({}, tree, {}))
    dpv.ancestors.cache_clear()
    try:
        monkeypatch.setattr(vocabulary, "DATA_LABELS", {"pd:D": "Far", "pd:C": "Near"})
        assert category_label("pd:A", W) == "Near"
    finally:
        dpv.ancestors.cache_clear()


@pytest.mark.parametrize(
    "example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_the_terms_of_the_examples_have_labels_of_their_own(example):
    used = re.findall(
        r"\b(?:pd|dpv):[A-Za-z]+", yaml.safe_dump(yaml.safe_load(example.read_text("utf-8")))
    )
    assert [term for term in used if not has_own_label(term)] == []


def test_every_label_belongs_to_a_term_of_the_vocabulary():
    assert [term for term in DATA_LABELS if not dpv.is_category(term)] == []
    assert [term for term in PURPOSE_LABELS if not dpv.is_purpose(term)] == []


def test_no_two_terms_share_a_label():
    assert [label for label, n in Counter(LABELS.values()).items() if n > 1] == []


def test_no_label_is_long_or_ends_like_a_sentence():
    for label in LABELS.values():
        assert len(label) <= LONGEST, label
        assert label[0].isupper(), label
        assert label[-1].isalnum(), label


def test_every_purpose_says_what_is_done():
    assert [label for label in PURPOSE_LABELS.values() if not label.startswith("To ")] == []


def test_no_label_has_a_hard_or_banned_word():
    said = [label(code, W) for label, _, codes in CODES for code in codes]
    for label in [*LABELS.values(), *said]:
        assert not HARD.search(label), label
        entry = Entry("en", "", (label,), (label,), fuzzy=False)
        assert style.banned(entry) + style.typography(entry) == []


def test_the_labels_as_a_whole_read_at_grade_six():
    assert grade(". ".join(DATA_LABELS.values())) <= 6
    assert grade(". ".join(PURPOSE_LABELS.values())) <= 6


@pytest.mark.parametrize("module", [labels_data, labels_purposes])
def test_every_label_is_a_literal_argument_of_mark(module):
    tables = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Dict)
    ]
    assert len(tables) == 1
    for key, value in zip(tables[0].keys, tables[0].values, strict=True):
        assert isinstance(value, ast.Call), ast.unparse(key)
        assert ast.unparse(value.func) == "mark"
        assert [type(arg) for arg in value.args] == [ast.Constant]
    terms = [ast.literal_eval(key) for key in tables[0].keys]
    assert len(terms) == len(set(terms))


def test_the_template_has_every_label():
    messages = {(message.id, message.context) for message in po.extracted()}
    assert {(label, None) for label in LABELS.values()} <= messages
    for context in ("origin", "party", "legal form", "per", "funding", "pay"):
        assert any(there == context for _, there in messages)


@pytest.mark.parametrize(("label", "table", "codes"), CODES)
def test_every_code_that_a_bundle_may_have_has_words_of_its_own(label, table, codes):
    assert set(table) == codes
    said = [label(code, W) for code in codes]
    assert len(set(said)) == len(said)
    assert all(said)


def test_an_unknown_code_is_shown_in_the_words_of_the_mid():
    assert vocabulary.funding_label("bake_sales", W) == "bake sales"


def test_labels_of_codes_read_well_in_their_sentences():
    assert f"Careful Robotics, {vocabulary.class_label('company', W)}, asks" == (
        "Careful Robotics, a company, asks"
    )
    assert f"2.40 EUR {vocabulary.per_label('month', W)}" == "2.40 EUR a month"
    assert f"4.00 USD {vocabulary.per_label('1000_words', W)}" == "4.00 USD for 1,000 words"
    assert (
        f"Where you work ({vocabulary.origin_label('observed', W)})" == "Where you work (recorded)"
    )
